import type { AttemptEvent } from '#domain';
import type { RecordedEvent } from '#event-store';
import type { Projection } from '../projection.js';

/** The attempts of a learner at an exam, oldest first. `attemptId` and `created` are those of the newest attempt. */
type AttemptGroup = {
  id: string;
  courseId: string;
  examId: number;
  userId: number;
  attemptId: number;
  created: string;
  attemptIds: number[];
  attemptTimes: string[];
};
type CreatedOrRemoved = Extract<AttemptEvent, { type: 'AttemptCreated' | 'AttemptRemoved' }>;

export const attemptGroupProjection: Projection = {
  table: 'attempt_groups',
  fields: ['id', 'courseId', 'examId', 'userId', 'attemptId', 'created', 'attemptIds', 'attemptTimes'],
  idOf: ({ type, stream }) => (type === 'AttemptCreated' || type === 'AttemptRemoved' ? stream : undefined),
  evolve: (group: AttemptGroup | undefined, { type, stream, metadata, data }: RecordedEvent<CreatedOrRemoved>) => {
    const { courseId, examId, userId } = metadata;
    const before = (group?.attemptIds ?? []).map((id, index) => ({ id, at: group!.attemptTimes[index]! }));
    const others = before.filter(({ id }) => id !== data.attemptId);
    const attempts = type === 'AttemptCreated' ? [...others, { id: data.attemptId, at: data.at }] : others;
    attempts.sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.id - b.id);
    const newest = attempts.at(-1);
    if (!newest) return undefined;
    return {
      id: stream,
      courseId,
      examId,
      userId,
      attemptId: newest.id,
      created: newest.at,
      attemptIds: attempts.map(({ id }) => id),
      attemptTimes: attempts.map(({ at }) => at),
    };
  },
  derived: 'select name_attempt_learners()',
};
