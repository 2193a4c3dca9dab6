import { Logger } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { openDatabase, type TestDatabase } from '../../../test/support/database.js';
import { EventStore, type RecordedEvent, replay, start, writableGenerationOf } from '../../event-store/src/index.js';
import { created, metadata, started, until } from '../../event-store/src/testing.js';
import {
  changeLogKeys,
  firstLeafOf,
  GrowingTree,
  indexesOf,
  leafHash,
  leafOf,
  logVerifiers,
  newestSignedCheckpoint,
  openCheckpoint,
  proofsOf,
  readLogKeys,
  rootOf,
  tileReader,
  verifyProof,
} from './index.js';
import { merkleLogOf, type TestedLog } from './testing.js';
import { newestTree } from './tree-state.js';

Logger.overrideLogger(false);

let db: TestDatabase;
let log: TestedLog;
beforeEach(async () => {
  db = await openDatabase();
  log = merkleLogOf(db.pool);
});
afterEach(async () => {
  await log.close();
  await db.close();
});

async function eventsOf({ pool }: TestDatabase): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const batch of replay(pool, { upcasters: null })) events.push(...batch);
  return events;
}

/** The tree of the log's events, made without a database. */
async function treeOf(database: TestDatabase, events?: RecordedEvent[]): Promise<GrowingTree> {
  const { logId } = await writableGenerationOf(database.pool);
  const tree = new GrowingTree();
  const leaves = (events ?? (await eventsOf(database))).map(leafOf);
  tree.append([firstLeafOf(logId, 1), ...leaves].map(leafHash));
  return tree;
}

const newestNote = async () => (await newestSignedCheckpoint(db.pool))?.note ?? '';
const manyEvents = Array.from({ length: 600 }, (_, index) => (index === 0 ? created : started));

