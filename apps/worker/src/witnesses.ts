import { once } from 'node:events';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { LogCheckpoints } from '#integration';
import {
  appendToCheckpointFile,
  Cosigning,
  newestSignedCheckpoint,
  newestWitnessedCheckpoint,
  witnessPolicyOf,
} from '#merkle-log';
import { Background, second } from './background.js';
import { failureLog } from './run-every.js';

/** Has the signed checkpoints witnessed, and publishes them. */
@Injectable()
export class Witnesses implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly background: Background,
  ) {}

  onApplicationBootstrap() {
    const { database, configuration, background } = this;
    const policy = witnessPolicyOf(configuration);
    const isWitnessed = policy.witnesses.length > 0;
    const newest = () => (isWitnessed ? newestWitnessedCheckpoint(database, policy) : newestSignedCheckpoint(database));
    if (isWitnessed) {
      const logs = new Map(
        policy.witnesses.map(({ vkey, verifier }) => [vkey, failureLog(`witness ${verifier.name}`)]),
      );
      const cosigning = new Cosigning(database, configuration, (vkey, failure) => logs.get(vkey)!(failure));
      background.inOneProcess(second, 'cosignatures', (signal) => cosigning.round(signal));
    }
    const { witnessedCheckpointFile: file, kafkaBrokers } = configuration;
    if (file)
      background.inOneProcess(second, 'witnessed checkpoint file', async () => {
        const found = await newest();
        if (found) appendToCheckpointFile(file, found.note);
      });
    if (kafkaBrokers.length > 0) {
      const topic = new LogCheckpoints(configuration);
      background.inOneProcess(second, 'witnessed checkpoint topic', async (signal) => {
        const found = await newest();
        if (found) await topic.publish({ ...found.head, note: found.note }, signal);
      });
      background.run((signal) => once(signal, 'abort').finally(() => topic.close()));
    }
  }
}
