import type { Database } from '#connections';
import type { Actor, Effect } from '#domain';
import { EventStore, eventsOfCommands, type RecordedEvent } from '#event-store';
import { emptyState, foldChanges, messagesOf, type RecordedReceipt } from '#integration';
import { templateOf } from '#mail';
import {
  type Delivery,
  mailDelivery,
  messageDelivery,
  notificationDelivery,
  type Records,
  recordsOf,
} from './deliveries.js';

/** `to` is a topic or a provider, null for mail. `what` is the type of a message, a mail's text, or the provider's action. */
export type Consequence = Delivery & {
  kind: 'message' | 'mail' | 'provider_notification';
  to: string | null;
  what: string | null;
  /** Several where a message was published again. */
  receipts: RecordedReceipt[];
};

/** A command with its events, and the consequences of each. */
export type CommandTree = {
  commandId: string;
  requestId: string | null;
  actor: Actor;
  events: { event: RecordedEvent; consequences: Consequence[] }[];
};

/** The commands that led to these events, with all their events, also in other streams. `courseId`: only events of it. */
export async function consequencesOf(
  database: Database,
  asked: readonly RecordedEvent[],
  courseId?: string,
): Promise<CommandTree[]> {
  const all = await eventsOfCommands(database, asked);
  const events = all.filter(({ metadata }) => courseId === undefined || metadata.courseId === courseId);
  const [records, messages] = await Promise.all([recordsOf(database, events), messagesOfEvents(database, events)]);
  const trees = new Map<string, CommandTree>();
  for (const event of events) {
    const { commandId, requestId = null, actor } = event.metadata;
    const tree = trees.get(commandId) ?? { commandId, requestId, actor, events: [] };
    trees.set(commandId, tree);
    const consequences = [
      ...messagesAbout(event, messages.get(event.id) ?? [], records),
      ...mailsAbout(event, records),
      ...notificationsAbout(event, records),
    ];
    tree.events.push({ event, consequences });
  }
  return [...trees.values()];
}

type ExpectedMessage = { topic: string; type: string; ceId: string };

/** The messages that each event has, made from its stream as the relay makes them. */
async function messagesOfEvents(database: Database, events: readonly RecordedEvent[]) {
  const versions = new Map<string, number>();
  for (const { stream, version } of events) versions.set(stream, Math.max(version, versions.get(stream) ?? 0));
  const histories = await new EventStore(database).readUpTo(versions);
  const ids = new Set(events.map(({ id }) => id));
  const changes = [...histories.values()]
    .flatMap((history) => foldChanges(emptyState, history).changes)
    .filter(({ event }) => ids.has(event.id));
  return new Map(
    changes.map((change) => [
      change.event.id,
      messagesOf(change).map(
        ({ topic, headers }): ExpectedMessage => ({ topic, type: headers.ce_type!, ceId: headers.ce_id! }),
      ),
    ]),
  );
}

/** Receipts of other topics are those of the Open edX event bus. */
function messagesAbout(event: RecordedEvent, expected: ExpectedMessage[], records: Records): Consequence[] {
  const own = records.receipts.get(event.id) ?? [];
  const known = expected.map(({ topic, type, ceId }): Consequence => {
    const receipts = own.filter((receipt) => receipt.ceId === ceId);
    // Replay topics repeat messages for one consumer. They end otherwise.
    const live = receipts.find((receipt) => receipt.topic.endsWith(topic));
    const delivery = messageDelivery(event, live?.publishedAt, records);
    return { kind: 'message', to: live?.topic ?? topic, what: type, ...delivery, receipts };
  });
  const others = own.filter(({ ceId }) => !expected.some((each) => each.ceId === ceId));
  return [
    ...known,
    ...others.map((receipt): Consequence => {
      const delivery = messageDelivery(event, receipt.publishedAt, records);
      return { kind: 'message', to: receipt.topic, what: null, ...delivery, receipts: [receipt] };
    }),
  ];
}

function mailsAbout(event: RecordedEvent, records: Records): Consequence[] {
  const what = templateOf(event);
  return what ? [{ kind: 'mail', to: null, what, ...mailDelivery(event, records), receipts: [] }] : [];
}

/** Those that the event's effects ask for, and those that are recorded, such as of an exam. */
function notificationsAbout(event: RecordedEvent, records: Records): Consequence[] {
  const actions = new Map<string, string | null>();
  const { effects = [], at = null } = event.data as { effects?: Effect[]; at?: string };
  const confirmed = new Set<string>();
  for (const { provider } of records.notifications.get(event.id) ?? []) actions.set(provider, null);
  for (const effect of effects)
    if (effect.kind === 'provider' && effect.provider) {
      actions.set(effect.provider, effect.action);
      if (effect.confirmed) confirmed.add(effect.provider);
    }
  return [...actions].map(([provider, what]) => ({
    kind: 'provider_notification',
    to: provider,
    what,
    ...(confirmed.has(provider)
      ? ({ state: 'done', at, reason: null } as const)
      : notificationDelivery(event, provider, records)),
    receipts: [],
  }));
}
