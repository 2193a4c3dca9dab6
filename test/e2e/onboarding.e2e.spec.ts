import { fresh } from '../support/hooks.js';
import { contentId, courseId, openCourse, people, publishedExam, root, roster } from '../support/service.js';

const { staff, alice, bob } = people;
const elsewhere = 'course-v1:OrgX+Other+2031';

const service = fresh(() => {
  const strict = { provider: 'test', onboarding_error: 'onboarding_missing' };
  const patient = { provider: 'test', onboarding_error: 'onboarding_pending' };
  const enrollments = ['alice', 'bob'].map((user) => ({ user, course_id: elsewhere, mode: 'verified' }));
  return openCourse(
    {},
    {
      settings: {
        LEARNING_MICROFRONTEND_URL: 'https://learning.example.org',
        PROCTORING_BACKENDS: { DEFAULT: 'test', test: {}, strict, patient, null: {} },
      },
      roster: {
        ...roster,
        courses: [...roster.courses, { course_id: elsewhere, display_name: 'Other' }],
        enrollments: [...roster.enrollments, ...enrollments],
      },
    },
  );
});
const { request: ask } = service;
let exams: Record<string, number>;
beforeEach(() => {
  exams = {};
});

const onboarding = (name: string, more: object = {}) => publishedExam(name, { is_practice_exam: true, ...more });

/** Publishes only these exams, in this order. */
const publish = async (...listed: ReturnType<typeof publishedExam>[]) => {
  const [{ course_id }] = listed;
  const { body } = await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${course_id}`, listed);
  for (const [index, { exam_name }] of listed.entries()) exams[exam_name] = body[index].exam_id;
};
const create = (exam: string, person = alice) =>
  ask(person, 'POST', `${root}/attempt`, { exam_id: exams[exam], attempt_proctored: 'true' });
const attempts = async (person = alice) => {
  const { rows } = await service.database.owner.query(
    `select exam_name || ' ' || status as attempt from attempts join exams on exams.id = exam_id
      where user_id = $1 order by attempts.id`,
    [person.user_id],
  );
  return rows.map(({ attempt }) => attempt);
};

describe('while an attempt waits for onboarding, the link to onboarding (domain.md §7.3)', () => {
  const final = publishedExam('final', { backend: 'strict' });
  const schedules = (...lines: object[]) =>
    ask(staff, 'PUT', '/api/lms/v1/roster', { schedules: lines.map((line) => ({ course_id: courseId, ...line })) });
  const hidden = { scheduled: false, accessible: false };
  const [past, future] = ['2024-01-01T00:00:00Z', '2090-01-01T00:00:00Z'];
  const shown = async (isLearningMfe = false, content = 'final') => {
    const query = `content_id=${encodeURIComponent(contentId(content))}&is_learning_mfe=${isLearningMfe}`;
    return (await ask(alice, 'GET', `${root}/attempt/course_id/${courseId}?${query}`)).body.exam.onboarding_link;
  };
  const to = (name: string) => `/courses/${courseId}/jump_to/${contentId(name)}`;

  beforeEach(async () => {
    await publish(final, onboarding('older'), onboarding('newer'));
    await create('final');
  });

  it('leads to the newest onboarding exam of the course, in the LMS or in its front end', async () => {
    expect(await shown()).toBe(to('newer'));
    expect(await shown(true)).toBe(`https://learning.example.org/course/${courseId}/${contentId('newer')}`);
  });

  it.each<[string, object]>([
    ['not yet open', { effective_start: future, accessible: false }],
    ['past due', { effective_start: past, due: past, accessible: false }],
  ])('leads to an exam that is %s, too', async (_, schedule) => {
    await schedules({ content_id: contentId('newer'), ...schedule });
    expect(await shown()).toBe(to('newer'));
  });

  it('does not lead to an exam that the outline hides from the learner', async () => {
    await schedules({ content_id: contentId('newer'), ...hidden });
    expect(await shown()).toBe(to('older'));
  });

  it("depends on the learner's own outline", async () => {
    await schedules({ content_id: contentId('newer'), ...hidden, user: 'bob' });
    expect(await shown()).toBe(to('newer'));
  });

  it('leads nowhere when all are hidden', async () => {
    await schedules(...['older', 'newer'].map((name) => ({ content_id: contentId(name), ...hidden })));
    expect(await shown()).toBe('');
  });

  it('leads nowhere when no onboarding exam is active, or the provider of the newest has no onboarding', async () => {
    await publish(final);
    expect(await shown()).toBe('');
    await publish(final, onboarding('older'), onboarding('of nobody', { backend: 'null' }));
    expect(await shown()).toBe('');
  });

  it('is missing for an attempt that does not wait, and without an attempt', async () => {
    await publish(final, onboarding('older'), publishedExam('open'), publishedExam('untried'));
    await create('open');
    expect(await shown(false, 'open')).toBeUndefined();
    expect(await shown(false, 'untried')).toBeUndefined();
  });
});

describe('the completion of an onboarding exam (domain.md §7.6)', () => {
  const act = (id: number, action: string) => ask(alice, 'PUT', `${root}/attempt/${id}`, { action });
  const review = (id: number, status: string) =>
    ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status, comments: [] });
  const blocked = ['final onboarding_missing', 'abroad onboarding_pending'];

  beforeEach(async () => {
    await publish({ ...publishedExam('abroad', { backend: 'patient' }), course_id: elsewhere });
    await publish(
      publishedExam('final', { backend: 'strict' }),
      publishedExam('open'),
      onboarding('onboarding'),
      onboarding('of nobody', { backend: 'null' }),
    );
    for (const exam of ['final', 'abroad']) for (const person of [alice, bob]) await create(exam, person);
    await create('open');
  });

  it.each<[string, (id: number) => Promise<unknown>, string]>([
    ['submitted', (id) => act(id, 'submit'), 'onboarding submitted'],
    ['declined', (id) => act(id, 'decline'), 'onboarding declined'],
    ['in error', (id) => act(id, 'error'), 'onboarding error'],
    ['verified at once', (id) => review(id, 'passed'), 'onboarding verified'],
    ['rejected', (id) => review(id, 'suspicious'), 'onboarding rejected'],
  ])(
    '%s removes all attempts that wait for it, in all courses and with all providers',
    async (_, complete, outcome) => {
      expect(await attempts()).toEqual([...blocked, 'open created']);
      const { body } = await create('onboarding');
      await complete(body.exam_attempt_id);
      expect(await attempts()).toEqual(expect.arrayContaining([expect.stringMatching(/^open /), outcome]));
      expect(await attempts()).toHaveLength(2);
      expect(await attempts(bob)).toEqual(blocked);
    },
  );

  it('lets the learner create the attempt again', async () => {
    expect((await create('final')).status).toBe(400);
    const { body } = await create('onboarding');
    await act(body.exam_attempt_id, 'submit');
    expect((await create('final')).status).toBe(200);
  });

  it('is neither its start, nor practice with a provider without onboarding, nor another exam', async () => {
    await act((await create('onboarding')).body.exam_attempt_id, 'start');
    expect(await attempts()).toEqual(expect.arrayContaining(blocked));
    await act((await create('of nobody')).body.exam_attempt_id, 'submit');
    expect(await attempts()).toEqual(expect.arrayContaining(blocked));
    const [{ id }] = (await service.database.owner.query(`select id from attempts where exam_id = ${exams.open}`)).rows;
    await act(id, 'submit');
    expect(await attempts()).toEqual(expect.arrayContaining(blocked));
  });
});
