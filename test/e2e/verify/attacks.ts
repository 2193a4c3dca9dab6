import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { hashOf, type RecordedEvent } from '../../../libs/event-store/src/index.js';
import {
  type Finding,
  GrowingTree,
  leafHash,
  leafOf,
  signCheckpoint,
  signerOf,
  unverifiedTreeHead,
} from '../../../libs/merkle-log/src/index.js';
import type { AttackedLog } from './attacked-log.js';

/** Says whether a finding names the place of the attack. */
type Located = (finding: Finding) => boolean;
type Attack = (log: AttackedLog, random: (below: number) => number) => Promise<Located>;

const change = async ({ owner }: AttackedLog, { id }: RecordedEvent, set: string, values: unknown[] = []) => {
  const { rowCount } = await owner.query(`update events set ${set} where id = $1`, [id, ...values]);
  if (rowCount !== 1) throw new Error('The attack did not change its event.');
};

const names =
  (...texts: string[]): Located =>
  ({ problem }) =>
    texts.some((text) => problem.includes(text));

/** A finding that names one of these events by its id, its stream and version, or its leaf. */
const isAt =
  (log: AttackedLog, ...attacked: RecordedEvent[]): Located =>
  ({ eventId, stream, version, leaf, leaves, problem }) =>
    attacked.some((event) => {
      const ofEvent = log.events.findIndex(({ id }) => id === event.id) + 1;
      return (
        eventId === event.id ||
        (stream === event.stream && version === event.version) ||
        problem.startsWith(`${event.stream} version ${event.version} `) ||
        leaf === ofEvent ||
        leaves?.[0] === ofEvent
      );
    });

/** One event, changed by one statement. */
const changed =
  (set: string, value?: (random: (below: number) => number, event: RecordedEvent) => unknown): Attack =>
  async (log, random) => {
    const event = log.events[random(log.events.length)]!;
    await change(log, event, set, value ? [value(random, event)] : []);
    return isAt(log, event);
  };

const remove = ({ owner }: AttackedLog, events: readonly RecordedEvent[]) =>
  owner.query('delete from events where id = any($1)', [events.map(({ id }) => id)]);

/** Makes table `streams` agree with the events. */
const mendHeads = ({ owner }: AttackedLog) =>
  owner.query(`delete from streams; insert into streams (id, version, head_hash)
    select distinct on (stream) stream, version, hash from events order by stream, version desc`);

/** Writes a stream's hashes anew, from its beginning. */
async function hashAnew(log: AttackedLog, stream: string, changedOne: RecordedEvent) {
  const history = log.events
    .filter((event) => event.stream === stream)
    .map((e) => (e.id === changedOne.id ? changedOne : e));
  let previous = '';
  const written: RecordedEvent[] = [];
  for (const event of history) {
    const hash = hashOf(previous, event);
    written.push({ ...event, hash });
    await change(log, event, `data = $2, hash = $3`, [JSON.stringify(event.data), Buffer.from(hash, 'hex')]);
    previous = hash;
  }
  await mendHeads(log);
  return written;
}

async function writeTree({ owner }: AttackedLog, events: readonly RecordedEvent[], isOld = false) {
  const { rows } = await owner.query('select first_leaf from merkle_state');
  const tree = new GrowingTree();
  const tiles = tree.append([rows[0].first_leaf, ...events.map(leafOf)].map(leafHash));
  if (!isOld)
    for (const { level, index, hashes } of tiles)
      await owner.query('update merkle_tiles set hashes = $3 where level = $1 and index = $2', [level, index, hashes]);
  await owner.query('update merkle_state set size = $1, root = $2, unfinished = $3', [
    tree.size,
    tree.root(),
    tree.unfinished,
  ]);
}

const rehashed = async (log: AttackedLog, random: (below: number) => number) => {
  const event = log.events[random(log.events.length)]!;
  const forged = { ...event, data: { attemptId: 1, forged: random(1e9) } };
  return { event, written: await hashAnew(log, event.stream, forged) };
};

