import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Actor, Event } from '#domain';

/** Why an event happened and whom it concerns; no personal data. */
export type Metadata = {
  commandId: string;
  /** The HTTP request or the operator's command that led to it: see the access log. */
  requestId?: string;
  actor: Actor;
  courseId?: string;
  contentId?: string;
  examId?: number;
  userId?: number;
};

/**
 * An event as the log keeps it: `id` is a UUIDv7, `version` counts from 1 in its stream, (`generation`, `xid`, `position`)
 * is its position in the log, `recordedAt` an ISO time, `hash` hex.
 */
export type RecordedEvent<E extends Event = Event> = E & {
  id: string;
  stream: string;
  version: number;
  generation: number;
  position: string;
  xid: string;
  schemaVersion: number;
  metadata: Metadata;
  recordedAt: string;
  hash: string;
};

/** The end of a stream: what an append must follow. */
export type Head = { version: number; hash: string };

/** The head of a stream that does not exist yet. */
export const start: Head = { version: 0, hash: '' };

export const headOf = (history: readonly RecordedEvent[]): Head => history.at(-1) ?? start;

/** Events by the stream they are in, each stream's in the order given. */
export function byStream(events: readonly RecordedEvent[]): Map<string, RecordedEvent[]> {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const before = streams.get(event.stream);
    if (before) before.push(event);
    else streams.set(event.stream, [event]);
  }
  return streams;
}

type Hashed = Omit<RecordedEvent, 'hash' | 'generation' | 'position' | 'xid' | 'recordedAt'>;

/** What makes tampering evident: SHA-256 (hex) over the RFC 8785 canonical JSON of an event and its predecessor's hash. */
export const hashOf = (previous: string, event: Hashed): string =>
  hashOfJson(previous, event, canonicalize(event.data)!, canonicalize(event.metadata)!);

/** The same, given the canonical JSON of the two parts that are objects; an append needs both texts anyway. */
export const hashOfJson = (
  previous: string,
  event: Omit<Hashed, 'data' | 'metadata'>,
  data: string,
  metadata: string,
) =>
  hash(
    'sha256',
    `{"data":${data},"id":"${event.id}","metadata":${metadata},"previous":"${previous}","schemaVersion":${event.schemaVersion},` +
      `"stream":${JSON.stringify(event.stream)},"type":${JSON.stringify(event.type)},"version":${event.version}}`,
  );

/** Explains the first event of a stream, as stored and from its beginning, that is missing or not what was written. */
export function verifyStream(history: readonly RecordedEvent[]): string | undefined {
  for (const [index, event] of history.entries()) {
    const place = `${event.stream} version ${index + 1}`;
    if (event.version !== index + 1) return `${place} is missing`;
    const previous = index === 0 ? start.hash : history[index - 1].hash;
    if (event.hash !== hashOf(previous, event)) return `${place} (${event.type}) was changed after it was written`;
  }
  return undefined;
}
