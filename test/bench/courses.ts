import type { Event } from '#domain';
import { type Append, EventStore, start } from '#event-store';
import { projectInline } from '#read-models';
import { poolOptions } from '../../libs/configuration/src/index.js';
import { Database } from '../../libs/connections/src/index.js';
import { publishedExam } from '../support/service.js';
import { type Contender, type Learner, request } from './contenders.js';

const root = '/api/edx_proctoring/v1/proctored_exam';
export const staff = { id: 1, username: 'staff', is_staff: true };
const streamsAtOnce = 100;
const minute = 60_000;
const firstDay = Date.UTC(2031, 2, 3, 9);

export const learnerNamed = (index: number) => `learner${String(index).padStart(6, '0')}`;
export const learnerId = (index: number) => 1000 + index;
export const learners = (count: number): Learner[] =>
  Array.from({ length: count }, (_, index) => ({ id: learnerId(index), username: learnerNamed(index) }));

/** Describes `count` learners to a contender and enrols them in a course. */
export async function enrol(contender: Contender, courseId: string, count: number) {
  const person = (username: string) => ({ username, email: `${username}@example.org`, full_name: username });
  const courses = [{ course_id: courseId, display_name: 'Demo', escalation_email: 'help@example.org' }];
  await contender.seed({ users: [{ ...staff, ...person(staff.username) }], courses });
  // The reference saves them one by one, so a request with all of them would time out.
  const atOnce = 200;
  const all = learners(count);
  for (let first = 0; first < count; first += atOnce) {
    const some = all.slice(first, first + atOnce);
    await contender.seed({
      users: some.map(({ id, username }) => ({ id, ...person(username) })),
      enrollments: some.map(({ username }) => ({ user: username, course_id: courseId, mode: 'verified' })),
    });
  }
}

/** Publishes exams in a course and answers their ids. Their content is `exam0`, `exam1` and so on. */
export async function publish(contender: Contender, courseId: string, count: number, more: object = {}) {
  const exams = Array.from({ length: count }, (_, index) => {
    const content_id = `${courseId.replace('course', 'block')}+type@sequential+block@exam${index}`;
    return { ...publishedExam(`exam ${index}`, more), course_id: courseId, content_id };
  });
  const path = `${root}/exam_registration/course_id/${courseId}`;
  const answer: { exam_id: number }[] = await request(
    contender.port,
    'PATCH',
    path,
    await contender.credentials(staff),
    exams,
  );
  return answer.map(({ exam_id }) => exam_id);
}

/**
 * Appends and projects attempts as the service does: one of each learner at each exam. Each exam has its own day, and its
 * learners begin within three hours. `lifeOf` lists the later events of a learner's attempt.
 */
export async function fillWithAttempts(
  url: string,
  courseId: string,
  examIds: readonly number[],
  learners: number,
  lifeOf: (learner: number) => string[] = () => [],
) {
  const pool = new Database(poolOptions(url, { max: 4 }));
  const store = new EventStore(pool, projectInline);
  const attempts = examIds.length * learners;
  const { rows } = await pool.query(
    `select min(id) as first from (select nextval('attempt_ids') as id from generate_series(1, $1)) as taken`,
    [attempts],
  );
  const appendOf = (number: number): Append => {
    const [exam, learner] = [Math.floor(number / learners), number % learners];
    const [examId, userId] = [examIds[exam], learnerId(learner)];
    const at = (minutes: number) =>
      new Date(
        firstDay + exam * 1440 * minute + Math.floor((180 * minute * learner) / learners) + minutes * minute,
      ).toISOString();
    const attemptId = Number(rows[0].first) + number;
    const created: Event = {
      type: 'AttemptCreated',
      data: {
        attemptId,
        examId,
        userId,
        attemptCode: `CODE-${attemptId}`,
        status: 'created',
        externalId: `test-attempt-${attemptId}`,
        takingAsProctored: true,
        isSampleAttempt: false,
        reviewPolicyId: null,
        timeRemainingSeconds: null,
        effects: [],
        at: at(0),
      },
    };
    const later = lifeOf(learner).map((type, index): Event => {
      const more: Record<string, object> = {
        AttemptStarted: { allowed: { minutes: 30, limitMinutes: 30, additionalMinutes: 0 } },
        AttemptSubmitted: { completedAt: at(index + 1), because: 'handed_in' },
      };
      return { type, data: { attemptId, effects: [], at: at(index + 1), ...more[type] } };
    });
    const actor = { kind: 'user' as const, userId };
    const metadata = { commandId: 'fill', actor, courseId, examId, userId };
    return { stream: `attempts-${examId}-${userId}`, after: start, history: [], events: [created, ...later], metadata };
  };
  try {
    for (let first = 0; first < attempts; first += streamsAtOnce) {
      const size = Math.min(streamsAtOnce, attempts - first);
      await store.append(Array.from({ length: size }, (_, index) => appendOf(first + index)));
    }
  } finally {
    await pool.end();
  }
}
