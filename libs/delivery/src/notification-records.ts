import type { Database } from '#connections';

/** A notification that a provider has. Older records have no time. */
export type NotificationRecord = { eventId: string; provider: string; notifiedAt: string | null };

export async function notificationRecords(
  database: Database,
  eventIds: readonly string[],
): Promise<NotificationRecord[]> {
  const text = `select event_id as "eventId", provider, iso_time(notified_at) as "notifiedAt" from vendor_deliveries
    where event_id = any($1) order by provider`;
  return (await database.query(text, [eventIds])).rows;
}
