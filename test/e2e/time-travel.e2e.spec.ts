import { Downloads } from '../../apps/api/src/history/downloads.js';
import { Clock } from '../../libs/clock/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { courseId, openService, people, publishedExam, roster } from '../support/service.js';

const { staff, alice, bob, teacher, reviewer } = people;
const auditor = { user_id: 9, preferred_username: 'auditor', scopes: ['audit:read'] };
const root = '/api/edx_proctoring/v1/proctored_exam';
const audit = '/api/audit/v1';
const course = `${audit}/courses/${encodeURIComponent(courseId)}`;

let service: Awaited<ReturnType<typeof openService>>;
let exams: { midterm: number; onboarding: number };

const ask = (...request: Parameters<typeof service.request>) => service.request(...request);
const create = async (exam: keyof typeof exams, person = alice) =>
  (
    await ask(person, 'POST', `${root}/attempt`, {
      exam_id: exams[exam],
      attempt_proctored: 'true',
      start_clock: 'true',
    })
  ).body.exam_attempt_id as number;
const act = (id: number, action: string, person = alice) => ask(person, 'PUT', `${root}/attempt/${id}`, { action });
const allow = (key: string, value: string) =>
  ask(teacher, 'PUT', `${root}/allowance`, { exam_id: exams.midterm, user_info: 'alice', key, value });
const read = async (path: string, person: Parameters<typeof ask>[0] = auditor) => {
  const { status, body } = await ask(person, 'GET', path);
  expect({ path, status }).toEqual({ path, status: 200 });
  return String(body)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};
const csv = async (path: string) => String((await ask(auditor, 'GET', path)).body).split('\r\n');

let attempt: number;
/** The time after each step, five minutes apart. */
const after: string[] = [];
const steps = [
  async () => {
    const practised = await create('onboarding');
    await act(practised, 'submit');
    await allow('additional_time_granted', '10');
  },
  async () => {
    attempt = await create('midterm');
  },
  async () => {
    await act(attempt, 'submit');
    const practised = (await read(`${course}/attempts`)).find(({ exam_id }) => exam_id === exams.onboarding).id;
    const review = { status: 'passed', comments: [] };
    await ask(reviewer, 'POST', `${root}/attempt/test-attempt-${practised}/reviewed`, review);
  },
  async () => {
    await allow('additional_time_granted', '25');
    await allow('review_policy_exception', 'may use a screen reader');
    await create('midterm', bob);
  },
  async () => {
    await ask(teacher, 'DELETE', `${root}/attempt/${attempt}`);
  },
];

beforeAll(async () => {
  service = await openService();
  await ask(staff, 'PUT', '/api/lms/v1/roster', roster);
  const { body } = await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, [
    publishedExam('midterm'),
    publishedExam('onboarding', { is_practice_exam: true }),
  ]);
  exams = { midterm: body[0].exam_id, onboarding: body[1].exam_id };
  for (const [index, step] of steps.entries()) {
    await step();
    after.push(service.app.get(Clock).now());
    await service.moveClock(`${5 * (index + 1)} minutes`);
  }
});
afterAll(() => service.close());

describe('an attempt', () => {
  const compare = (query: string, person = teacher) => ask(person, 'GET', `${audit}/attempts/${attempt}/diff?${query}`);
  const fields = (body: any) => Object.fromEntries(body.differences.map(({ field, ...each }: any) => [field, each]));

  it('is compared between two times: the fields that changed, and the events that changed them', async () => {
    const { status, body } = await compare(`from=${after[1]}&to=${after[2]}`);
    expect(status).toBe(200);
    expect(fields(body)).toMatchObject({
      status: { before: 'started', after: 'submitted' },
      completed_at: { before: null, after: expect.any(String) },
    });
    expect(fields(body)).not.toHaveProperty('allowed_time_limit_mins');
    expect(body.events).toMatchObject([{ type: 'AttemptSubmitted', actor: { kind: 'user', userId: alice.user_id } }]);
  });

  it('is compared between versions and times, in both directions', async () => {
    const { body: forth } = await compare(`from=0&to=${after[2]}`);
    expect(fields(forth).status).toEqual({ before: null, after: 'submitted' });
    const { body: back } = await compare(`from=${after[2]}&to=0`);
    expect(fields(back).status).toEqual({ before: 'submitted', after: null });
    expect(back.events).toEqual(forth.events);
    expect((await compare('')).body.differences).toEqual([]); // it was removed
  });

  it('is compared for auditors and staff of the course alone, and with moments that are some', async () => {
    expect((await compare('', auditor)).status).toBe(200);
    expect((await compare('', alice)).status).toBe(403);
    expect(await compare('from=yesterday')).toMatchObject({
      ...{ status: 400, body: { detail: 'from: neither a version nor an ISO 8601 time.' } },
    });
    expect((await ask(auditor, 'GET', `${audit}/attempts/999/diff`)).status).toBe(404);
  });
});

