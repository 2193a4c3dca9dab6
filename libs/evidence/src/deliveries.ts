import type { Database } from '#connections';
import { notificationRecords } from '#delivery';
import type { RecordedEvent } from '#event-store';
import { receiptsOf } from '#integration';
import { mailRecords } from '#mail';

type RecordedDelivery = { version: number; kind: 'message' | 'mail' | 'provider_notification'; at: string };

/** The deliveries about these events until a time. */
export async function recordedDeliveries(
  database: Database,
  events: readonly RecordedEvent[],
  until: string,
): Promise<RecordedDelivery[]> {
  const ids = events.map(({ id }) => id);
  const versions = new Map(events.map(({ id, version }) => [id, version]));
  const [receipts, mails, notifications] = await Promise.all([
    receiptsOf(database, events),
    mailRecords(database, ids),
    notificationRecords(database, ids),
  ]);
  const version = ({ eventId }: { eventId: string }) => versions.get(eventId)!;
  const all: RecordedDelivery[] = [
    ...receipts.map(({ eventId, ceId, publishedAt: at, ...place }) => ({
      ...{ version: version({ eventId }), kind: 'message' as const, at, ce_id: ceId },
      ...place,
    })),
    ...mails.map((mail) => ({
      ...{ version: version(mail), kind: 'mail' as const, at: mail.recordedAt, outcome: mail.outcome },
    })),
    ...notifications.flatMap((each) =>
      each.notifiedAt === null
        ? []
        : {
            ...{ version: version(each), kind: 'provider_notification' as const, at: each.notifiedAt },
            provider: each.provider,
          },
    ),
  ];
  const key = (each: RecordedDelivery) => JSON.stringify(each);
  return all
    .filter(({ at }) => at < until)
    .sort((one, other) => one.version - other.version || (key(one) < key(other) ? -1 : 1));
}
