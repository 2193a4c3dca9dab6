import { CommandBus } from '@nestjs/cqrs';
import { SetAttemptStatus } from '../../../libs/domain/src/index.js';
import { fresh } from '../../support/hooks.js';
import { withLtiTools } from '../../support/lti-tools.js';
import { contentId, courseId, openCourse, people, publishedExam } from '../../support/service.js';

const { alice, bob, staff, teacher } = people;
const service = fresh(() => openCourse({ midterm: {}, trial: { is_practice_exam: true } }, { settings: withLtiTools }));

const configure = async (provider: string | null) => {
  const body = { provider, escalation_email: null };
  const answer = await service.request(teacher, 'PATCH', `/api/v1/configs/course_id/${courseId}`, body);
  expect(answer.status).toBe(204);
};
const eventsOf = async (type: string): Promise<any[]> =>
  (await service.query('select data from events where type = $1 order by position', [type])).map(({ data }) => data);

it('an attempt keeps the provider of its generation, also when staff end it', async () => {
  const id = await service.createAttempt(alice, service.exams.midterm!, { start_clock: 'true' });
  await configure('lti_one');
  const submitted = await service.request(
    teacher,
    'POST',
    `/api/exams/v1/courses/${courseId}/running-attempts/submit`,
    {
      attempt_ids: [id],
    },
  );
  expect(submitted).toMatchObject({ status: 200, body: { changed: 1 } });
  const [{ effects }] = await eventsOf('AttemptSubmitted');
  expect(effects).toContainEqual({
    kind: 'provider',
    action: 'stop',
    provider: 'test',
    examExternalId: expect.stringMatching(/^test-exam/),
    attemptExternalId: expect.stringMatching(/^test-attempt/),
  });
});

it('a learner begins anew in the next generation, with the same allowance (H7)', async () => {
  await service.request(teacher, 'PUT', '/api/edx_proctoring/v1/proctored_exam/allowance', {
    exam_id: service.exams.midterm,
    user_info: 'alice',
    key: 'additional_time_granted',
    value: '15',
  });
  const before = await service.createAttempt(alice, service.exams.midterm!, { start_clock: 'true' });
  await configure('lti_one');
  const after = await service.createAttempt(alice, service.exams.midterm!);
  expect(after).toBeGreaterThan(before);
  const [{ generationId }] = await service.query('select generation_id as "generationId" from exams where id = 1');
  expect((await eventsOf('AttemptCreated')).map((each) => each.generationId)).toEqual([
    undefined,
    Number(generationId),
  ]);
  const allowances = await service.request(teacher, 'GET', `/api/v1/exams/course_id/${courseId}/allowances`);
  expect(allowances.body).toMatchObject([{ exam_id: Number(generationId), username: 'alice', extra_time_mins: 15 }]);
});

it('onboarding at a tool is no onboarding at the provider of edx-proctoring', async () => {
  await configure('lti_one');
  const id = await service.createAttempt(bob, service.exams.trial!);
  await service.app
    .get(CommandBus)
    .execute(
      new SetAttemptStatus(
        { examId: service.exams.trial!, userId: bob.user_id },
        { attemptId: id, status: 'verified', at: new Date().toISOString() },
        { actor: { kind: 'operator', name: 'ops' } },
      ),
    );
  await configure(null);
  const { body } = await service.request(bob, 'GET', `/api/v1/student/course_id/${courseId}/onboarding`);
  expect(body.onboarding_status).toBeNull();
});

it('two publishes and two changes of the provider at the same time lead to one exam and one generation', async () => {
  await Promise.all([configure('lti_one'), configure('lti_one')]);
  const item = { content_id: contentId('new'), exam_name: 'new', time_limit_mins: 30, due_date: null, is_active: true };
  const publish = (exam_type: string) =>
    service.request(staff, 'PATCH', `/api/v1/exams/course_id/${courseId}/`, [
      { ...item, exam_type, hide_after_due: false },
    ]);
  const answers = await Promise.all([publish('timed'), publish('timed'), publish('timed')]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await eventsOf('ExamCreated')).map(({ contentId: id }) => id)).toEqual(
    ['midterm', 'trial', 'new'].map(contentId),
  );
  expect((await eventsOf('ExamGenerationBegun')).map(({ examId }) => examId)).toEqual([1, 2]);
  await Promise.all([publish('practice'), publish('practice')]);
  expect(await eventsOf('ExamGenerationBegun')).toHaveLength(3);
});

it('a copy of the log gives no exam the id of a generation', async () => {
  await configure('lti_one');
  const [{ most }] = await service.query('select max(id)::int as most from exam_generations');
  expect(await service.query("select highest_id('exam_ids')::int as highest")).toEqual([{ highest: most }]);
});

it('a publish that fails leaves nothing: no exam, no generation, no configuration', async () => {
  await configure('lti_one');
  const events = async () => (await service.query('select count(*)::int as n from events'))[0].n;
  const before = await events();
  const items = ['midterm', 'new'].map((name) => ({
    ...publishedExam(name),
    content_id: contentId(name),
    due_date: null,
    exam_type: 'timed',
  }));
  // The database refuses one of the rows.
  await service.query("alter table exam_generations add check (exam_name <> 'new')");
  const answer = await service.request(staff, 'PATCH', `/api/v1/exams/course_id/${courseId}/`, items);
  expect(answer.status).toBe(500);
  expect(await events()).toBe(before);
});