describe('a list as of a time', () => {
  const statusesAt = async (at: string) =>
    (await read(`${course}/attempts?at=${at}`)).map(({ exam_id, user_id, status }) => [exam_id, user_id, status]);

  it("has a course's attempts as they were, also those that were removed later", async () => {
    const { midterm, onboarding } = exams;
    expect(await statusesAt(after[0]!)).toEqual([[onboarding, 2, 'submitted']]);
    expect(await statusesAt(after[1]!)).toEqual([
      ...[
        [midterm, 2, 'started'],
        [onboarding, 2, 'submitted'],
      ],
    ]);
    expect(await statusesAt(after[3]!)).toEqual([
      ...[
        [midterm, 2, 'submitted'],
        [midterm, 3, 'started'],
        [onboarding, 2, 'verified'],
      ],
    ]);
    expect(await statusesAt('2000-01-01T00:00:00Z')).toEqual([]);
  });

  it('is, as of now, what the read model has', async () => {
    const rows = await read(`${course}/attempts`);
    const stored = await service.database.owner.query(
      'select to_json(attempts) as row from attempts order by exam_id, user_id',
    );
    const same = rows.map(({ cursor: _, course_id, content_id, ...row }) => row);
    const instants = (row: Record<string, unknown>) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          /T.*(Z|\+00:00)$/.test(String(value)) ? Date.parse(String(value)) : value,
        ]),
      );
    expect(same.map(instants)).toEqual(stored.rows.map(({ row }) => instants(row)));
  });

  it('has allowances as they were; what is encrypted stays so', async () => {
    const allowances = async (at: string) =>
      (await read(`${course}/allowances?at=${at}`)).map(({ key, value }) => [key, value]);
    expect(await allowances(after[0]!)).toEqual([['additional_time_granted', '10']]);
    expect(await allowances(after[3]!)).toEqual([
      ['additional_time_granted', '25'],
      ['review_policy_exception', null],
    ]);
    expect(await read(`${course}/allowances`)).toMatchObject([{ is_encrypted: false }, { is_encrypted: true }]);
  });

  it('has onboarding as learner and staff saw it', async () => {
    const onboarding = async (at: string) => read(`${course}/onboarding?at=${at}`);
    const alices = { course_id: courseId, user_id: alice.user_id };
    expect(await onboarding(after[1]!)).toEqual([
      expect.objectContaining({ ...alices, status: 'submitted', status_for_staff: 'submitted', expires_at: null }),
    ]);
    expect(await onboarding(after[2]!)).toEqual([
      expect.objectContaining({ ...alices, status: 'verified', expires_at: expect.any(String) }),
    ]);
    expect(await read(`${audit}/users/${alice.user_id}/onboarding?at=${after[2]}`)).toMatchObject([
      { ...alices, status: 'verified' },
    ]);
    expect(await read(`${audit}/users/${bob.user_id}/onboarding`)).toEqual([]);
  });

  it('has all of one learner', async () => {
    const own = await read(`${audit}/users/${alice.user_id}/attempts?at=${after[3]}`);
    expect(own.map(({ exam_id, status }) => [exam_id, status])).toEqual([
      ...[
        [exams.midterm, 'submitted'],
        [exams.onboarding, 'verified'],
      ],
    ]);
    expect(await read(`${audit}/users/${alice.user_id}/allowances`)).toHaveLength(2);
    expect(await read(`${audit}/users/999/attempts`)).toEqual([]);
  });

  it('is for auditors, and for staff of the course; a learner is read by auditors alone', async () => {
    for (const list of ['attempts', 'allowances', 'onboarding']) {
      expect((await ask(alice, 'GET', `${course}/${list}`)).status).toBe(403);
      expect((await ask(teacher, 'GET', `${course}/${list}`)).status).toBe(200);
      expect((await ask(teacher, 'GET', `${audit}/users/${alice.user_id}/${list}`)).status).toBe(403);
      expect((await ask(teacher, 'GET', `${audit}/courses/course-v1:OrgX+Other+2031/${list}`)).status).toBe(403);
    }
    const recorded = `select from access_log where outcome = 'done' and user_id = 4 and action like 'GET ${audit}/courses/%'
      and objects = array['course:${courseId}'] and row_count is not null`;
    await until(
      'the exports are recorded with their rows',
      async () => (await service.database.owner.query(recorded)).rowCount === 3,
    );
  });

  it('refuses a time and a cursor that are none', async () => {
    expect((await ask(auditor, 'GET', `${course}/attempts?at=noon`)).body).toEqual({
      detail: 'at: not an ISO 8601 time.',
    });
    for (const list of ['attempts', 'allowances', 'onboarding'])
      expect((await ask(auditor, 'GET', `${course}/${list}?after=x`)).status).toBe(400);
  });
});

