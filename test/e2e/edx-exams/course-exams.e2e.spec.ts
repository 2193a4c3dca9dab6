import { projections, rebuild } from '../../../libs/read-models/src/index.js';
import { shared } from '../../support/hooks.js';
import { withLtiTools } from '../../support/lti-tools.js';
import { contentId, courseId, openCourse, type Person, people, root } from '../../support/service.js';

const { alice, staff, teacher } = people;
const service = shared(() => openCourse({ old: {} }, { settings: withLtiTools }));

const exams = `/api/v1/exams/course_id/${courseId}/`;
const configuration = `/api/v1/configs/course_id/${courseId}`;
const ask = (person: Person | undefined, method: string, path: string, body?: unknown) =>
  service.request(person, method, path, body);
const configure = (provider: string | null, escalation_email: string | null = null) =>
  ask(teacher, 'PATCH', configuration, { provider, escalation_email });
const listed = (name: string, more: object = {}) => ({
  content_id: contentId(name),
  exam_name: name,
  time_limit_mins: 30,
  due_date: null,
  exam_type: 'proctored',
  hide_after_due: false,
  is_active: true,
  ...more,
});
const register = (...items: unknown[]) => ask(staff, 'PATCH', exams, items);
const active = async (): Promise<Record<string, any>> => {
  const { body } = await ask(teacher, 'GET', exams);
  return Object.fromEntries(body.map((exam: any) => [exam.exam_name, exam]));
};
const eventsOf = async (examId: number): Promise<string[]> =>
  (await service.query('select type from events where stream = $1 order by version', [`exam-${examId}`])).map(
    ({ type }) => type,
  );
const numberOfEvents = async () => (await service.query('select count(*)::int as n from events'))[0].n;

describe('a course without a provider of LTI proctoring', () => {
  it('publishes by the rules of edx-proctoring, and has no list of exams', async () => {
    const items = [
      { ...listed('old'), course_id: courseId },
      { ...listed('trial', { exam_type: 'onboarding' }), course_id: courseId },
    ];
    expect(await register(...items)).toMatchObject({ status: 200, body: [{ exam_id: 1 }, { exam_id: 2 }] });
    expect((await ask(alice, 'GET', `${root}/exam/exam_id/2`)).body).toMatchObject({
      is_proctored: true,
      is_practice_exam: true,
      backend: 'test',
    });
    expect(await register({ ...listed('old'), course_id: courseId, exam_type: 'nonsense' })).toMatchObject({
      status: 422,
      body: [{ is_proctored: ['This field is required.'], is_practice_exam: ['This field is required.'] }],
    });
    expect(await ask(teacher, 'GET', exams)).toMatchObject({ status: 404, body: [] });
  });

  it("shows edx-proctoring's settings of an exam, and a learner's own onboarding", async () => {
    const settings = await ask(alice, 'GET', `/api/v1/exam/provider_settings/course_id/${courseId}/exam_id/1`);
    expect(settings.body).toEqual((await ask(alice, 'GET', `${root}/settings/exam_id/1/`)).body);
    const onboarding = `/api/v1/student/course_id/${courseId}/onboarding`;
    expect(await ask(alice, 'GET', onboarding)).toMatchObject({ status: 200, body: { onboarding_status: null } });
    // The original asked with its own account, so any learner saw the onboarding of others.
    expect(await ask(alice, 'GET', `${onboarding}?username=bob`)).toMatchObject({ status: 403 });
    expect(await ask(teacher, 'GET', `${onboarding}?username=bob`)).toMatchObject({ status: 200 });
  });
});

describe('the configuration of a course', () => {
  it('begins a generation of each active exam with another provider, in one transaction', async () => {
    expect(await configure('lti_one', 'help@uni.example.org')).toMatchObject({ status: 204, body: '' });
    expect(await ask(alice, 'GET', configuration)).toMatchObject({
      body: { provider: 'lti_one', escalation_email: 'help@uni.example.org' },
    });
    const { old, trial } = await active();
    expect([old.exam_type, trial.exam_type]).toEqual(['proctored', 'onboarding']);
    expect(old.id).toBeGreaterThan(2);
    expect(await eventsOf(1)).toEqual(['ExamCreated', 'ExamGenerationBegun']);
    const changes = await service.query(
      "select distinct transaction_id from events where type in ('CourseExamsConfigured', 'ExamGenerationBegun')",
    );
    expect(changes).toHaveLength(1);
    expect((await ask(alice, 'GET', `${root}/exam/exam_id/1`)).body).toMatchObject({ id: 1, backend: 'lti_one' });
    expect((await ask(alice, 'GET', `/api/v1/student/course_id/${courseId}/onboarding`)).status).toBe(404);
  });

  it('begins no generation with the same provider', async () => {
    const before = await active();
    expect(await configure('lti_one')).toMatchObject({ status: 204 });
    expect(await active()).toEqual(before);
  });

  it.each([
    [{}, { provider: ['This field is required.'], escalation_email: ['This field is required.'] }],
    [{ provider: 'nobody', escalation_email: null }, { provider: ['Proctoring provider does not exist.'] }],
    // A provider that is no LTI tool is not for this surface.
    [{ provider: 'test', escalation_email: null }, { provider: ['Proctoring provider does not exist.'] }],
    [{ provider: 'lti_one', escalation_email: 'nonsense' }, { escalation_email: ['Enter a valid email address.'] }],
    [
      { provider: null, escalation_email: 'a@example.org' },
      { non_field_errors: ['Escalation email must be None when provider is None.'] },
    ],
  ])('%j is refused, and nothing is written', async (body, errors) => {
    const before = await numberOfEvents();
    expect(await ask(teacher, 'PATCH', configuration, body)).toMatchObject({ status: 400, body: errors });
    expect(await numberOfEvents()).toBe(before);
  });

  it('is changed by course staff only, and read by every learner', async () => {
    const denied = { detail: 'You do not have permission to perform this action.' };
    expect(await ask(alice, 'PATCH', configuration, {})).toMatchObject({ status: 403, body: denied });
    expect(await ask(undefined, 'GET', configuration)).toMatchObject({ status: 401 });
    expect((await ask(alice, 'GET', '/api/v1/configs/course_id/Ext-1:2')).body.provider).toBeNull();
  });
});

