import canonicalize from 'canonicalize';
import { v7 as uuid } from 'uuid';
import { type Event, Refusal } from '#domain';
import { type Head, hashOfJson, type Metadata, type RecordedEvent } from './recorded-event.js';
import { schemaVersionOf, type Upcasters } from './upcasting.js';

/** Events to put after `after`. `history` is what led there, for the inline projection; it is read when missing. */
export type Append = {
  stream: string;
  after: Head;
  events: readonly (Event & { id?: string })[];
  metadata: Metadata;
  history?: readonly RecordedEvent[];
};

/** Events, numbered and hashed; their place in the log is not known yet. `json` is what is stored of each. */
export type PreparedAppend = {
  streams: Map<string, { after: Head; head: Head; history?: readonly RecordedEvent[]; events: RecordedEvent[] }>;
  events: RecordedEvent[];
  json: { data: string; metadata: string }[];
};

/** Numbers and hashes events; throws Refusal `unstorable_text` for text that the log cannot keep. */
export function prepareAppend(appends: readonly Append[], upcasters?: Upcasters | null): PreparedAppend {
  const staged: PreparedAppend = { streams: new Map(), events: [], json: [] };
  for (const { stream, after, events, metadata, history } of appends) {
    if (events.length === 0) continue;
    const target = staged.streams.get(stream) ?? { after, head: after, history, events: [] };
    staged.streams.set(stream, target);
    const metadataJson = storable(metadata, 'metadata');
    for (const { id = uuid(), type, data } of events) {
      const json = { data: storable(data, type), metadata: metadataJson };
      const version = target.head.version + 1;
      const schemaVersion = schemaVersionOf(type, upcasters);
      // Written out: spreading one object into the other would take longer than all the rest.
      const event: RecordedEvent = {
        id: id.toLowerCase(), // as the database will say it
        stream,
        version,
        type,
        schemaVersion,
        data,
        metadata,
        generation: 0,
        position: '',
        xid: '',
        recordedAt: '',
        hash: '',
      };
      event.hash = hashOfJson(target.head.hash, event, json.data, json.metadata);
      target.head = event;
      target.events.push(event);
      staged.events.push(event);
      staged.json.push(json);
    }
  }
  return staged;
}

/** Its canonical JSON. PostgreSQL does not keep NUL, and RFC 8785 knows no half of a surrogate pair. */
function storable(value: object, name: string): string {
  try {
    const json = canonicalize(value)!;
    if (json.includes('\\u0000')) refuseUnstorable(value, name);
    return json;
  } catch (error) {
    refuseUnstorable(value, name);
    throw error;
  }
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
