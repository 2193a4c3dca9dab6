import { browserHeaders, callsOf, filled, misfits, variantsOf } from '../../support/front-end-calls.js';
import { shared } from '../../support/hooks.js';
import { courseId, type Person, people } from '../../support/service.js';
import { openToolCourse } from './tool-course.js';

// The calls of the exams dashboard of Open edX, which staff open from the instructor dashboard (edx-exams.md §7).

const { alice, bob, teacher } = people;
const dashboard = 'https://dashboard.example.org';
const attempts = '/api/v1/exams/attempt';

const service = shared(() =>
  openToolCourse(
    { midterm: { exam_type: 'proctored' }, final: { exam_type: 'proctored' }, quiz: { exam_type: 'timed' } },
    { CORS_ORIGINS: dashboard },
  ),
);
let session: Record<string, string>;
let variables: Record<string, string | number>;

const createAttempt = async (learner: Person, exam: string): Promise<number> =>
  (await service.request(learner, 'POST', attempts, { exam_id: service.exams[exam] })).body.exam_attempt_id;
const ask = (method: string, path: string, body?: object) => service.request(undefined, method, path, body, session);
const allowances = `/api/v1/exams/course_id/${courseId}/allowances`;

beforeAll(async () => {
  const { midterm, final, quiz } = service.exams as Record<string, number>;
  const attempt = await createAttempt(bob, 'midterm');
  const review = await createAttempt(alice, 'final');
  await service.request(alice, 'PUT', `${attempts}/${review}`, { action: 'error' });
  await service.query(
    `insert into control_results values ($1, 'terminate', 0.5, '16', '2031-05-05T10:00:00Z', now())`,
    [review],
  );
  session = await browserHeaders(service, teacher, dashboard);
  variables = { course: courseId, exam: midterm!, reviewed: final!, timed: quiz!, attempt, review };
});

describe('the exams dashboard', () => {
  it.each(callsOf('exams-dashboard'))('$screen', async (call) => {
    const granted: any[] = (await ask('GET', allowances)).body;
    const allowance = granted.find(({ username, exam_id }) => username === 'bob' && exam_id === variables.exam)?.id;
    for (const more of variantsOf(call)) {
      const { method, path, body } = filled(call, { ...variables, allowance, ...more });
      const answer = await ask(method, path, body);
      expect([path, answer.status]).toEqual([path, call.status ?? 200]);
      if (call.reads) expect(misfits(answer.body, call.reads)).toEqual([]);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': dashboard,
        'access-control-allow-credentials': 'true',
      });
    }
  });

  it('leaves the last verdict, no attempt after a reset, and the allowances that it did not delete', async () => {
    const listed = async (exam: number) =>
      (await ask('GET', `/api/v1/instructor_view/course_id/${courseId}/attempts?limit=1000000&exam_id=${exam}`)).body;
    expect((await listed(service.exams.final!)).results).toMatchObject([
      {
        attempt_status: 'rejected',
        proctored_review: { severity: '0.50', submission_reason: 'Unplugged camera or microphone' },
      },
    ]);
    expect((await listed(service.exams.midterm!)).count).toBe(0);
    const left = (await ask('GET', allowances)).body.map(({ username, exam_name }: any) => `${username}: ${exam_name}`);
    expect(left.sort()).toEqual(['alice: midterm', 'bob: quiz']);
  });

  it('is refused each change that its browser sends without the token against forgery', async () => {
    const { 'x-csrftoken': _, ...forged } = session;
    const changes = callsOf('exams-dashboard').filter(({ method }) => method !== 'GET');
    for (const call of changes) {
      const { method, path, body } = filled(call, { ...variables, allowance: 1, action: 'verify' });
      const answer = await service.request(undefined, method, path, body, forged);
      expect([path, answer.status]).toEqual([path, 401]);
    }
  });
});