describe('the Merkle tree of the log', () => {
  it('has a first leaf of its own, and then each event in the order of the log', async () => {
    await log.sit('alice');
    log.build();
    await log.grown(4);
    await log.sit('bob');
    await log.grown(7);
    const state = await newestTree(db.pool);
    expect(state?.root).toEqual((await treeOf(db)).root());
    expect(state).toMatchObject({ tree: 1, logGeneration: 1 });
  });

  it('grows over an existing log in batches; its tiles are full, and name their last events', async () => {
    const events = await log.sit('alice', manyEvents);
    log.build({ batch: 100 });
    await log.grown(601);
    const expected = await treeOf(db);
    expect((await newestTree(db.pool))?.growing).toEqual(expected);
    const { rows } = await db.pool.query(
      'select level, index::int, length(hashes) as bytes, position::text from merkle_tiles order by level, index',
    );
    expect(rows).toEqual([
      { level: 0, index: 0, bytes: 8192, position: events[254]!.position },
      { level: 0, index: 1, bytes: 8192, position: events[510]!.position },
    ]);
    for (const size of [1, 255, 256, 257, 512, 600]) {
      const smaller = await treeOf(db, events.slice(0, size - 1));
      expect(await rootOf(size, tileReader(db.pool, 1))).toEqual(smaller.root());
    }
  });

  it('waits for a transaction that may still add an event before others', async () => {
    log.build();
    await log.grown(1);
    const open = await db.pool.connect();
    await open.query('begin');
    await open.query('select pg_current_xact_id()');
    await log.sit('alice');
    const bob = ['attempts-4-bob', 0, '', uuid(), created.type, 1, '{}', '{}', '\\x00'];
    await open.query('select append_event($1, $2, $3, $4, $5, $6, $7, $8, $9)', bob);
    await open.query('commit');
    open.release();
    await log.grown(5);
    const events = await eventsOf(db);
    expect(events.map(({ stream }) => stream)).toEqual(['attempts-4-bob', ...Array(3).fill('attempts-4-alice')]);
    expect((await newestTree(db.pool))?.root).toEqual((await treeOf(db, events)).root());
  });

  it('grows once when several workers build it and lose the lead in turn', async () => {
    for (let round = 0; round < 5; round++) {
      const stops = [log.build({ batch: 7 }), log.build({ batch: 300 })];
      await log.sit(`learner-${round}`, manyEvents.slice(0, 150));
      await until('it grows', async () => ((await log.size()) ?? 0) > 150 * round);
      await Promise.all(stops.map((stop) => stop()));
    }
    log.build();
    await log.grown(751);
    expect((await newestTree(db.pool))?.growing).toEqual(await treeOf(db));
  });

  it('goes on from the state in the database when another process has moved it', async () => {
    log.build();
    await log.sit('alice');
    await log.grown(4);
    // As a process does that led before, after this one has read the state.
    const { rows } = await db.owner.query('select size, root, unfinished, generation, xid, position from merkle_state');
    await log.sit('bob');
    await log.grown(7);
    const set = 'size = $1, root = $2, unfinished = $3, generation = $4, xid = $5, position = $6';
    await db.owner.query(`update merkle_state set ${set}`, Object.values(rows[0]));
    await db.owner.query("delete from checkpoints where name = 'merkle'");
    await log.sit('carol');
    await log.grown(10); // its next lead begins with the state in the database
    expect((await newestTree(db.pool))?.root).toEqual((await treeOf(db)).root());
  });

  it('ends with its generation: events of the next one are in a new tree, even if the same worker led on', async () => {
    await log.sit('alice');
    log.build();
    await log.grown(4);
    // As after a promotion, but the connections stay.
    await db.owner.query("update log_generations set timeline = '000000FF'");
    await db.owner.query("select begin_generation('promoted')");
    await log.sit('bob');
    await until('a new tree has all events', async () => {
      const state = await newestTree(db.pool);
      return state?.tree === 2 && state.growing.size === 7;
    });
    const { rows } = await db.pool.query('select tree, size::int from merkle_state order by tree');
    expect(rows).toEqual([
      { tree: 1, size: 4 },
      { tree: 2, size: 7 },
    ]);
  });

  it('is written by the worker alone, and nobody changes or deletes a tile or a signed checkpoint', async () => {
    await log.sit('alice', manyEvents.slice(0, 300));
    log.build();
    await log.grown(301);
    await log.sign();
    for (const table of ['merkle_tiles', 'signed_checkpoints']) {
      for (const change of [`update ${table} set tree = 2`, `delete from ${table}`, `truncate ${table}`]) {
        await expect(db.pool.query(change)).rejects.toThrow('permission denied');
        await expect(db.owner.query(change)).rejects.toThrow('append-only');
      }
    }
    await expect(db.pool.query('delete from merkle_state')).rejects.toThrow('permission denied');
  });
});

