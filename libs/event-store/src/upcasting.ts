import { upcasters as today, type Upcasters } from '#domain';
import type { RecordedEvent } from './recorded-event.js';
import { causeOf, Undeliverable } from './undeliverable.js';

export type { Upcasters } from '#domain';

/** The event is newer than this code. Without it, the code must not decide, answer or deliver. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent';
  constructor(readonly event: RecordedEvent) {
    const { type, schemaVersion, id } = event;
    super(`Event ${id} (${type}, schema version ${schemaVersion}) was written by a newer version of this service.`);
  }
}

/** The schema version that is written today: 1, until the type has upcasters. */
export const schemaVersionOf = (type: string, upcasters: Upcasters | null = today): number =>
  Math.max(0, ...Object.keys(upcasters?.[type] ?? {}).map(Number)) + 1;

/** Event types of the log itself. */
const ownTypes = ['GenerationBegan'];

const isKnown = ({ type, schemaVersion }: RecordedEvent, upcasters: Upcasters | null): boolean =>
  !upcasters ||
  ((Object.hasOwn(upcasters, type) || ownTypes.includes(type)) && schemaVersion <= schemaVersionOf(type, upcasters));

/**
 * The event in today's shape, by the domain's upcasters if no others are given. Null leaves every event, of any type,
 * unchanged. The hash stays that of the recorded event. @throws UnknownEvent
 */
export function upcast(event: RecordedEvent, upcasters: Upcasters | null = today): RecordedEvent {
  if (!isKnown(event, upcasters)) throw new UnknownEvent(event);
  const steps = upcasters?.[event.type];
  if (!steps) return event;
  let { data, schemaVersion } = event;
  for (let step = steps[schemaVersion]; step; step = steps[++schemaVersion]) data = step(data);
  return { ...event, data, schemaVersion };
}

/** Like `upcast`, but throws Undeliverable for an event that cannot be upcast. */
export function upcastForDelivery(event: RecordedEvent, upcasters?: Upcasters | null): RecordedEvent {
  try {
    return upcast(event, upcasters);
  } catch (error) {
    if (error instanceof UnknownEvent) throw error;
    throw new Undeliverable(event, `cannot be upcast: ${causeOf(error)}`);
  }
}
