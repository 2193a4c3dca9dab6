import type { Database } from '#connections';
import { notificationRecords, subscriptionNameOf } from '#delivery';
import { checkpoints, deadLettersOfEvents, isAfter, type RecordedEvent } from '#event-store';
import { receiptsOf, relayName } from '#integration';
import { mailerName, mailRecords } from '#mail';

/**
 * The delivery of a consequence. `waiting`: the subscription is still before the event. `no_record`: the subscription is past
 * the event and kept no record, because it was not set up then, an operator skipped the event, or its version kept none.
 */
export type Delivery = {
  state: 'done' | 'not_sent' | 'dead_letter' | 'waiting' | 'no_record';
  at: string | null;
  reason: string | null;
};

export type Records = Awaited<ReturnType<typeof recordsOf>>;

/** All that is recorded about the delivery of these events. */
export async function recordsOf(database: Database, events: readonly RecordedEvent[]) {
  const ids = events.map(({ id }) => id);
  const [reached, letters, receipts, mails, notifications] = await Promise.all([
    checkpoints(database),
    deadLettersOfEvents(database, ids),
    receiptsOf(database, events),
    mailRecords(database, ids),
    notificationRecords(database, ids),
  ]);
  return { reached, letters, receipts, mails, notifications };
}

export const mailDelivery = (event: RecordedEvent, records: Records): Delivery => {
  const mail = records.mails.find(({ eventId }) => eventId === event.id);
  if (!mail) return pending(event, mailerName, records);
  if (mail.outcome === 'sent') return { state: 'done', at: mail.recordedAt, reason: null };
  return { state: 'not_sent', at: mail.recordedAt, reason: 'The learner has no address.' };
};

export const notificationDelivery = (event: RecordedEvent, provider: string, records: Records): Delivery => {
  const record = records.notifications.find((each) => each.eventId === event.id && each.provider === provider);
  if (record) return { state: 'done', at: record.notifiedAt, reason: null };
  return pending(event, subscriptionNameOf(provider), records);
};

/** `publishedAt` is the time of its receipt. */
export const messageDelivery = (event: RecordedEvent, publishedAt: string | undefined, records: Records): Delivery =>
  publishedAt === undefined ? pending(event, relayName, records) : { state: 'done', at: publishedAt, reason: null };

function pending(event: RecordedEvent, subscription: string, { letters, reached }: Records): Delivery {
  const letter = letters.find((each) => each.eventId === event.id && each.subscription === subscription);
  if (letter) return { state: 'dead_letter', at: letter.recordedAt, reason: letter.reason };
  const checkpoint = reached.get(subscription);
  const isWaiting = !checkpoint || isAfter(event, checkpoint);
  return { state: isWaiting ? 'waiting' : 'no_record', at: null, reason: null };
}
