import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Clock } from '../conformance/clock.js';
import { Judge } from '../conformance/judge.js';
import { startReference } from '../conformance/reference.js';
import type { Answer, Server } from '../conformance/server.js';
import { walk } from '../conformance/walk.js';
import { type Pair, World } from '../conformance/world.js';

/** The reference on a database in the server of TEST_DATABASE_URL, filled by a random walk. */
export async function openWalkedReference(requests: number, seed: string) {
  const folder = mkdtempSync(join(tmpdir(), 'walked-reference-'));
  const name = `reference_${randomBytes(8).toString('hex')}`;
  const admin = new pg.Client(process.env.TEST_DATABASE_URL);
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = Object.assign(new URL(process.env.TEST_DATABASE_URL!), { pathname: `/${name}` }).href;
  const clock = new Clock(join(folder, 'clock'));
  const reference = await startReference(folder, clock.file, '4.16', 'reference', url);
  const more = async (count: number, ofSeed: string, first: number) => {
    let worlds = first;
    const { log } = console;
    console.log = () => {}; // the walk prints its counts
    await walk(() => World.make(twice(reference), clock, ++worlds), new Judge([]), count, ofSeed).finally(() => {
      console.log = log;
    });
  };
  await more(requests, seed, 0);
  return {
    reference,
    url,
    /** Walks on, with other people and courses. */
    more,
    async close() {
      await reference.stop?.();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The walk compares two servers. Here both are the reference, and each request is sent once. */
function twice(reference: Server): Pair {
  const last: { answer?: Promise<Answer>; effects?: ReturnType<Server['effects']> } = {};
  const repeated = {
    ...reference,
    ask: () => last.answer!,
    seed: async () => {},
    configure: async () => {},
    provider: () => last.answer!,
    effects: () => last.effects!,
  };
  const first: Server = {
    ...reference,
    ask: (request) => (last.answer = reference.ask(request)),
    provider: (request) => (last.answer = reference.provider(request)),
    effects: (since) => (last.effects = reference.effects(since)),
  };
  return [first, repeated];
}
