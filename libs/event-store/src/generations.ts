import type pg from 'pg';
import { type Database, withClient } from '#connections';
import type { Actor } from '#domain';
import { prepareAppend } from './prepared-append.js';
import { headOf, type RecordedEvent } from './recorded-event.js';
import { appendStatement, eventColumns } from './statements.js';

/** One generation of the log: it lasts until the log's server is promoted, restored or replaced (ADR 28). */
export type Generation = { generation: number; logId: string };

/** The stream with one event for each generation after the first. */
export const logStream = 'log';

/** PostgreSQL's description of the server and database that a generation is written in. */
type Server = { systemIdentifier: string; databaseOid: number; timeline: string };

/** The first event of a generation. `skippedPositions` positions before it were skipped, and as many ids. */
export type GenerationBegan = {
  type: 'GenerationBegan';
  data: Generation & Server & { reason: 'promoted' | 'copied'; skippedPositions: number; at: string };
};

type State = Generation & { state: 'new' | 'writable' | 'standby' | 'promoted' | 'copied' };

const obstacles = {
  standby: 'This database server is a standby. The log is written on its primary.',
  copied:
    'This database is a copy of the log that was not adopted. Make sure that nothing writes to the original, then run ' +
    '`npm run ops -- adopt-log`.',
};

/** The log in this database must not be written to. `message` says why. */
export class LogNotWritable extends Error {
  override readonly name = 'LogNotWritable';
  constructor(readonly state: keyof typeof obstacles) {
    super(obstacles[state]);
  }
}

/**
 * The generation that the log is written in. Begins a new one when the server was promoted. Throws LogNotWritable for a
 * standby and for a copy that was not adopted.
 */
export async function writableGeneration(client: pg.ClientBase): Promise<Generation> {
  const { state, ...found } = await stateOf(client);
  if (state === 'writable') return found;
  if (state === 'standby' || state === 'copied') throw new LogNotWritable(state);
  await beginGeneration(client, state, { kind: 'clock' });
  const { state: now, ...generation } = await stateOf(client);
  if (now !== 'writable') throw new Error(`The log is ${now} after a new generation began.`);
  return generation;
}

/** The same, on a connection of the pool. */
export const writableGenerationOf = (database: Database) => withClient(database, writableGeneration);

/**
 * Begins a generation in a copy of the log from another server or database, so that it can be written to. Answers undefined
 * when the log is not a copy. Throws when the copy is not complete.
 */
export const adoptLog = (database: Database, actor: Actor, dryRun = false) =>
  withClient(database, (client) => adopt(client, actor, dryRun));

async function adopt(client: pg.ClientBase, actor: Actor, dryRun: boolean): Promise<Generation | undefined> {
  const { state, generation, logId } = await stateOf(client);
  if (state === 'standby') throw new LogNotWritable(state);
  if (state !== 'copied') return undefined;
  const { rows } = await client.query<{ stream: string }>(`
    select coalesce(s.id, e.stream) as stream from streams s
    full join (select distinct on (stream) stream, version, hash from events order by stream, version desc) e
      on e.stream = s.id and e.version = s.version and e.hash = s.head_hash
    where s.id is null or e.stream is null limit 1`);
  const [broken] = rows;
  if (broken) throw new Error(`The copy is not complete: stream ${broken.stream} does not end with its last event.`);
  if (dryRun) return { generation: generation + 1, logId };
  await beginGeneration(client, state, actor);
  return writableGeneration(client);
}

/** Does `work`, and repeats it if a generation had to begin first. */
export async function whenWritable<T>(database: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!unwritable.includes((error as { code?: string }).code!)) throw error;
    await writableGenerationOf(database);
    return work();
  }
}

/** Raised by current_generation(), and by PostgreSQL on a standby. */
const unwritable = ['EV503', '25006'];

/** A new id, which no generation has used. */
export async function nextId(database: Database, sequence: string): Promise<number> {
  const draw = { name: `next of ${sequence}`, text: `select next_id('${sequence}') as id` };
  const { rows } = await whenWritable(database, () => database.read(draw));
  return Number(rows[0].id);
}

/** Several new ids, with one query. */
export async function nextIds(database: Database, sequence: string, count: number): Promise<number[]> {
  const text = `select next_id('${sequence}') as id from generate_series(1, $1)`;
  const { rows } = await whenWritable(database, () => database.query(text, [count]));
  return rows.map(({ id }) => Number(id));
}

async function stateOf(client: pg.ClientBase): Promise<State> {
  const { rows } = await client.query<State>('select state, generation, log_id as "logId" from log_state()');
  return rows[0]!;
}

/** Begins a generation and appends its event in one transaction. Does nothing when another process was faster. */
async function beginGeneration(client: pg.ClientBase, from: 'new' | 'promoted' | 'copied', actor: Actor) {
  await client.query('begin');
  try {
    const { rows } = await client.query<GenerationBegan['data']>(
      `select generation, log_id as "logId", reason, system_identifier as "systemIdentifier",
         database_oid::bigint as "databaseOid", timeline, skipped_positions as "skippedPositions", iso_time(began_at) as at
       from begin_generation($1)`,
      [from],
    );
    for (const { databaseOid, skippedPositions, ...data } of from === 'new' ? [] : rows) {
      const numbers = { databaseOid: Number(databaseOid), skippedPositions: Number(skippedPositions) };
      await appendBegan(client, { type: 'GenerationBegan', data: { ...data, ...numbers } }, actor);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

async function appendBegan(client: pg.ClientBase, event: GenerationBegan, actor: Actor) {
  const text = `select ${eventColumns} from events e where e.stream = $1 order by e.version`;
  const { rows: history } = await client.query<RecordedEvent>(text, [logStream]);
  const metadata = { commandId: `generation ${event.data.generation}`, actor };
  const prepared = prepareAppend([{ stream: logStream, after: headOf(history), events: [event], metadata }], {});
  await client.query(appendStatement(prepared, [], true));
}
