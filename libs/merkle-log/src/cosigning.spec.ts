import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { openDatabase, type TestDatabase } from '../../../test/support/database.js';
import { type WitnessProcess, witnessProcess } from '../../../test/support/witness.js';
import { logSigningKeysOf } from '../../configuration/src/index.js';
import { started, until } from '../../event-store/src/testing.js';
import {
  Cosigning,
  newestSignedCheckpoint,
  newestWitnessedCheckpoint,
  openNote,
  privateKeyOf,
  publicBytesOf,
  signerOf,
  unwitnessedSeconds,
  verifierOf,
  vkeyOf,
  witnessPolicyOf,
} from './index.js';
import { merkleLogOf, type TestedLog } from './testing.js';

Logger.overrideLogger(false);

const origin = 'exams.example.org/log';
const manyEvents = Array(1000).fill(started);

let db: TestDatabase;
let log: TestedLog;
let witnesses: WitnessProcess[];
let vkey: string;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  db = await openDatabase();
  log = merkleLogOf(db.pool, { LOG_ORIGIN: origin });
  vkey = signerOf(origin, privateKeyOf(logSigningKeysOf(log.configuration)[0]!)).vkey;
  witnesses = await Promise.all(['anna', 'bert'].map((name) => witnessProcess(`${name}.example.org`, [vkey])));
  closing.push(...witnesses.map(({ close }) => close));
});
afterEach(async () => {
  await log.close();
  await db.close();
  for (const close of closing.splice(0)) await close();
});

/** Another database whose log has the same name and key. */
async function openLogWithSameKey() {
  const otherDb = await openDatabase();
  const key = join(log.folder, 'log-signing-key');
  const otherLog = merkleLogOf(otherDb.pool, { LOG_ORIGIN: origin, LOG_SIGNING_KEY_FILE: key });
  closing.unshift(otherLog.close, otherDb.close);
  return { db: otherDb, log: otherLog };
}

type Place = { vkey: string; url: string };

/** Asks the witnesses as a worker does that has just started, unless `round` is called again. */
function cosigning(environment: Record<string, string> = {}, places: Place[] = witnesses, of = { db, log }) {
  const failures: string[] = [];
  const configuration = {
    ...of.log.configuration,
    ...{ witnesses: places, witnessTimeoutSeconds: 3, witnessQuorum: Number(environment.WITNESS_QUORUM ?? 1) },
  };
  const worker = new Cosigning(of.db.pool, configuration, (_, failure) => failure && failures.push(failure));
  const policy = witnessPolicyOf(configuration);
  return {
    ...{ failures, policy },
    round: () => worker.round(AbortSignal.timeout(30_000)),
    witnessed: async () => (await newestWitnessedCheckpoint(of.db.pool, policy))?.head.size,
  };
}

const namesOnNewest = async () => {
  const { note } = (await newestSignedCheckpoint(db.pool))!;
  const verifiers = witnesses.map((witness) => verifierOf(witness.vkey));
  return openNote(note, verifiers).signatures.map(({ verifier }) => verifier.name);
};

/** The log grows, and its next checkpoint is signed. Answers the size. */
async function grows(learner: string, events = manyEvents): Promise<number> {
  const before = await log.size();
  await log.sit(learner, events);
  if (before === undefined) log.build();
  await log.grown((before ?? 1) + events.length);
  await log.sign();
  return (await newestSignedCheckpoint(db.pool))!.head.size;
}

it('each signed checkpoint gets the cosignature of each witness, as a further row', async () => {
  const { round, failures, witnessed, policy } = cosigning({ WITNESS_QUORUM: '2' });
  await round(); // nothing is signed yet
  expect(await witnessed()).toBeUndefined();
  for (const learner of ['alice', 'bob']) {
    const size = await grows(learner);
    expect(await witnessed()).not.toBe(size);
    expect(await unwitnessedSeconds(db.pool, policy)).toBeGreaterThan(0);
    await round();
    expect(await witnessed()).toBe(size);
    expect((await namesOnNewest()).sort()).toEqual(['anna.example.org', 'bert.example.org']);
    expect(await unwitnessedSeconds(db.pool, policy)).toBe(0);
    await round(); // nobody is left to be asked
    await log.grown(size + (learner === 'alice' ? 1 : 0)); // the event that introduces the key
  }
  expect(failures).toEqual([]);
  const { rows } = await db.pool.query(
    `select cardinality(witnesses) as witnesses from signed_checkpoints order by id`,
  );
  expect(rows.map((row) => row.witnesses)).toEqual([0, 2, 0, 2]);
});

