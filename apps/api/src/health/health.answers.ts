import type { ClockState } from '#clock';
import type { ProviderState } from '#delivery';
import type { OpenTransaction, StoppedSubscription } from '#event-store';
import type { Readiness, Witnessing } from '#operations';
import { integer, listOf, number, object, oneOf, orNull, text, time } from '../document/schemas.js';

const provider = object<ProviderState>('Vendor', { provider: text, circuit: text, since: time, deadLetters: integer });
export const openTransaction = object<OpenTransaction>('OpenTransaction', {
  database: text,
  pid: orNull(integer),
  gid: orNull(text),
  application: orNull(text),
  seconds: number,
});
const stopped = object<StoppedSubscription>('StoppedFollower', { follower: text, reason: text });
export const clockState = object<ClockState>('Clock', { now: time, skewSeconds: number, endsNoAttempt: orNull(text) });
const witnessing = object<Witnessing>('Witnessing', { unwitnessedSeconds: number, problem: orNull(text) });
export const ready = object<Readiness>('Ready', {
  status: text,
  clock: clockState,
  generation: integer,
  transactionsHeldBack: integer,
  openTransactions: listOf(openTransaction),
  stopped: listOf(stopped),
  vendors: listOf(provider),
  witnesses: orNull(witnessing),
});

const status = oneOf('OK', 'UNAVAILABLE');
export const overall = object('OverallHealth', {
  overall_status: status,
  detailed_status: object('DetailedHealth', { database_status: status }),
});