describe('a signed checkpoint', () => {
  it('has the root of the tree, and verifies with the key that the log introduces', async () => {
    await log.sit('alice');
    log.build();
    await log.grown(4);
    await log.sign();
    const note = await newestNote();
    const { logId } = await writableGenerationOf(db.pool);
    const verifiers = logVerifiers(await readLogKeys(log.events), `proctoring/${logId}/1`, 1, 4);
    const { head } = openCheckpoint(note, verifiers);
    expect(head).toMatchObject({ size: 4, extensions: [`log-id ${logId}`, 'generation 1'] });
    expect(head.root).toEqual((await treeOf(db, (await eventsOf(db)).slice(0, 3))).root());
    await log.grown(5); // the event that introduces the key
    expect((await eventsOf(db)).at(-1)).toMatchObject({ stream: 'log-keys', type: 'LogKeyIntroduced' });
  });

  it('comes when the tree has grown for 10 seconds, or by 1,000 events, and not before', async () => {
    log.build();
    await log.sit('alice');
    await log.grown(4);
    await log.sign();
    await log.grown(5);
    await log.sign();
    const sizes = async () =>
      (await db.pool.query('select size::int from signed_checkpoints order by id')).rows.map(({ size }) => size);
    expect(await sizes()).toEqual([4]);
    // Ten seconds later.
    await db.owner.query(
      `insert into signed_checkpoints (tree, size, note, created_at)
       select tree, size, note, created_at - interval '10 s' from signed_checkpoints`,
    );
    await log.sign();
    expect(await sizes()).toEqual([4, 4, 5]);
    await log.sit('bob', Array(998).fill(started));
    await log.grown(1003);
    await log.sign();
    await log.sit('carol', [created, started]);
    await log.grown(1005);
    await log.sign();
    expect(await sizes()).toEqual([4, 4, 5, 1005]);
    await log.sign();
    expect(await sizes()).toHaveLength(4);
  });

  it('has the name that the operator chose', async () => {
    const named = merkleLogOf(db.pool, { LOG_ORIGIN: 'exams.example.org/log' });
    named.build();
    await named.grown(1);
    await named.sign();
    expect((await newestSignedCheckpoint(db.pool))?.head.origin).toBe('exams.example.org/log/1');
    await named.close();
  });

  it('has no signature of a key that was revoked', async () => {
    log.build();
    await log.grown(1);
    await log.sign();
    const [key] = await readLogKeys(log.events);
    const data = { publicKey: key!.publicKey, tree: 1, fromSize: 2, reason: 'stolen', at: '2031-05-05T12:00:00.000Z' };
    await changeLogKeys(log.events, { type: 'RevokeLogKey', data }, { actor: { kind: 'operator', name: 'olga' } });
    await log.sit('alice', Array(1000).fill(started));
    await log.grown(1003);
    await expect(log.sign()).rejects.toThrow('each key of LOG_SIGNING_KEY_FILE is retired or revoked');
    const keys = await readLogKeys(log.events);
    const { head } = (await newestSignedCheckpoint(db.pool))!;
    expect(logVerifiers(keys, head.origin, 1, 1)).toHaveLength(1);
    expect(logVerifiers(keys, head.origin, 1, 2)).toHaveLength(0);
  });
});

describe('the proof of an event', () => {
  it('leads from each event to the signed checkpoint, whichever tile has it', async () => {
    const events = await log.sit('alice', manyEvents);
    log.build({ batch: 250 });
    await log.grown(601);
    await log.sign();
    const { head } = (await newestSignedCheckpoint(db.pool))!;
    const verifiers = logVerifiers(await readLogKeys(log.events), head.origin, 1, head.size);
    for (const index of [1, 2, 255, 256, 257, 511, 512, 513, 600]) {
      const event = events[index - 1]!;
      expect(await indexesOf(db.pool, [event], 1)).toEqual([index]);
      const proof = (await proofsOf(db.pool, [event]))[0]!;
      expect(verifyProof(proof.text, leafOf(event), verifiers)).toMatchObject({ index, head: { size: 601 } });
      const changed = { ...event, recordedAt: '2031-05-05T12:00:00.000Z' };
      const text = (await proofsOf(db.pool, [changed]))[0]!.text;
      expect(() => verifyProof(text, leafOf(changed), verifiers)).toThrow('does not lead from the leaf to the root');
    }
  });

  it('does not exist before a signed checkpoint covers the event', async () => {
    log.build();
    await log.grown(1);
    const [event] = await log.sit('alice');
    expect((await proofsOf(db.pool, [event!]))[0]).toBeUndefined();
    await log.grown(4);
    expect((await proofsOf(db.pool, [event!]))[0]).toBeUndefined();
    await log.sign();
    expect((await proofsOf(db.pool, [event!]))[0]).toMatchObject({ tree: 1, index: 1, leaf: leafOf(event!) });
  });
});

it('events that this code does not know are leaves, too', async () => {
  await new EventStore(db.pool).append([
    { stream: 'attempts-4-7', after: start, events: [{ type: 'OfTheNextVersion', data: {} }], metadata },
  ]);
  log.build();
  await log.grown(2);
  expect((await newestTree(db.pool))?.root).toEqual((await treeOf(db)).root());
});
