import type { RecordedEvent } from './recorded-event.js';
import { Undeliverable } from './undeliverable.js';

/**
 * Every event type that this code knows, and how its data of schema version n (the key) becomes that of n + 1. A reader
 * that is given none knows all types, in the shape in which they are stored.
 */
export type Upcasters = { [type: string]: { [from: number]: (data: any) => object } };

/** The event is newer than this code, which must not decide, answer or deliver without it. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent';
  constructor(readonly event: RecordedEvent) {
    const { type, schemaVersion, id } = event;
    super(`Event ${id} (${type}, schema version ${schemaVersion}) was written by a newer version of this service.`);
  }
}

/** The schema version that is written today: 1, until the type has upcasters. */
export const schemaVersionOf = (upcasters: Upcasters | undefined, type: string): number =>
  Math.max(0, ...Object.keys(upcasters?.[type] ?? {}).map(Number)) + 1;

/** What the log says of itself. */
const ownTypes = ['GenerationBegan'];

const isKnown = (upcasters: Upcasters | undefined, { type, schemaVersion }: RecordedEvent): boolean =>
  !upcasters ||
  ((Object.hasOwn(upcasters, type) || ownTypes.includes(type)) && schemaVersion <= schemaVersionOf(upcasters, type));

/** The event in today's shape. Its hash stays that of what is stored. @throws UnknownEvent */
export function upcast(upcasters: Upcasters | undefined, event: RecordedEvent): RecordedEvent {
  if (!isKnown(upcasters, event)) throw new UnknownEvent(event);
  const steps = upcasters?.[event.type];
  if (!steps) return event;
  let { data, schemaVersion } = event;
  for (; steps[schemaVersion]; schemaVersion++) data = steps[schemaVersion](data);
  return { ...event, data, schemaVersion };
}

/** The same, where an event that cannot be upcast is Undeliverable. */
export function upcastForDelivery(upcasters: Upcasters | undefined, event: RecordedEvent): RecordedEvent {
  try {
    return upcast(upcasters, event);
  } catch (error) {
    if (error instanceof UnknownEvent) throw error;
    throw new Undeliverable(event, `cannot be upcast: ${(error as Error).message}`);
  }
}