describe('an export', () => {
  const exportsOfAll = () => [
    `${audit}/events`,
    `${audit}/attempts/${attempt}/events`,
    `${course}/attempts?at=${after[3]}`,
    `${course}/allowances`,
    `${course}/onboarding`,
    `${audit}/users/${alice.user_id}/attempts?at=${after[3]}`,
    `${audit}/users/${alice.user_id}/onboarding`,
    `${course}/what-if?limit_minutes=1`,
    `${audit}/access?user_id=${teacher.user_id}`,
  ];
  const withQuery = (path: string, query: string) => `${path}${path.includes('?') ? '&' : '?'}${query}`;

  it('says the same as NDJSON and as CSV', async () => {
    for (const path of exportsOfAll()) {
      const rows = await read(withQuery(path, 'format=ndjson'));
      const [head, ...lines] = await csv(withQuery(path, 'format=csv'));
      expect(lines.pop()).toBe('');
      expect({ path, lines: lines.length }).toEqual({ path, lines: rows.length });
      const names = head!.replaceAll('"', '').split(',');
      const fields = Object.keys(rows[0]!);
      expect(names.filter((name) => name !== 'cursor').sort()).toEqual(
        fields.filter((name) => name !== 'cursor').sort(),
      );
    }
  });

  it('goes on behind the cursor of any line, without the column names', async () => {
    for (const path of exportsOfAll()) {
      const [head, ...lines] = await csv(withQuery(path, 'format=csv'));
      expect(head).toMatch(/^"cursor",/);
      for (const [index, line] of lines.slice(0, -1).entries()) {
        const cursor = /^"([^"]*)"/.exec(line)![1]!;
        const rest = await csv(withQuery(path, `format=csv&after=${encodeURIComponent(cursor)}`));
        expect({ path, cursor, rest }).toEqual({ path, cursor, rest: lines.slice(index + 1) });
        if (index === 3) break;
      }
    }
  });

  it('is asked for by its type, too; other types and formats are not there', async () => {
    const accepts = async (accept: string) =>
      (await ask(auditor, 'GET', `${audit}/events`, undefined, { accept })).status;
    expect(await accepts('application/x-ndjson')).toBe(200);
    expect(await accepts('text/csv')).toBe(200);
    expect(await accepts('text/html')).toBe(406);
    expect((await ask(auditor, 'GET', `${audit}/events?format=xml`)).status).toBe(404);
    expect((await ask(auditor, 'GET', `${audit}/attempts/${attempt}/history?format=csv`)).status).toBe(404);
  });

  it('uses connections that can write nothing', async () => {
    const { pages, log } = service.app.get(Downloads);
    const insert = `insert into access_log (action, outcome, objects) values ('x', 'done', '{}')`;
    const read = { name: 'a write', text: insert, values: [] };
    for (const write of [pages.query(insert), pages.read(read), log.query(insert)])
      await expect(write).rejects.toThrow('cannot execute INSERT in a read-only transaction');
  });
});

