import { hostname } from 'node:os';
import avsc from 'avsc';
import type { Database } from '#connections';
import { computeFrom, isImported } from '#event-store';
import { type Identity, identitiesOf } from '#roster';
import { derivedId, subjectOf } from '../messages.js';
import { type Change, effectsIn, type Subject } from '../topic.js';
import type { SchemaRegistry } from './registry.js';
import { pack } from './wire-format.js';

/** Open edX's topic of exam attempts, without the configured prefix. */
export const examAttemptTopic = 'learning-exam-attempt-lifecycle';

/** One record for the Open edX event bus. Its id is the same each time that it is made. */
export type BusMessage = { topic: string; key: Buffer; headers: Record<string, string>; value: Buffer };

type EventName = 'submitted' | 'verified' | 'rejected' | 'errored' | 'reset';

/** The content of a message about an attempt, with ids instead of names. */
export type ExamAttempt = Pick<Subject, 'courseId' | 'contentId' | 'userId'> & {
  name: EventName;
  examType: 'proctored' | 'practice' | 'onboarding' | 'timed';
  requestedBy: number | null;
};

const eventNamesOf: { [credit: string]: (change: Change) => EventName[] } = {
  submitted: () => ['submitted'],
  satisfied: () => ['verified'],
  failed: ({ after }) => [after?.status === 'rejected' ? 'rejected' : 'errored'],
};

/**
 * The messages for Open edX about a change. Its consumers set credit and grades for each message, regardless of other
 * attempts. So there is a message when credit changes, and not for each status.
 */
export const examAttemptsIn = (change: Change): ExamAttempt[] => {
  const { event } = change;
  if (isImported(event)) return [];
  const { courseId, contentId, userId } = subjectOf(event.metadata);
  const names = [
    ...effectsIn(event, 'credit').flatMap(({ status }) => eventNamesOf[status]?.(change) ?? []),
    ...effectsIn(event, 'learner_state').flatMap(({ action }): EventName[] => (action === 'reset' ? ['reset'] : [])),
  ];
  return names.map((name) => ({
    name,
    courseId,
    contentId,
    userId,
    examType: examTypeOf(change),
    requestedBy: requesterOf[name](change, userId),
  }));
};

const examTypeOf = ({ created }: Change): ExamAttempt['examType'] => {
  if (!created) return 'proctored';
  if (!created.data.takingAsProctored) return 'timed';
  if (!created.data.isSampleAttempt) return 'proctored';
  const supportsOnboarding = effectsIn(created, 'status_signal')[0]?.supportsOnboarding;
  return created.data.examType ?? (supportsOnboarding ? 'onboarding' : 'practice');
};

/** As edx-exams names it (edx-exams.md §3.7). Open edX ignores a reset without a requester. */
const requesterOf: Record<EventName, (change: Change, userId: number) => number | null> = {
  submitted: (_, userId) => userId,
  verified: () => null,
  rejected: () => null,
  errored: () => null,
  reset: ({ event: { metadata } }, userId) => (metadata.actor.kind === 'user' ? metadata.actor.userId : userId),
};

const eventTypeOf = (name: EventName) => `org.openedx.learning.exam.attempt.${name}.v1`;
const keySchema = '{"name": "course_key", "type": "string"}';

/** Exactly the text that openedx-events registers, so that the registry keeps one version. */
export const schemaOf = (name: EventName): string =>
  [
    '{"doc": "Avro Event Format for CloudEvents created with openedx_events/schema", "fields": [{"name": "exam_attempt", ',
    '"type": {"fields": [{"name": "student_user", "type": {"fields": [{"name": "id", "type": "long"}, ',
    '{"name": "is_active", "type": "boolean"}, {"name": "pii", "type": {"fields": [{"name": "username", "type": "string"}, ',
    '{"name": "email", "type": "string"}, {"name": "name", "type": "string"}], "name": "UserPersonalData", ',
    '"type": "record"}}], "name": "UserData", "type": "record"}}, {"name": "course_key", "type": "string"}, ',
    '{"name": "usage_key", "type": "string"}, {"name": "exam_type", "type": "string"}, {"default": null, ',
    '"name": "requesting_user", "type": ["null", "UserData"]}], "name": "ExamAttemptData", "type": "record"}}], ',
    `"name": "CloudEvent", "namespace": "${eventTypeOf(name)}", "type": "record"}`,
  ].join('');

const keyType = avsc.Type.forSchema(JSON.parse(keySchema));
const valueType = avsc.Type.forSchema(JSON.parse(schemaOf('submitted'))); // the same for all five events, except for the name

const userData = ({ id, isActive, username, email, fullName }: Identity) => ({
  id,
  is_active: isActive,
  pii: { username, email, name: fullName },
});

/** The key and value of a record, with the registry's ids of their schemas. */
export const encodeExamAttempt = (
  { userId, courseId, contentId, examType, requestedBy }: ExamAttempt,
  identityOf: (userId: number) => Identity,
  ids: { key: number; value: number },
) => ({
  key: pack(ids.key, keyType, courseId),
  value: pack(ids.value, valueType, {
    exam_attempt: {
      student_user: userData(identityOf(userId)),
      course_key: courseId,
      usage_key: contentId,
      exam_type: examType,
      requesting_user: requestedBy === null ? null : userData(identityOf(requestedBy)),
    },
  }),
});

/** Makes the messages for Open edX, with the names that people have at that moment. */
export class ExamAttemptMessages {
  constructor(
    private readonly database: Database,
    private readonly registry: SchemaRegistry,
    private readonly prefix: string,
  ) {}

  /** The messages of each change, by its event's id. Throws when the registry or the database does not answer. */
  async messagesOf(changes: readonly Change[]): Promise<Map<string, BusMessage[]>> {
    const described = changes.map((change) => ({
      change,
      attempts: computeFrom(change.event, () => examAttemptsIn(change)),
    }));
    const people = described.flatMap(({ attempts }) =>
      attempts.flatMap(({ userId, requestedBy }) => [userId, requestedBy]),
    );
    const identityOf = await identitiesOf(
      this.database,
      people.filter((id) => id !== null),
    );
    const messages = new Map<string, BusMessage[]>();
    for (const { change, attempts } of described) {
      const made = attempts.map((attempt) => this.messageOf(change, attempt, identityOf));
      messages.set(change.event.id, await Promise.all(made));
    }
    return messages;
  }

  private async messageOf(
    { event }: Change,
    attempt: ExamAttempt,
    identityOf: (userId: number) => Identity,
  ): Promise<BusMessage> {
    const type = eventTypeOf(attempt.name);
    const topic = this.prefix + examAttemptTopic;
    const [key, value] = await Promise.all([
      this.registry.idOf(`${topic}-string`, keySchema),
      this.registry.idOf(`${topic}-${type}.CloudEvent`, schemaOf(attempt.name)),
    ]);
    return {
      topic: examAttemptTopic,
      ...computeFrom(event, () => encodeExamAttempt(attempt, identityOf, { key, value })),
      headers: {
        ce_specversion: '1.0',
        ce_type: type,
        ce_id: derivedId(`${examAttemptTopic}/${attempt.name}`, event.id),
        ce_source: 'openedx/exam-proctoring/web',
        ce_time: event.data.at.replace('Z', '+00:00'),
        ce_minorversion: '0',
        sourcehost: hostname(),
        sourcelib: '10.5.0', // the version of openedx-events whose schemas these are
        'content-type': 'application/avro',
        ce_datacontenttype: 'application/avro',
      },
    };
  }
}
