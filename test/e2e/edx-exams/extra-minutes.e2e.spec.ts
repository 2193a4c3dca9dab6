import { shared } from '../../support/hooks.js';
import { courseId, openCourse, people, root } from '../../support/service.js';

const service = shared(() => openCourse({ midterm: {}, quiz: { is_proctored: false } }));
const url = `/api/v1/exams/course_id/${courseId}/allowances`;
const grant = (body: unknown, as = people.teacher) => service.request(as, 'POST', url, body);
const list = async () => (await service.request(people.teacher, 'GET', url)).body;
const countEvents = async () => Number((await service.query('select count(*) from events'))[0].count);

describe('extra minutes of edx-exams', () => {
  it('are the allowance of edx-proctoring, which both surfaces show', async () => {
    const { midterm, quiz } = service.exams;
    expect(
      await grant([
        { username: 'alice', exam_id: midterm, extra_time_mins: 15 },
        { email: 'bob@example.org', exam_id: quiz, extra_time_mins: '5' },
      ]),
    ).toMatchObject({ status: 200, body: '' });
    expect(await list()).toEqual([
      {
        ...{ id: expect.any(Number), exam_id: midterm, user_id: people.alice.user_id, extra_time_mins: 15 },
        ...{ username: 'alice', exam_name: 'midterm', email: 'alice@example.org' },
      },
      expect.objectContaining({ exam_id: quiz, user_id: people.bob.user_id, extra_time_mins: 5 }),
    ]);
    const legacy = await service.request(people.teacher, 'GET', `${root}/${courseId}/allowance`);
    expect(legacy.body).toMatchObject([{ key: 'additional_time_granted', value: '15' }, { value: '5' }]);
  });

  it('keep their id when they change; the last of two in one request counts', async () => {
    const [before] = await list();
    const more = (minutes: number) => ({ username: 'alice', exam_id: service.exams.midterm, extra_time_mins: minutes });
    await grant([more(30), more(20)]);
    expect((await list())[0]).toEqual({ ...before, extra_time_mins: 20 });
  });

  it.each([
    ['an unknown learner', { username: 'nobody' }, 'Learner with username/email not found'],
    ['an address as a user name', { username: 'bob@example.org' }, 'Learner with username/email not found'],
    ['an exam that does not exist', { exam_id: 99_999 }, 'Exam does not exist'],
    ['negative minutes', { extra_time_mins: -1 }, 'Invalid data'],
    ['half a minute', { extra_time_mins: 7.5 }, 'Invalid data'],
    ['nobody', { username: '' }, 'Invalid data'],
  ])('are refused for %s, and then the whole request leaves nothing', async (_, wrong, detail) => {
    const good = { username: 'alice', exam_id: service.exams.midterm, extra_time_mins: 99 };
    const events = await countEvents();
    expect(await grant([good, { ...good, username: 'bob', ...wrong }])).toMatchObject({
      status: 400,
      body: { detail },
    });
    expect(await countEvents()).toBe(events);
  });

  it('are granted in one transaction', async () => {
    const grants = ['alice', 'bob'].map((username) => ({
      ...{ username, exam_id: service.exams.quiz, extra_time_mins: 44 },
    }));
    await grant(grants);
    const last = await service.query(
      "select transaction_id::text from events where type like 'Allowance%' order by position desc limit 2",
    );
    expect(new Set(last.map(({ transaction_id }) => transaction_id)).size).toBe(1);
  });

  it('are withdrawn by id, in their own course only', async () => {
    const [{ id }] = await list();
    const missing = { detail: `Allowance with id=${id} does not exist.` };
    const remove = (course: string, as = people.staff) =>
      service.request(as, 'DELETE', `/api/v1/exams/course_id/${course}/allowances/${id}`);
    expect(await remove(`${courseId}x`)).toMatchObject({ status: 404, body: missing });
    expect(await remove(courseId, people.alice as typeof people.staff)).toMatchObject({ status: 403 });
    expect(await remove(courseId)).toMatchObject({ status: 204 });
    expect(await remove(courseId)).toMatchObject({ status: 404, body: missing });
  });

  it('have no other methods (H16)', async () => {
    for (const [method, path] of [
      ['GET', `${url}/1`],
      ['POST', `${url}/1`],
      ['DELETE', url],
    ] as const)
      expect((await service.request(people.teacher, method, path)).status).toBe(405);
  });
});
