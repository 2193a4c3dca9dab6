import { CloudEvent, Kafka } from 'cloudevents';
import { v5 as uuid } from 'uuid';
import type { Metadata } from '#event-store';
import { attempts } from './attempts.js';
import { certificates } from './certificates.js';
import { credit } from './credit.js';
import { grades } from './grades.js';
import { learnerState } from './learner-state.js';
import type { Change, Subject, Topic } from './topic.js';
import { verifiedNames } from './verified-names.js';

/** One record for Kafka. Equal for equal changes, whenever it is made: a repeated one has the same `ce_id`. */
export type Message = { topic: string; key: string; headers: Record<string, string>; value: string };

/** What is published; a new topic is a file like these and a line here. */
export const topics: readonly Topic[] = [attempts, credit, grades, certificates, learnerState, verifiedNames];

/** One learner in one course: all that is said of them keeps its order. */
export const keyOf = ({ courseId, userId }: Pick<Metadata, 'courseId' | 'userId'>): string => `${courseId}/${userId}`;

/**
 * What other services are told of a change: CloudEvents 1.0 in Kafka's binary mode, in order within each topic. Throws when
 * the event does not say whom it concerns.
 */
export const messagesOf = (change: Change): Message[] => {
  const { id, data, metadata } = change.event;
  const subject = subjectOf(metadata);
  return topics.flatMap(({ name: topic, publish }) =>
    publish(change, subject).map((body, index) => ({
      topic,
      key: keyOf(subject),
      ...binary(
        new CloudEvent({
          id: uuid(`${topic}/${index}`, id),
          source: '/exam-proctoring',
          subject: `attempts/${data.attemptId}`,
          time: data.at,
          datacontenttype: 'application/json',
          ...body,
        }),
      ),
    })),
  );
};

const binary = (event: CloudEvent<object>) => {
  // In this mode the attribute datacontenttype is the header content-type alone; the package writes both.
  const { ce_datacontenttype: _, ...headers } = Kafka.binary(event).headers;
  const given = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { headers: Object.fromEntries(given), value: JSON.stringify(event.data) };
};

export const subjectOf = ({ courseId, contentId, examId, userId }: Metadata): Subject => {
  if (courseId === undefined || contentId === undefined || examId === undefined || userId === undefined)
    throw new Error('The event does not say whom it concerns.');
  return { courseId, contentId, examId, userId };
};
