import { hash } from 'node:crypto';
import { isImported, type Metadata } from '#event-store';
import { attempts } from './attempts.js';
import { certificates } from './certificates.js';
import { credit } from './credit.js';
import { grades } from './grades.js';
import { learnerState } from './learner-state.js';
import type { Change, Subject, Topic } from './topic.js';
import { verifiedNames } from './verified-names.js';

/** One record for Kafka. The same change always makes the same record, with the same `ce_id`. */
export type Message = { topic: string; key: string; headers: Record<string, string>; value: string };

/** The published topics. A new topic is a file like these and a line here. */
export const topics: readonly Topic[] = [attempts, credit, grades, certificates, learnerState, verifiedNames];

/** The message key: all messages about one learner in one course keep their order. */
export const keyOf = ({ courseId, userId }: Pick<Metadata, 'courseId' | 'userId'>): string => `${courseId}/${userId}`;

/**
 * The messages about a change: CloudEvents 1.0 in Kafka's binary mode, in order within each topic. Throws when the event
 * lacks the ids of its subject.
 */
export const messagesOf = (change: Change): Message[] => {
  if (isImported(change.event)) return [];
  const { id, data, metadata } = change.event;
  const subject = subjectOf(metadata);
  const key = keyOf(subject);
  const at = new Date(data.at).toISOString();
  return topics.flatMap(({ name: topic, publish }) =>
    publish(change, subject).map((body, index) => ({
      topic,
      key,
      // The same headers, in the same order, as the package cloudevents makes in fifteen times the time.
      headers: {
        'content-type': 'application/json',
        ce_id: derivedId(`${topic}/${index}`, id),
        ce_time: at,
        ce_type: body.type,
        ce_source: '/exam-proctoring',
        ce_specversion: '1.0',
        ce_subject: `attempts/${data.attemptId}`,
      },
      value: JSON.stringify(body.data),
    })),
  );
};

/** A UUID version 5 (RFC 9562) of a name, in the namespace of the event's id. */
export function derivedId(name: string, eventId: string): string {
  const named = Buffer.allocUnsafe(16 + Buffer.byteLength(name));
  named.write(eventId.replaceAll('-', ''), 'hex');
  named.write(name, 16);
  const hex = hash('sha1', named);
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const subjectOf = ({ courseId, contentId, examId, userId }: Metadata): Subject => {
  if (courseId === undefined || contentId === undefined || examId === undefined || userId === undefined)
    throw new Error('The event does not say whom it concerns.');
  return { courseId, contentId, examId, userId };
};