it('a frozen witness delays nothing when the others are enough, and cosigns when it goes on', async () => {
  const { round, failures, witnessed } = cosigning();
  const size = await grows('alice');
  witnesses[1]!.freeze();
  const running = round();
  await until('the quorum is stored', async () => (await witnessed()) === size);
  expect(failures).toEqual([]); // the frozen one still has time
  await running;
  expect(await namesOnNewest()).toEqual(['anna.example.org']);
  expect(failures).toEqual([expect.stringContaining('It does not cosign: The operation was aborted due to timeout')]);
  witnesses[1]!.thaw();
  await round();
  expect((await namesOnNewest()).sort()).toEqual(['anna.example.org', 'bert.example.org']);
});

it('a witness that was killed is reported, and asked again when it is back', async () => {
  const { round, failures, witnessed, policy } = cosigning({ WITNESS_QUORUM: '2' });
  await grows('alice');
  await round();
  await log.grown(1002);
  await witnesses[0]!.kill();
  const size = await grows('bob');
  await round();
  expect(failures).toEqual([expect.stringContaining('ECONNREFUSED')]);
  expect(await witnessed()).toBeLessThan(size);
  expect(await unwitnessedSeconds(db.pool, policy)).toBeGreaterThan(0);
  await witnesses[0]!.start();
  await round();
  expect(await witnessed()).toBe(size);
});

it('a witness whose answer was lost is asked again with the size that it has', async () => {
  const answers: number[] = [];
  // As when the witness or the network fails between its write and its answer.
  const proxy = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const answer = await fetch(witnesses[0]!.url + request.url, { method: 'POST', body });
    if (answers.push(answer.status) === 1) return response.destroy();
    response.writeHead(answer.status).end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  closing.push(async () => proxy.close());
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const { round, failures, witnessed } = cosigning({}, [{ vkey: witnesses[0]!.vkey, url }]);
  const size = await grows('alice');
  await round();
  expect(failures).toHaveLength(1);
  expect(await witnessed()).toBeUndefined();
  await witnesses[0]!.kill();
  await witnesses[0]!.start();
  await round();
  expect(answers).toEqual([200, 409, 200]);
  expect(await witnessed()).toBe(size);
});

it('a log that shows two trees gets a cosignature for one of them only', async () => {
  await grows('alice');
  await cosigning().round();
  const other = await openLogWithSameKey();
  await other.log.sit('mallory', [...manyEvents, ...manyEvents]);
  other.log.build();
  await other.log.grown(2001);
  await other.log.sign();
  const { round, failures, witnessed } = cosigning({}, witnesses, other);
  await round();
  expect(failures).toEqual(Array(2).fill(expect.stringContaining('422 The checkpoint does not continue the tree')));
  expect(await witnessed()).toBeUndefined();
});

it('a log that lost its end is not cosigned, and the witness says how much it has', async () => {
  await grows('alice');
  await cosigning().round();
  const other = await openLogWithSameKey();
  other.log.build();
  await other.log.grown(1);
  await other.log.sign();
  const { round, failures, witnessed } = cosigning({}, witnesses, other);
  await round();
  const lost = `it has 1001 leaves of ${origin}/1, and the log has 1: the log lost its end.`;
  expect(failures).toEqual(Array(2).fill(`It does not cosign: ${lost}`));
  expect(await witnessed()).toBeUndefined();
});

it('a witness that does not know the log is told the verifier keys that its operator needs', async () => {
  const stranger = await witnessProcess('carl.example.org', [
    signerOf('other.example.org', privateKeyOf(Buffer.alloc(32))).vkey,
  ]);
  closing.push(stranger.close);
  await grows('alice');
  const { round, failures, witnessed } = cosigning({}, [stranger]);
  await round();
  expect(failures).toEqual([expect.stringContaining('it answers 404')]);
  expect(failures[0]).toContain(vkey);
  expect(await witnessed()).toBeUndefined();
});

it('a cosignature by another key than the configured one does not count', async () => {
  await grows('alice');
  const other = vkeyOf('anna.example.org', publicBytesOf(privateKeyOf(Buffer.alloc(32, 9))), 'cosignature');
  const { round, failures, witnessed } = cosigning({}, [{ vkey: other, url: witnesses[0]!.url }]);
  await round();
  expect(failures).toEqual(['It does not cosign: No known key has signed the note.']);
  expect(await witnessed()).toBeUndefined();
});