describe('what if', () => {
  const whatIf = (query: string, person: Parameters<typeof ask>[0] = auditor) =>
    read(`${course}/what-if?${query}`, person);
  const written = async () => {
    const tables = ['events', 'streams', 'attempts', 'allowances', 'commands', 'checkpoints', 'enrollments', 'exams'];
    const rows = await Promise.all(
      tables.map((table) => service.database.owner.query(`select ${table}::text from ${table} order by 1`)),
    );
    return JSON.stringify(rows.map((each) => each.rows));
  };

  it('the limit had been a minute: it says whose exam would have ended earlier, and changes nothing', async () => {
    const before = await written();
    const rows = await whatIf('limit_minutes=1');
    const bobs = rows.find(({ user_id }) => user_id === bob.user_id);
    expect(bobs).toMatchObject({
      exam_id: exams.midterm,
      differences: expect.arrayContaining([
        { field: 'status', before: 'started', after: 'submitted' },
        { field: 'allowed_time_limit_mins', before: 30, after: 1 },
      ]),
    });
    expect(await written()).toBe(before);
  });

  it('no status had passed: the review of onboarding would have failed', async () => {
    expect(await whatIf('passing=')).toMatchObject([
      {
        exam_id: exams.onboarding,
        user_id: alice.user_id,
        differences: [{ field: 'status', before: 'verified', after: 'rejected' }],
      },
    ]);
    expect(await whatIf('second_review=true')).toEqual([]);
    expect(await whatIf('passing=Clean', teacher)).toEqual([]);
  });

  it('is asked with a rule, by auditors and staff of the course', async () => {
    for (const query of [
      '',
      'passing=good',
      'limit_minutes=0',
      'limit_minutes=x',
      'timed_out=maybe',
      'second_review=',
      'passing=&after=x',
    ])
      expect({ query, status: (await ask(auditor, 'GET', `${course}/what-if?${query}`)).status }).toEqual({
        query,
        status: 400,
      });
    expect((await ask(alice, 'GET', `${course}/what-if?passing=`)).status).toBe(403);
  });
});

describe('a large course', () => {
  it('is read page by page, each learner once', async () => {
    const examId = exams.midterm;
    await service.database.owner.query(
      `set session_replication_role = replica;
       with made as (
         insert into events (id, stream, version, type, schema_version, data, metadata, hash)
         select gen_random_uuid(), 'attempts-${examId}-' || learner, 1, 'AttemptCreated', 1,
           json_build_object('attemptId', learner, 'examId', ${examId}, 'userId', learner, 'attemptCode', learner, 'status', 'created',
             'externalId', null, 'takingAsProctored', true, 'isSampleAttempt', false, 'reviewPolicyId', null,
             'timeRemainingSeconds', null, 'effects', '[]'::json, 'at', '2026-01-01T00:00:00.000Z'),
           json_build_object('commandId', 'x', 'courseId', '${courseId}', 'contentId', 'midterm', 'examId', ${examId}, 'userId', learner,
             'actor', json_build_object('kind', 'clock')), sha256('')
         from generate_series(1001, 1350) as learner returning stream, version, hash)
       insert into streams (id, version, head_hash) select stream, version, hash from made;
       set session_replication_role = origin`,
    );
    const rows = await read(`${course}/attempts`);
    const made = rows.filter(({ user_id }) => user_id > 1000);
    expect(new Set(made.map(({ user_id }) => user_id)).size).toBe(350);
    expect(made).toHaveLength(350);
    const rest = await read(`${course}/attempts?after=${made[200].cursor}`);
    expect(rest).toEqual(rows.slice(rows.indexOf(made[200]) + 1));
  });
});
