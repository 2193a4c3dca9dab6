import { jest } from '@jest/globals';
import pg from 'pg';
import { shared } from '../../../../test/support/hooks.js';
import { withLtiTools } from '../../../../test/support/lti-tools.js';
import {
  contentId,
  courseId,
  openCourse,
  openRunningExam,
  openService,
  people,
} from '../../../../test/support/service.js';

const { alice, staff, teacher } = people;

/** Statements that these requests do not wait for: of the clock, new connections, notifications, times of polls, the access log. */
const otherStatements = /clock_timestamp|set_config|current_user|pg_backend_pid|pg_notify|attempt_polls|access_log/;

const service = shared(openRunningExam);

afterEach(() => jest.restoreAllMocks());

/** The statements of each round trip. Statements that are sent while another one is on its way share its round trip. */
async function roundTripsOf(work: () => Promise<unknown>): Promise<string[][]> {
  const trips: string[][] = [];
  let onTheirWay = 0;
  const query: any = pg.Client.prototype.query;
  jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: any[]): any {
    const [statement] = given;
    const text: string = statement.text ?? statement;
    if (otherStatements.test(text)) return query.apply(this, given);
    if (onTheirWay++ === 0) trips.push([]);
    trips.at(-1)!.push(text);
    const arrived = () => {
      onTheirWay--;
    };
    const countingArrival =
      (callback: any) =>
      (...answer: unknown[]) => {
        arrived();
        callback(...answer);
      };
    const last = given.length - 1;
    if (typeof given[last] === 'function') given[last] = countingArrival(given[last]);
    else if (typeof statement.callback === 'function') statement.callback = countingArrival(statement.callback);
    else return query.apply(this, given).finally(arrived);
    return query.apply(this, given);
  } as any);
  await work();
  jest.restoreAllMocks();
  return trips;
}

const poll = () => service.request(alice, 'GET', service.attempt);
const put = async (action: string, by: Pick<typeof service, 'request'> = service) =>
  expect((await by.request(alice, 'PUT', service.attempt, { action })).status).toBe(200);

it('a poll takes one round trip to the database', async () => {
  await poll();
  const trips = await roundTripsOf(poll);
  expect(trips.length).toBe(1);
});

/** The statements of an auditor's request by course staff. */
async function statementsOfAudit(route: string): Promise<string[]> {
  const path = `/api/audit/v1/attempts/${service.attempt.split('/').at(-1)}/${route}`;
  const read = async () => expect((await service.request(teacher, 'GET', path)).status).toBe(200);
  await read();
  return (await roundTripsOf(read)).flat();
}

it("an audit read by course staff takes two queries: the right with the stream, and the stream's events", async () => {
  expect(await statementsOfAudit('state')).toEqual([
    expect.stringContaining('as "isStaff"'),
    expect.stringContaining('from events'),
  ]);
});

it('a history reads the signed checkpoints and the keys as well, and no more for more events', async () => {
  const statements = await statementsOfAudit('history');
  expect(statements.length).toBe(4);
  await put('stop');
  await put('start');
  expect((await statementsOfAudit('history')).length).toBe(statements.length);
});

it('pages of the instructor API take as many queries for two rows as for one', async () => {
  const { body } = await service.request(alice, 'GET', service.attempt);
  const exam = body.proctored_exam;
  const here = `/api/instructor/v2/courses/${encodeURIComponent(exam.course_id)}/special_exams`;
  const grant = {
    exam_ids: [exam.id],
    user_ids: ['alice', 'bob'],
    allowance_type: 'review_policy_exception',
    value: 'x',
  };
  expect((await service.request(teacher, 'POST', `${here}/allowances`, grant)).body.results).toHaveLength(2);
  await service.createAttempt(people.bob, exam.id);
  for (const list of ['attempts', 'allowances']) {
    const statementsFor = async (size: number) => {
      const read = async () => {
        const page = await service.request(teacher, 'GET', `${here}/${list}?page_size=${size}`);
        expect(page.body.results).toHaveLength(size);
      };
      await read();
      return (await roundTripsOf(read)).flat().length;
    };
    expect(await statementsFor(2)).toBe(await statementsFor(1));
  }
});

it('a change takes three: the attempt, what the decision needs, and the append', async () => {
  // The first change after one of many learners reads the history again.
  await put('stop');
  await put('start');
  const trips = await roundTripsOf(() => put('stop'));
  expect(trips.length).toBeLessThanOrEqual(3);
  expect(trips.at(-1)!.join()).toContain('append_event');
});

it('a change takes no more in a process that has not read the attempt before', async () => {
  const other = await openService({}, service);
  try {
    for (let each = 0; each < 4; each++) await other.request(alice, 'GET', service.attempt);
    const trips = await roundTripsOf(() => put('submit', other));
    expect(trips.length).toBeLessThanOrEqual(3);
    expect(trips.flat().join()).toContain('from unnest($1::text[], $2::bigint[]) as wanted');
  } finally {
    await other.app.close();
  }
});

it('a publish of many exams by the API of edx-exams takes as many round trips as one of few', async () => {
  const course = await openCourse({}, { settings: withLtiTools });
  const send = async (path: string, body: unknown) =>
    expect((await course.request(staff, 'PATCH', `/api/v1/${path}/course_id/${courseId}`, body)).status).toBeLessThan(
      300,
    );
  const tripsOf = async (names: string[], minutes: number) => {
    const exams = names.map((name) => ({
      ...{ content_id: contentId(name), exam_name: name, time_limit_mins: minutes, due_date: null },
      ...{ exam_type: 'timed', hide_after_due: false, is_active: true },
    }));
    return (await roundTripsOf(() => send('exams', exams))).length;
  };
  try {
    await send('configs', { provider: 'lti_one', escalation_email: null });
    const many = Array.from({ length: 20 }, (_, index) => `exam${index}`);
    await tripsOf(['one', 'two', ...many], 10);
    const ofFew = await tripsOf(['one', 'two'], 20);
    await tripsOf(['one', 'two', ...many], 30);
    expect(await tripsOf(['one', 'two', ...many], 40)).toBeLessThanOrEqual(ofFew + 1);
  } finally {
    await course.close();
  }
});
