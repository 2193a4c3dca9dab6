import type { Database } from '#connections';
import { lagOf } from '#event-store';

/** The name of the relay's subscription. */
export const relayName = 'kafka';

/** How far Kafka is behind the log. */
export const relayLag = (database: Database) => lagOf(database, relayName);
