import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Actor, Event } from '#domain';

/** Why an event happened, and the ids of the people and exam that it concerns. No personal data. */
export type Metadata = {
  commandId: string;
  /** The HTTP request or the operator's command that led to it: see the access log. */
  requestId?: string;
  actor: Actor;
  /** The event was copied from an edx-proctoring database, where its effects took place. Nobody is notified of it. */
  origin?: 'import';
  courseId?: string;
  contentId?: string;
  examId?: number;
  userId?: number;
};

/**
 * An event as the log keeps it. `id` is a UUIDv7. `version` counts from 1 in its stream. (`generation`, `xid`, `position`) is
 * its position in the log. `recordedAt` is an ISO time, `hash` is hex.
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

/** Whether nobody outside is notified of the event, because its effects took place before it was imported. */
export const isImported = ({ metadata }: Pick<RecordedEvent, 'metadata'>): boolean => metadata.origin === 'import';

/** The end of a stream, which an append must name. */
export type Head = { version: number; hash: string };

/** The head of a stream that does not exist yet. */
export const start: Head = { version: 0, hash: '' };

export const headOf = (history: readonly RecordedEvent[]): Head => history.at(-1) ?? start;

/** Groups events by stream, in the given order. */
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

/** SHA-256 (hex) of the RFC 8785 canonical JSON of an event and its predecessor's hash. It makes tampering evident. */
export const hashOf = (previous: string, event: Hashed): string =>
  hashOfJson(previous, event, canonicalize(event.data)!, canonicalize(event.metadata)!);

/** Like `hashOf`, from the canonical JSON of `data` and `metadata`, which an append needs anyway. */
export const hashOfJson = (
  previous: string,
  event: Omit<Hashed, 'data' | 'metadata'>,
  data: string,
  metadata: string,
): string => hash('sha256', hashedText(previous, event, data, metadata));

/** The text that an event's hash covers. */
export const hashedText = (
  previous: string,
  event: Omit<Hashed, 'data' | 'metadata'>,
  data: string,
  metadata: string,
): string =>
  `{"data":${data},"id":"${event.id}","metadata":${metadata},"previous":"${previous}","schemaVersion":${event.schemaVersion},` +
  `"stream":${JSON.stringify(event.stream)},"type":${JSON.stringify(event.type)},"version":${event.version}}`;

/** Names the first event of a whole stream that is missing or was changed. The events must not be upcast. */
export function verifyStream(history: readonly RecordedEvent[]): string | undefined {
  for (const [index, event] of history.entries()) {
    const name = `${event.stream} version ${index + 1}`;
    if (event.version !== index + 1) return `${name} is missing`;
    const previous = history[index - 1]?.hash ?? start.hash;
    if (event.hash !== hashOf(previous, event)) return `${name} (${event.type}) was changed after it was written`;
  }
  return undefined;
}
