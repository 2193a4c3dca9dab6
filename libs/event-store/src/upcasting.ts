import type { Stored } from './stored.js';

/** For an event type: how its data of schema version n (the key) becomes that of n + 1. */
export type Upcasters = { [type: string]: { [from: number]: (data: any) => object } };

/** The schema version that is written today: 1, until the type has upcasters. */
export const schemaVersionOf = (upcasters: Upcasters, type: string): number =>
  upcasters[type] ? Math.max(...Object.keys(upcasters[type]).map(Number)) + 1 : 1;

/** The event in today's shape. Its hash stays that of what is stored. */
export function upcast(upcasters: Upcasters, event: Stored): Stored {
  const steps = upcasters[event.type];
  if (!steps) return event;
  let { data, schemaVersion } = event;
  for (; steps[schemaVersion]; schemaVersion++) data = steps[schemaVersion](data);
  return { ...event, data, schemaVersion };
}
