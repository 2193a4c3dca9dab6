import { readFileSync } from 'node:fs';
import { shared } from '../support/hooks.js';
import { courseId, openCourse, people, root } from '../support/service.js';

const { staff, alice, bob, teacher, reviewer } = people;
const path = `/api/exams/v1/courses/${encodeURIComponent(courseId)}/review-outcomes`;

const service = shared(() =>
  openCourse({
    midterm: { exam_name: 'Midterm', backend: 'test' },
    final: { exam_name: 'Final', backend: 'test' },
    quiz: { exam_name: 'Quiz', is_proctored: false },
  }),
);
const ask = async (query = '', person: Parameters<typeof service.request>[0] = teacher, headers = {}) =>
  service.request(person, 'GET', path + query, undefined, headers);
const change = (person: typeof alice, id: number, action: string) =>
  service.request(person, 'PUT', `${root}/attempt/${id}`, { action });
const handIn = async (person: typeof alice, exam: 'midterm' | 'final' | 'quiz', more = {}) => {
  const id = await service.createAttempt(person, service.exams[exam], { start_clock: 'true', ...more });
  await change(person, id, 'submit');
  return id;
};
const review = async (id: number, status: string) => {
  const url = `${root}/attempt/test-attempt-${id}/reviewed`;
  expect((await service.request(reviewer, 'POST', url, { status, comments: [] })).status).toBe(200);
};

let handedInAt: Date;
let waiting: number;

beforeAll(async () => {
  // The time comes from behind, because a token lives for an hour.
  await service.moveClock('-54 hours');
  const early = [await handIn(alice, 'midterm'), await handIn(bob, 'midterm')] as const;
  waiting = await handIn(alice, 'final');
  await handIn(bob, 'quiz', { attempt_proctored: 'false' });
  [{ completed_at: handedInAt }] = await service.query('select completed_at from attempts where id = $1', [waiting]);
  await service.moveClock('-49 hours');
  await review(early[0], 'passed');
  await service.moveClock('0 hours');
  await review(early[1], 'suspicious');
});

it('the outcomes of a course are counted by exam and provider, with the times of reviews', async () => {
  const { status, body } = await ask();
  expect(status).toBe(200);
  const none = { verified: 0, rejected: 0, second_review: 0, waiting: 0, error: 0, reviewed: 0 };
  const midterm = { ...none, verified: 1, second_review: 1, reviewed: 2, median_hours: 5, p90_hours: 54 };
  const total = { ...midterm, waiting: 1 };
  expect(new Date(body.total.oldest_waiting_since)).toEqual(handedInAt);
  expect(body).toMatchObject({
    total,
    exams: [
      { exam_id: service.exams.midterm, exam_name: 'Midterm', ...midterm, oldest_waiting_since: null },
      { exam_name: 'Final', ...none, waiting: 1, median_hours: null },
    ],
    providers: [{ provider: 'Test Provider', ...total }],
  });
  expect(body.exams).toHaveLength(2);
  const some = (counts: any[]) => counts.filter(({ attempts }) => attempts > 0);
  expect(some(body.waiting_by_days)).toEqual([{ days: 2, attempts: 1 }]);
  expect(some(body.reviewed_by_days)).toEqual([
    { days: 0, attempts: 1 },
    { days: 2, attempts: 1 },
  ]);
  const sums = body.days.map(({ submitted, reviewed }: any) => [submitted, reviewed]);
  expect(sums[0][0]).toBe(3);
  expect(sums.flat().reduce((a: number, b: number) => a + b)).toBe(5);
  expect(body.days[0].day).toBe(handedInAt.toISOString().slice(0, 10));
});

it('the outcomes of one exam alone', async () => {
  const { body } = await ask(`?exam_id=${service.exams.final}`);
  expect(body).toMatchObject({
    total: { waiting: 1, verified: 0 },
    exams: [{ exam_name: 'Final' }],
    days: [{ submitted: 1 }],
  });
  expect((await ask('?exam_id=99999')).body).toMatchObject({ exams: [], total: { waiting: 0 } });
});

it('the outcomes are CSV, too, with a line for each exam', async () => {
  const { body, headers } = await ask('', teacher, { accept: 'text/csv' });
  expect(headers['content-disposition']).toContain('review-outcomes_course-v1_OrgX+Demo+2031.csv');
  expect(body.split('\r\n')[1]).toBe(`${service.exams.midterm},"Midterm","Test Provider",1,0,1,0,0,,2,5,54`);
});

it('staff of the course alone see outcomes', async () => {
  expect((await ask('', alice)).status).toBe(403);
  expect((await ask('', staff)).status).toBe(200);
});

it('an attempt that is removed has no outcome', async () => {
  await service.request(staff, 'DELETE', `${root}/attempt/${waiting}`);
  expect((await ask()).body.total.waiting).toBe(0);
  expect(await service.query('select id from review_times where id = $1', [waiting])).toEqual([]);
});

it('the migration fills the times of attempts that were there before', async () => {
  const before = await service.query('select * from review_times order by id');
  await service.query(`drop table review_times; ${readFileSync('migrations/9850-review-times.sql', 'utf8')}`);
  expect(await service.query('select * from review_times order by id')).toEqual(before);
  expect(before).toHaveLength(2);
});
