import canonicalize from 'canonicalize';
import { v7 as uuid } from 'uuid';
import { type Event, Refusal } from '#domain';
import { type Head, hashOfJson, type Metadata, type RecordedEvent } from './recorded-event.js';
import { schemaVersionOf, type Upcasters } from './upcasting.js';

/** Events to append after the head `after`. The inline projection needs `history`, the events up to there; without it they are read. */
export type Append = {
  stream: string;
  after: Head;
  events: readonly (Event & { id?: string })[];
  metadata: Metadata;
  history?: readonly RecordedEvent[];
};

/** Events with version and hash. Their position in the log is not known yet. `json` is the text that is written of each. */
export type PreparedAppend = {
  streams: Map<string, { after: Head; head: Head; history?: readonly RecordedEvent[]; events: RecordedEvent[] }>;
  events: RecordedEvent[];
  json: { data: string; metadata: string }[];
};

/** Numbers and hashes events. Throws Refusal `unstorable_text` for text that PostgreSQL cannot store. */
export function prepareAppend(appends: readonly Append[], upcasters?: Upcasters | null): PreparedAppend {
  const prepared: PreparedAppend = { streams: new Map(), events: [], json: [] };
  for (const { stream, after, events, metadata, history } of appends) {
    if (events.length === 0) continue;
    const target = prepared.streams.get(stream) ?? { after, head: after, history, events: [] };
    prepared.streams.set(stream, target);
    const metadataJson = canonicalJson(metadata, 'metadata');
    for (const { id = uuid(), type, data } of events) {
      const json = { data: canonicalJson(data, type), metadata: metadataJson };
      const version = target.head.version + 1;
      const schemaVersion = schemaVersionOf(type, upcasters);
      // Written out: spreading one object into another takes longer than all the rest.
      const event: RecordedEvent = {
        id: id.toLowerCase(), // the database returns UUIDs in lower case
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
      prepared.events.push(event);
      prepared.json.push(json);
    }
  }
  return prepared;
}

/** Canonical JSON. PostgreSQL does not store NUL, and RFC 8785 does not allow a lone surrogate. */
function canonicalJson(value: object, name: string): string {
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
