import { v7 as uuid } from 'uuid';
import { type Event, Refusal } from '#domain';
import { type Head, hashOf, type Metadata, type Stored } from './stored.js';
import { schemaVersionOf, type Upcasters } from './upcasting.js';

/** Events to put after `after`. `history` is what led there, for the inline projection; it is read when missing. */
export type Append = {
  stream: string;
  after: Head;
  events: readonly (Event & { id?: string })[];
  metadata: Metadata;
  history?: readonly Stored[];
};

/** What is appended to one stream, numbered and hashed; the events' place in the log is not known yet. */
export type Staged = {
  stream: string;
  after: Head;
  head: Head;
  history?: readonly Stored[];
  events: Stored[];
  json: { data: string; metadata: string }[];
};

/** Numbers and hashes events, stream by stream; throws Refusal `unstorable_text` for text that a database cannot keep. */
export function stage(appends: readonly Append[], upcasters: Upcasters): Staged[] {
  const streams = new Map<string, Staged>();
  for (const { stream, after, events, metadata, history } of appends) {
    if (events.length === 0) continue;
    const staged = streams.get(stream) ?? { stream, after, head: after, history, events: [], json: [] };
    streams.set(stream, staged);
    const metadataJson = storable(metadata, 'metadata');
    for (const { id = uuid(), type, data } of events) {
      staged.json.push({ data: storable(data, type), metadata: metadataJson });
      const version = staged.head.version + 1;
      const event = { id, stream, version, type, schemaVersion: schemaVersionOf(upcasters, type), data, metadata };
      staged.head = { version, hash: hashOf(staged.head.hash, event) };
      staged.events.push({ ...event, position: '', xid: '', recordedAt: '', hash: staged.head.hash });
    }
  }
  // In one order everywhere: so two appends never wait for each other.
  return [...streams.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1));
}

/** Its JSON. PostgreSQL does not keep NUL, and RFC 8785 knows no half of a surrogate pair. */
function storable(value: object, name: string): string {
  const json = JSON.stringify(value);
  if (/\\u0000|\\ud[89a-f]/.test(json)) refuseUnstorable(value, name);
  return json;
}

function refuseUnstorable(value: unknown, path: string): void {
  if (typeof value === 'string' && /\0|\p{Surrogate}/u.test(value))
    throw new Refusal('unstorable_text', `${path} contains a character that cannot be stored.`);
  if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value)) {
      refuseUnstorable(key, path);
      refuseUnstorable(part, `${path}.${key}`);
    }
}
