import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '#clock';
import { loadConfiguration } from '#configuration';
import type { Database } from '#connections';
import { EventStore, start } from '#event-store';
import { created, metadata, started, submitted, until } from '../../event-store/src/testing.js';
import { signWhenDue } from './checkpoint-signing.js';
import { TreeBuilder } from './tree-builder.js';
import { newestTree } from './tree-state.js';

/** A log that learners write, and a worker that builds its tree and signs it. */
export function merkleLogOf(database: Database, environment: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'merkle-log-'));
  const configuration = loadConfiguration({ DATA_DIR: folder, ...environment });
  const events = new EventStore(database);
  const clock = new Clock(database);
  const ends: (() => Promise<void>)[] = [];

  /** Answers what ends the builder. */
  const build = (options: ConstructorParameters<typeof TreeBuilder>[2] = {}) => {
    const end = new AbortController();
    const running = new TreeBuilder(database, configuration, { pollMs: 5, ...options }).run(end.signal);
    const stop = () => {
      end.abort();
      return running;
    };
    ends.push(stop);
    return stop;
  };
  const size = async () => (await newestTree(database))?.growing.size;

  return {
    ...{ folder, configuration, events, build, size },
    sit: (learner: string, facts = [created, started, submitted]) =>
      events.append([{ stream: `attempts-4-${learner}`, after: start, events: facts, metadata }]),
    grown: (leaves: number) => until(`the tree has ${leaves} leaves`, async () => (await size()) === leaves),
    async sign() {
      await clock.synchronize();
      await signWhenDue({ database, configuration, events, clock });
    },
    async close() {
      await Promise.all(ends.map((end) => end()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type TestedLog = ReturnType<typeof merkleLogOf>;