describe('exams of a course with a provider of LTI proctoring', () => {
  it('change in place, and keep their id', async () => {
    await register(listed('old'), listed('quiz', { exam_type: 'timed' }));
    const { old, quiz } = await active();
    const dueDate = '2031-07-01T12:00:00.250000+02:00';
    expect(await register(listed('old', { due_date: dueDate }), listed('quiz', { exam_type: 'timed' }))).toMatchObject({
      status: 200,
      body: {},
    });
    expect(await active()).toEqual({ old: { ...old, due_date: '2031-07-01T10:00:00.250000Z' }, quiz });
  });

  it('get another id with another type, and when they come back', async () => {
    const { old, quiz } = await active();
    await register(listed('old', { exam_type: 'practice' }));
    const changed = await active();
    expect(changed.old).toMatchObject({ exam_type: 'practice' });
    expect(changed.old.id).toBeGreaterThan(old.id);
    expect(changed.quiz).toBeUndefined();
    await register(listed('old', { exam_type: 'practice' }), listed('quiz', { exam_type: 'timed' }));
    const back = await active();
    expect(back.old.id).toBe(changed.old.id);
    expect(back.quiz.id).toBeGreaterThan(quiz.id);
  });

  it.each([
    ['minutes below zero', { time_limit_mins: -5 }, 'time_limit_mins', 'greater than or equal to 0'],
    ['a truth value that cannot be stored', { hide_after_due: 'yes' }, 'hide_after_due', 'Must be a valid boolean.'],
    ['an unknown type', { exam_type: 'fun' }, 'exam_type', 'Must be a valid exam type.'],
    ['the same content twice', { exam_name: 'again' }, 'content_id', 'in the list already'],
  ])('are refused with %s, and nothing is written (H9)', async (_, wrong, field, message) => {
    const before = await numberOfEvents();
    const { status, body } = await register(listed('old'), listed('old', wrong));
    expect([status, body.detail, body.errors[0]]).toEqual([400, 'Invalid data', {}]);
    expect(body.errors[1][field][0]).toContain(message);
    expect(await numberOfEvents()).toBe(before);
  });

  it('are refused if they are no list of objects', async () => {
    expect(await register('x')).toMatchObject({
      status: 400,
      body: { errors: [{ non_field_errors: ['Invalid data. Expected a dictionary, but got str.'] }] },
    });
    expect(await ask(staff, 'PATCH', exams, listed('old'))).toMatchObject({
      status: 400,
      body: { errors: { non_field_errors: ['Expected a list of items but got type "dict".'] } },
    });
    expect(await ask(staff, 'POST', exams, [])).toMatchObject({ status: 405 });
  });
});

describe('the providers', () => {
  const names = async (query = '') =>
    (await ask(undefined, 'GET', `/api/v1/providers${query}`)).body.map(({ name }: any) => name);

  it('are the LTI tools, for anybody; those of other organizations are left out', async () => {
    expect((await ask(undefined, 'GET', '/api/v1/provider')).body[0]).toEqual({
      name: 'lti_one',
      verbose_name: 'LTI One',
      lti_configuration_id: '1',
    });
    expect([await names(), await names('?org=OrgA'), await names('?org=OrgB')]).toEqual([
      ['lti_one', 'lti_two'],
      ['lti_one'],
      ['lti_one', 'lti_two'],
    ]);
    expect((await ask(undefined, 'GET', '/api/v1/providers/')).status).toBe(404);
  });

  it('say whom to ask for help: the provider of each generation of an exam', async () => {
    const settingsOf = async (id: number) =>
      (await ask(alice, 'GET', `/api/v1/exam/provider_settings/course_id/${courseId}/exam_id/${id}`)).body;
    const { old: before } = await active();
    await configure('lti_two', 'help@uni.example.org');
    const { old: after } = await active();
    expect(await settingsOf(before.id)).toEqual({
      provider_tech_support_email: 'help@one.example.org',
      provider_tech_support_phone: null,
      provider_tech_support_url: 'https://one.example.org/help',
      provider_name: 'LTI One',
      proctoring_escalation_email: 'help@uni.example.org',
    });
    expect(await settingsOf(after.id)).toMatchObject({ provider_name: 'LTI Two', provider_tech_support_email: null });
    expect(await settingsOf(999_999)).toEqual({ proctoring_escalation_email: 'help@uni.example.org' });
  });
});

it('a course that gives its provider up goes on by the rules of edx-proctoring', async () => {
  expect(await configure(null)).toMatchObject({ status: 204 });
  expect(await ask(teacher, 'GET', exams)).toMatchObject({ status: 404, body: [] });
  expect((await ask(alice, 'GET', `${root}/exam/exam_id/1`)).body).toMatchObject({ backend: 'test' });
});

it('generations and configurations are read models: a rebuild from the log gives the same rows', async () => {
  const rebuilt = await rebuild(service.database.owner, projections, { dryRun: true });
  expect(rebuilt).toEqual(projections.map(({ table }) => expect.objectContaining({ table, differing: [] })));
  const generations = await service.query('select exam_id from exam_generations');
  expect(rebuilt.find(({ table }) => table === 'exam_generations')!.rows).toBe(generations.length);
});
