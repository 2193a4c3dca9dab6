import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { EventStore } from '#event-store';
import { SubmissionReceipts, signWhenDue, TreeBuilder } from '#merkle-log';
import { Background, second } from './background.js';

/** Builds the Merkle tree of the log, and signs its checkpoints and the receipts of submissions. */
@Injectable()
export class MerkleLog implements OnApplicationBootstrap {
  constructor(
    readonly database: Database,
    readonly configuration: Configuration,
    readonly events: EventStore,
    readonly clock: Clock,
    private readonly background: Background,
  ) {}

  onApplicationBootstrap() {
    const builder = new TreeBuilder(this.database, this.configuration, this.background.lease);
    this.background.run((signal) => builder.run(signal));
    const receipts = new SubmissionReceipts(this, this.background.lease);
    this.background.run((signal) => receipts.run(signal));
    this.background.inOneProcess(second, 'signed checkpoints', () => signWhenDue(this));
  }
}
