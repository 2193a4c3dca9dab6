import type { Database } from '#connections';
import { lagOf } from '#event-store';

/** The relay's name among the log's followers. */
export const relayName = 'kafka';

/** How far Kafka is behind the log. */
export const relayLag = (database: Database) => lagOf(database, relayName);
