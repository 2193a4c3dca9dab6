import type { Database } from '#connections';

/** The outcome of an event's mail, and its time. */
export type MailRecord = { eventId: string; outcome: 'sent' | 'no_address'; recordedAt: string };

export async function mailRecords(database: Database, eventIds: readonly string[]): Promise<MailRecord[]> {
  const text = `select event_id as "eventId", outcome, iso_time(recorded_at) as "recordedAt" from mails where event_id = any($1)`;
  return (await database.query(text, [eventIds])).rows;
}
