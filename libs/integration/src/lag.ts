import type pg from 'pg';
import { lagOf } from '#event-store';
import { relayName } from './relay.js';

/** How far Kafka is behind the log. */
export const relayLag = (pool: pg.Pool) => lagOf(pool, relayName);
