import type { Readable } from 'node:stream';
import type pg from 'pg';
import { to } from 'pg-copy-streams';
import { type Database, longMs, streamWithClient } from '#connections';
import { beginning, type Checkpoint, isBelowHorizon, logOrder } from './checkpoint.js';
import type { RecordedEvent } from './recorded-event.js';
import { type Upcasters, upcast } from './upcasting.js';

/** An event whose `data` and `metadata` are the stored JSON, character by character: it is what was hashed. */
export type RawEvent = Omit<RecordedEvent, 'data' | 'metadata'> & { data: string; metadata: string };

type ReplayOptions = { after?: Checkpoint; batch?: number; signal?: AbortSignal };

/** The whole log after a checkpoint, in its order, upcast, and as fast as the server sends it. */
export function replay(
  database: Database,
  { signal, upcasters, ...options }: ReplayOptions & { upcasters?: Upcasters | null } = {},
): AsyncGenerator<RecordedEvent[]> {
  const parsed = (event: RawEvent) =>
    upcast(Object.assign(event, { data: JSON.parse(event.data), metadata: JSON.parse(event.metadata) }), upcasters);
  return streamWithClient(database, (client) => copied(client, options, parsed), signal);
}

/** The same without upcasting, with the stored text of each event. */
export const replayRaw = (database: Database, { signal, ...options }: ReplayOptions = {}): AsyncGenerator<RawEvent[]> =>
  streamWithClient(database, (client) => copied(client, options, (event) => event), signal);

async function* copied<E>(
  client: pg.PoolClient,
  { after = beginning, batch = 1000 }: ReplayOptions,
  shaped: (event: RawEvent) => E,
): AsyncGenerator<E[]> {
  // COPY cannot be pipelined with other statements.
  Object.assign(client, { pipeline: false });
  const source = client.query(
    to(`copy (
      select generation, transaction_id, position, version, schema_version, recorded_at, id, hash, stream, type, data, metadata
      from events e where (${logOrder}) > (${Number(after.generation)}, '${BigInt(after.xid)}', ${BigInt(after.position)}) and ${isBelowHorizon}
      order by ${logOrder}
    ) to stdout (format binary)`),
  );
  let events: E[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let at = headerSize;
  for await (const chunk of withTimeout(source)) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rowEnd(rest, at); end !== undefined; end = rowEnd(rest, at)) {
      events.push(shaped(decode(rest, at)));
      at = end;
      if (events.length === batch) {
        yield events;
        events = [];
      }
    }
    [rest, at] = [rest.subarray(at), Math.max(0, at - rest.length)];
  }
  if (events.length > 0) yield events;
}

/** Fails when the server sends nothing for a minute. The reader may take longer. */
async function* withTimeout(source: Readable): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timeout = setTimeout(
        () => source.destroy(new Error('Connection terminated: the server sent nothing for a minute')),
        longMs,
      );
      const { done, value } = await chunks.next().finally(() => clearTimeout(timeout));
      if (done) return;
      yield value;
    }
  } finally {
    await chunks.return?.();
  }
}

// PostgreSQL's binary COPY format: a header, then for each row the number of fields and each field after its length.
const headerSize = 19;
const fields = 12;
const fixed = { generation: 6, xid: 14, position: 26, version: 38, schemaVersion: 50, recordedAt: 58, id: 70 };
const firstVariable = 86;

/** The offset of the row's end; undefined until the whole row has arrived. */
function rowEnd(buffer: Buffer, at: number): number | undefined {
  if (at + firstVariable > buffer.length) return undefined;
  let end = at + firstVariable;
  for (let field = 7; field < fields; field++) {
    if (end + 4 > buffer.length) return undefined;
    end += 4 + buffer.readInt32BE(end);
  }
  return end <= buffer.length ? end : undefined;
}

function decode(buffer: Buffer, at: number): RawEvent {
  let end = at + firstVariable;
  const next = (encoding: BufferEncoding) => {
    const begin = end + 4;
    end = begin + buffer.readInt32BE(end);
    return buffer.toString(encoding, begin, end);
  };
  const id = buffer.toString('hex', at + fixed.id, at + fixed.id + 16);
  return {
    generation: buffer.readInt32BE(at + fixed.generation),
    xid: String(int64(buffer, at + fixed.xid)),
    position: String(int64(buffer, at + fixed.position)),
    version: int64(buffer, at + fixed.version),
    schemaVersion: buffer.readInt32BE(at + fixed.schemaVersion),
    recordedAt: isoTime(int64(buffer, at + fixed.recordedAt)),
    id: `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`,
    hash: next('hex'),
    stream: next('utf8'),
    type: next('utf8'),
    data: next('utf8'),
    metadata: next('utf8'),
  };
}

const epoch = Date.UTC(2000, 0, 1);

/** PostgreSQL also has infinite times, which the service never writes. */
function isoTime(microseconds: number): string {
  const time = new Date(epoch + microseconds / 1000);
  return Number.isNaN(time.getTime()) ? 'infinity' : time.toISOString();
}

const int64 = (buffer: Buffer, at: number) => buffer.readInt32BE(at) * 2 ** 32 + buffer.readUInt32BE(at + 4);
