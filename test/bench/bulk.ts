import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from } from 'pg-copy-streams';
import { type Append, appendInBulk, createPartitions, start } from '#event-store';
import { prepareAppend } from '../../libs/event-store/src/prepared-append.js';
import { openDatabase } from '../support/database.js';
import { event, metadata } from './append.js';
import type { Bench } from './bench.js';
import type { Section } from './report.js';
import { inTurn, ratios } from './rounds.js';

const eventsPerStream = 8;
const eventsAtOnce = 4000;

/** Appends imported events in bulk. COPY of the same rows, ready as text, is the comparison. */
export async function importing({ effort: { rounds, imported } }: Bench): Promise<Section> {
  const { owner, close } = await openDatabase();
  let streams = 0;
  const batch = (): Append[] =>
    Array.from({ length: eventsAtOnce / eventsPerStream }, () => ({
      stream: `attempts-17-${++streams}`,
      after: start,
      events: Array.from({ length: eventsPerStream }, (_, version) => event(version + 1)),
      metadata: { ...metadata, origin: 'import' },
    }));
  const batches = () => Array.from({ length: Math.ceil(imported / eventsAtOnce) }, batch);
  const perSecond = async (work: (client: pg.PoolClient) => Promise<number>): Promise<number> => {
    const client = await owner.connect();
    const begin = performance.now();
    const events = await work(client).finally(() => client.release());
    return (events * 1000) / (performance.now() - begin);
  };
  try {
    await createPartitions(owner);
    const { bulk, copy } = await inTurn(rounds, {
      bulk: () => {
        const given = batches();
        return perSecond((client) => inTransactions(client, given, (appends) => appendInBulk(client, appends)));
      },
      copy: () => {
        const given = batches().map(rowsOf);
        return perSecond((client) => inTransactions(client, given, (rows) => copyRows(client, rows)));
      },
    });
    return {
      title: 'o. Import',
      setting: `${imported.toLocaleString('en-US')} events in streams of ${eventsPerStream}, ${eventsAtOnce} in each transaction, on one connection. The bulk append makes canonical JSON, ids and hashes, moves the heads of the streams and copies the rows into the log. COPY gets the same rows as ready text, into the same table with the same indexes.`,
      tables: [
        {
          unit: 'events/s',
          lines: [
            { who: 'bulk append', values: bulk },
            { who: 'COPY', values: copy },
          ],
        },
      ],
      bars: [
        { what: 'bulk append, of COPY', ratios: ratios(bulk, copy), atLeast: 0.4 },
        { what: 'bulk append', ratios: bulk, atLeast: 25_000, unit: 'events/s' },
      ],
    };
  } finally {
    await close();
  }
}

async function inTransactions<Given>(
  client: pg.PoolClient,
  given: readonly Given[],
  write: (each: Given) => Promise<number>,
): Promise<number> {
  let events = 0;
  for (const each of given) {
    await client.query('begin');
    events += await write(each);
    await client.query('commit');
  }
  return events;
}

type Rows = { text: string; count: number };

function rowsOf(appends: readonly Append[]): Rows {
  const { events, json } = prepareAppend(appends);
  const rows = events.map(({ stream, version, id, type, schemaVersion, hash }, index) =>
    [stream, version, id, type, schemaVersion, json[index]!.data, json[index]!.metadata, `\\\\x${hash}`, 1].join('\t'),
  );
  return { text: `${rows.join('\n')}\n`, count: events.length };
}

async function copyRows(client: pg.PoolClient, { text, count }: Rows): Promise<number> {
  const columns = 'stream, version, id, type, schema_version, data, metadata, hash, generation';
  await pipeline(Readable.from([text]), client.query(from(`copy events (${columns}) from stdin`)));
  return count;
}
