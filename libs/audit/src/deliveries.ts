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

/** All that is recorded about the delivery of these events, by their ids. */
export async function recordsOf(database: Database, events: readonly RecordedEvent[]) {
  const ids = events.map(({ id }) => id);
  const [reached, letters, receipts, mails, notifications] = await Promise.all([
    checkpoints(database),
    deadLettersOfEvents(database, ids),
    receiptsOf(database, events),
    mailRecords(database, ids),
    notificationRecords(database, ids),
  ]);
  return {
    reached,
    letters: byEvent(letters),
    receipts: byEvent(receipts),
    mails: byEvent(mails),
    notifications: byEvent(notifications),
  };
}

function byEvent<R extends { eventId: string }>(records: readonly R[]): ReadonlyMap<string, R[]> {
  const events = new Map<string, R[]>();
  for (const record of records) {
    const own = events.get(record.eventId);
    if (own) own.push(record);
    else events.set(record.eventId, [record]);
  }
  return events;
}

export const mailDelivery = (event: RecordedEvent, records: Records): Delivery => {
  const mail = records.mails.get(event.id)?.[0];
  if (!mail) return pending(event, mailerName, records);
  if (mail.outcome === 'sent') return { state: 'done', at: mail.recordedAt, reason: null };
  return { state: 'not_sent', at: mail.recordedAt, reason: 'The learner has no address.' };
};

export const notificationDelivery = (event: RecordedEvent, provider: string, records: Records): Delivery => {
  const record = records.notifications.get(event.id)?.find((each) => each.provider === provider);
  if (record) return { state: 'done', at: record.notifiedAt, reason: null };
  return pending(event, subscriptionNameOf(provider), records);
};

/** `publishedAt` is the time of its receipt. */
export const messageDelivery = (event: RecordedEvent, publishedAt: string | undefined, records: Records): Delivery =>
  publishedAt === undefined ? pending(event, relayName, records) : { state: 'done', at: publishedAt, reason: null };

function pending(event: RecordedEvent, subscription: string, { letters, reached }: Records): Delivery {
  const letter = letters.get(event.id)?.find((each) => each.subscription === subscription);
  if (letter) return { state: 'dead_letter', at: letter.recordedAt, reason: letter.reason };
  const checkpoint = reached.get(subscription);
  const isWaiting = !checkpoint || isAfter(event, checkpoint);
  return { state: isWaiting ? 'waiting' : 'no_record', at: null, reason: null };
}