/** An event with valid hashes in a stream of its own, in the transaction of another event and after it. */
export async function forge(
  log: AttackedLog,
  beside: RecordedEvent,
  random: (below: number) => number,
): Promise<RecordedEvent> {
  const event = {
    ...beside,
    id: randomUUID(),
    stream: 'attempts-4-forged',
    version: 1,
    position: String(9000 + random(900)),
  };
  event.hash = hashOf('', event);
  await log.owner.query(
    `insert into events (transaction_id, position, id, stream, version, type, schema_version, data, metadata, recorded_at, hash, generation)
     values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[beside.xid, event.position, event.id, event.stream, event.type, event.schemaVersion],
      ...[
        JSON.stringify(event.data),
        JSON.stringify(event.metadata),
        event.recordedAt,
        Buffer.from(event.hash, 'hex'),
        1,
      ],
    ],
  );
  return event;
}

async function swapped(log: AttackedLog, random: (below: number) => number, columns: readonly string[]) {
  const [one, other] = [random(log.events.length), random(log.events.length - 1)];
  const [first, second] = [log.events[one]!, log.events[other < one ? other : other + 1]!];
  const given = columns.map((column) => `${column} = o.${column}`).join(', ');
  await log.owner.query(
    `update events e set ${given} from (values ($1::uuid, $2::uuid), ($2, $1)) as pair (id, of)
      join events o on o.id = pair.of where e.id = pair.id`,
    [first.id, second.id],
  );
  return isAt(log, first, second);
}

const noteOf = async ({ owner }: AttackedLog, which: string): Promise<string> =>
  (await owner.query(`select note from signed_checkpoints order by id ${which} limit 1`)).rows[0].note;

const replaceNewest = ({ owner }: AttackedLog, note: string) =>
  owner.query('update signed_checkpoints set note = $1 where id = (select max(id) from signed_checkpoints)', [note]);

export const attacks: Record<string, Attack> = {
  'payload of an event': changed(
    `data = jsonb_set(data::jsonb, '{attemptId}', to_jsonb($2::integer))::json`,
    (random) => 2 + random(1e6),
  ),
  'spaces in a payload': changed(`data = (data::text || ' ')::json`),
  'metadata of an event': changed(
    `metadata = jsonb_set(metadata::jsonb, '{userId}', to_jsonb($2::integer))::json`,
    (random) => 8 + random(1e6),
  ),
  'time of an event': changed(`recorded_at = recorded_at + $2::integer * interval '1 ms'`, (random) => 1 + random(1e6)),
  'no time at all': changed(`recorded_at = 'infinity'`),
  'transaction of an event': changed('transaction_id = $2::text::xid8', (random, { xid }) =>
    String(Number(xid) + (random(2) ? 1 : -1) * (1 + random(200))),
  ),
  'transaction in the future': changed(`transaction_id = '900000000000'`),
  'position of an event': changed('position = $2', (random) => 9000 + random(900)),
  'generation of an event': changed('generation = $2', (random) => (random(2) ? 0 : 2)),
  'type of an event': changed('type = $2', (random, { type }) => `${type}${random(9)}`),
  'an event of the stream of keys': async (log, random) => {
    const event = log.events.find(({ stream }) => stream === 'log-keys')!;
    await change(log, event, random(2) ? `type = 'LogKeyIntroduced2'` : `data = '{}'`);
    return isAt(log, event);
  },
  'schema version of an event': changed('schema_version = 2'),
  'version of an event': changed('version = version + 1000 + $2', (random) => random(1000)),
  'stream of an event': changed('stream = $2', (random) => `attempts-5-${random(1000)}`),
  'id of an event': async (log, random) => {
    const event = log.events[random(log.events.length)]!;
    await change(log, event, 'id = $2', [randomUUID()]);
    return isAt(log, event);
  },
  'hash of an event': changed(`hash = set_byte(hash, $2, (get_byte(hash, $2) + 1) % 256)`, (random) => random(32)),
  'an event is deleted': async (log, random) => {
    const event = log.events[random(log.events.length)]!;
    await remove(log, [event]);
    if (random(2)) await mendHeads(log);
    return isAt(log, event);
  },
  'an event is inserted': async (log, random) => {
    // After the last transaction it would be an event that no checkpoint covers.
    const covered = log.events.filter(({ xid }) => xid !== log.events.at(-1)!.xid);
    const event = await forge(log, covered[random(covered.length)]!, random);
    if (random(2)) await mendHeads(log);
    return isAt(log, event);
  },
  'the tail is cut off': async (log, random) => {
    const cut = log.events.slice(-1 - random(100));
    await remove(log, cut);
    if (random(2)) await mendHeads(log);
    return isAt(log, cut[0]!);
  },
  'the head is cut off': async (log, random) => {
    const cut = log.events.slice(0, 1 + random(100));
    await remove(log, cut);
    if (random(2)) await mendHeads(log);
    return isAt(log, cut[0]!);
  },
  'a stream is deleted': async (log, random) => {
    const { stream } = log.events[random(log.events.length)]!;
    const history = log.events.filter((event) => event.stream === stream);
    await remove(log, history);
    await mendHeads(log);
    return isAt(log, history[0]!);
  },
  'a stream is hashed anew': async (log, random) => isAt(log, (await rehashed(log, random)).event),
  'two events change places': (log, random) => swapped(log, random, ['transaction_id', 'position', 'generation']),
  'two events change everything but their ids': (log, random) =>
    swapped(log, random, ['data', 'metadata', 'type', 'hash', 'recorded_at']),
  'a stream, the tiles and the state are written anew': async (log, random) => {
    const { event, written } = await rehashed(log, random);
    const ofStream = new Map(written.map((each) => [each.id, each]));
    await writeTree(
      log,
      log.events.map((each) => ofStream.get(each.id) ?? each),
    );
    if (random(2)) await log.owner.query('delete from signed_checkpoints');
    const leaf = log.events.indexOf(event) + 1;
    return ({ leaves }) => leaves !== undefined && leaves[0] <= leaf && leaf <= leaves[1];
  },
  'a hash in a tile': async (log, random) => {
    const at = random(8192);
    await log.owner.query(
      'update merkle_tiles set hashes = set_byte(hashes, $1, (get_byte(hashes, $1) + 1) % 256) where level = 0 and index = 0',
      [at],
    );
    return ({ leaf, problem }) => leaf === Math.floor(at / 32) && problem.startsWith('The tiles were changed');
  },
  'a tile is deleted': async ({ owner }) => {
    await owner.query('delete from merkle_tiles where level = 0 and index = 0');
    return ({ leaf, problem }) => leaf === 0 && problem.startsWith('The tiles were changed');
  },
  'a hash in an unfinished tile': async (log, random) => {
    const { rows } = await log.owner.query('select size::float, unfinished from merkle_state');
    const [{ size, unfinished }] = rows;
    const at = random(unfinished[0].length);
    unfinished[0][at] ^= 1;
    await log.owner.query('update merkle_state set unfinished = $1', [unfinished]);
    return ({ leaf }) => leaf === Math.floor(size / 256) * 256 + Math.floor(at / 32);
  },
  'the state is set back': async (log, random) => {
    await writeTree(log, log.events.slice(0, random(log.events.length)), true);
    return names('merkle_state was set back');
  },
  'the root of the state': async ({ owner }, random) => {
    await owner.query('update merkle_state set root = set_byte(root, $1, (get_byte(root, $1) + 1) % 256)', [
      random(32),
    ]);
    return names('merkle_state has another root');
  },
  'the first leaf of the tree': async ({ owner }) => {
    await owner.query(`update merkle_state set first_leaf = first_leaf || ' '`);
    return ({ leaf }) => leaf === 0;
  },
  'the newest signed checkpoint is replaced by an older one': async (log) => {
    await replaceNewest(log, await noteOf(log, 'asc'));
    return names('signed_checkpoints');
  },
  'the newest signed checkpoint has another root': async (log) => {
    const lines = (await noteOf(log, 'desc')).split('\n');
    lines[2] = leafHash('forged').toString('base64');
    await replaceNewest(log, lines.join('\n'));
    return names('signed_checkpoints');
  },
  'the newest signed checkpoint is signed by another key': async (log) => {
    const head = unverifiedTreeHead(await noteOf(log, 'desc'));
    await replaceNewest(log, signCheckpoint(head, [signerOf(head.origin, generateKeyPairSync('ed25519').privateKey)]));
    return names('signed_checkpoints');
  },
  'the newest signed checkpoint is deleted': async ({ owner }) => {
    await owner.query('delete from signed_checkpoints where size = (select max(size) from signed_checkpoints)');
    return names('signed_checkpoints');
  },
  'the end of a stream': async ({ owner, events }, random) => {
    const { stream } = events[random(events.length)]!;
    await owner.query('update streams set version = version - 1 where id = $1', [stream]);
    return ({ problem, stream: named }) => problem.startsWith('Table streams') && named === stream;
  },
};
