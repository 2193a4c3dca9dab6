import avsc from 'avsc';
import type { Effect } from '../../../libs/domain/src/index.js';
import {
  beginning,
  type Checkpoint,
  EventStore,
  positionOf,
  type RecordedEvent,
  replay,
} from '../../../libs/event-store/src/index.js';
import { ExamAttemptMessages, schemaOf } from '../../../libs/integration/src/event-bus/exam-attempts.js';
import type { SchemaRegistry } from '../../../libs/integration/src/event-bus/registry.js';
import { unpack } from '../../../libs/integration/src/event-bus/wire-format.js';
import { StreamStates } from '../../../libs/integration/src/stream-states.js';
import type { Service } from './service.js';
import type { BusEvent, Exchange } from './stories.js';

const valueType = avsc.Type.forSchema(JSON.parse(schemaOf('submitted')));
/** The messages are decoded here, so no registry needs to know their schemas. */
const registry = { idOf: async () => 1 } as unknown as SchemaRegistry;

type Effects = { events: BusEvent[]; mails: { to: string; about: string }[] };

/** Reads the messages for the event bus, as the relay writes them, and the mails of the events in the log. */
export class EffectsReader {
  private position: Checkpoint = beginning;
  private readonly streams: StreamStates;
  private readonly messages: ExamAttemptMessages;

  constructor(private readonly service: Service) {
    const { pool } = service.database;
    this.streams = new StreamStates(new EventStore(pool));
    this.messages = new ExamAttemptMessages(pool, registry, '');
  }

  /** The effects of the events since the last call. */
  async next(): Promise<Effects> {
    const events: RecordedEvent[] = [];
    for await (const batch of replay(this.service.database.owner, { after: this.position })) events.push(...batch);
    if (events.length > 0) this.position = positionOf(events.at(-1)!);
    const changes = await this.streams.changesOf(events);
    const inOrder = events.flatMap(({ id }) => changes.get(id) ?? []);
    const messages = await this.messages.messagesOf(inOrder);
    return {
      events: inOrder.flatMap(({ event }) => messages.get(event.id) ?? []).map(shown),
      mails: await this.mailsOf(events),
    };
  }

  private async mailsOf(events: RecordedEvent[]) {
    const mails: Effects['mails'] = [];
    for (const { data, metadata } of events)
      for (const effect of (data as { effects?: Effect[] }).effects ?? []) {
        if (effect.kind !== 'mail') continue;
        const [user] = await this.service.query('select email from users where id = $1', [metadata.userId]);
        mails.push({ to: user?.email, about: effect.template });
      }
    return mails;
  }
}

/** A message in the form of the recordings. */
function shown({ headers, value }: { headers: Record<string, string>; value: Buffer }): BusEvent {
  const { exam_attempt } = valueType.fromBuffer(unpack(value)!.avro);
  const person = (user: any) => user && { id: user.id, ...user.pii, is_active: user.is_active };
  return {
    type: headers.ce_type!,
    student_user: person(exam_attempt.student_user),
    course_key: exam_attempt.course_key,
    usage_key: exam_attempt.usage_key,
    exam_type: exam_attempt.exam_type,
    requesting_user: person(exam_attempt.requesting_user),
  };
}

/** The recorded effects, in the same form. The texts of mails are ours, so only learner and subject count. */
export const recordedEffects = ({ effects }: Exchange): Effects => ({
  events: effects?.events ?? [],
  mails: (effects?.mails ?? []).map(({ to, subject }) => ({ to: to[0]!, about: subject.split(' ').at(-1)! })),
});
