import type { Database } from '#connections';
import { type Attempt, type Exam, isValidApproval, onboardingOf, onboardingSeenByStaff } from '#domain';
import { EventStore } from '#event-store';
import { attemptProjection, examProjection } from '#read-models';
import { learnersAfter, streamsOfLearners } from './learner-pages.js';
import type { Scope } from './learner-streams.js';
import { type ListOptions, type ListRow, statesAt } from './lists.js';

const learnersAtOnce = 500;
const examsAtOnce = 500;

export const onboardingColumns = [
  ...['cursor', 'course_id', 'user_id', 'status', 'expires_at', 'status_for_staff', 'modified'],
];

/**
 * Onboarding as it was at a time. A course has the learners with an onboarding attempt in it, or with a valid approval from
 * another course; a learner has the courses with onboarding attempts. Memory holds the practice exams and a page of learners.
 */
export async function* onboardingAsOf(
  database: Database,
  scope: Scope,
  { at, after, signal }: ListOptions,
): AsyncGenerator<ListRow[]> {
  const store = new EventStore(database);
  const exams = await practiceExamsAt(database, store, at);
  if ('userId' in scope) {
    const attempts = await attemptsOf([scope.userId]);
    const courses = [...new Set(attempts.map(({ examId }) => exams.get(examId)!.courseId))].sort();
    const rows = courses.flatMap((courseId) => onboardingRow(scope.userId, courseId, exams, attempts, at) ?? []);
    return yield rows
      .map((row) => ({ cursor: row.course_id, ...row }))
      .filter(({ cursor }) => after === undefined || cursor > after);
  }
  for (let last = Number(after ?? 0); ; ) {
    signal?.throwIfAborted();
    const learners = await learnersAfter(database, scope.courseId, last, learnersAtOnce);
    const attempts = await attemptsOf(learners);
    const rows = learners.flatMap((userId) => {
      const own = attempts.filter((attempt) => attempt.userId === userId);
      return onboardingRow(userId, scope.courseId, exams, own, at) ?? [];
    });
    yield rows.map((row) => ({ cursor: String(row.user_id), ...row }));
    if (learners.length < learnersAtOnce) return;
    last = learners.at(-1)!;
  }

  /** Attempts at practice exams, as they were. */
  async function attemptsOf(learners: readonly number[]): Promise<Attempt[]> {
    const streams = await streamsOfLearners(database, learners, [...exams.keys()]);
    const histories = await store.readMany(streams);
    return [...histories.values()].flatMap((history) => statesAt<Attempt>(attemptProjection, history, at));
  }
}

/** The exams that were practice exams then. */
async function practiceExamsAt(database: Database, store: EventStore, at: string): Promise<Map<number, Exam>> {
  const { rows } = await database.query<{ stream: string }>(`select 'exam-' || id as stream from exams order by id`);
  const found = new Map<number, Exam>();
  for (let first = 0; first < rows.length; first += examsAtOnce) {
    const streams = rows.slice(first, first + examsAtOnce).map(({ stream }) => stream);
    for (const history of (await store.readMany(streams)).values())
      for (const exam of statesAt<Exam>(examProjection, history, at)) if (exam.isPracticeExam) found.set(exam.id, exam);
  }
  return found;
}

/** A learner's onboarding in a course; undefined for a learner without an onboarding attempt that matters to it. */
export function onboardingRow(
  userId: number,
  courseId: string,
  exams: ReadonlyMap<number, Exam>,
  attempts: readonly Attempt[],
  at: string,
) {
  const ofCourse = [...exams.values()].filter((exam) => exam.courseId === courseId && exam.isActive);
  const newest = ofCourse.filter(({ isProctored }) => isProctored).sort((one, other) => other.id - one.id)[0];
  const proctored = attempts
    .filter(({ takingAsProctored }) => takingAsProctored)
    .sort((one, other) => Date.parse(other.modified) - Date.parse(one.modified) || other.id - one.id);
  const own = proctored.filter(({ examId }) => ofCourse.some(({ id }) => id === examId));
  const approved = proctored.find(
    (attempt) => exams.get(attempt.examId)?.backend === (newest?.backend ?? null) && isValidApproval(attempt, at),
  );
  if (own.length === 0 && !approved) return undefined;
  const { status, expiresAt } = onboardingOf(own, approved);
  const seen = onboardingSeenByStaff(own, approved);
  return {
    course_id: courseId,
    user_id: userId,
    status,
    expires_at: expiresAt,
    status_for_staff: seen.status,
    modified: seen.modified,
  };
}
