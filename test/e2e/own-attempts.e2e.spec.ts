import { shared } from '../support/hooks.js';
import { courseId, openCourse, type Person, people, root } from '../support/service.js';

const { alice, bob, teacher } = people;
const service = shared(() => openCourse({ midterm: {}, final: {}, quiz: { is_proctored: false } }));
const { request: ask } = service;

const mine = (person: Person, id: number | string = '') =>
  ask(person, 'GET', `/api/exams/v1/me/attempts${id && `/${id}`}`);
const begin = (person: Person, exam: string, more: object = {}) =>
  service.createAttempt(person, service.exams[exam]!, { start_clock: 'true', ...more });
const act = async (person: Person, id: number, action: string) =>
  expect((await ask(person, 'PUT', `${root}/attempt/${id}`, { action })).status).toBe(200);

describe('a learner', () => {
  it('sees the own attempts in all courses, newest first, and none of others', async () => {
    const first = await begin(alice, 'midterm');
    await act(alice, first, 'submit');
    const second = await begin(alice, 'quiz', { attempt_proctored: 'false' });
    await begin(bob, 'midterm');

    const { status, body } = await mine(alice);
    expect(status).toBe(200);
    expect(body.attempts.map((attempt: any) => [attempt.attempt_id, attempt.status])).toEqual([
      [second, 'started'],
      [first, 'submitted'],
    ]);
    expect(body.attempts[1]).toMatchObject({
      exam: { course_id: courseId, course_name: 'Demo', name: 'midterm', is_proctored: true, is_practice: false },
      allowed_minutes: 30,
    });
    expect(body.next_before).toBeNull();
    await act(alice, second, 'submit');
  });

  it('sees the time that is left of a running attempt, and the messages of staff', async () => {
    const id = await begin(alice, 'final');
    const running = `/api/exams/v1/courses/${courseId}/running-attempts`;
    await ask(teacher, 'POST', `${running}/message`, { attempt_ids: [id], text: 'Please switch the light on.' });
    const { body } = await mine(alice, id);
    expect(body).toMatchObject({ attempt_id: id, status: 'started', may_appeal_until: null });
    expect(body.messages).toEqual([{ at: expect.any(String), text: 'Please switch the light on.' }]);
    expect(body.time_remaining_seconds).toBeGreaterThan(29 * 60);
    await act(alice, id, 'submit');
    expect((await mine(alice, id)).body.time_remaining_seconds).toBe(0);
  });

  it('does not find an attempt of another learner', async () => {
    const [attempt] = (await mine(bob)).body.attempts;
    expect((await mine(alice, attempt.attempt_id)).status).toBe(404);
    expect((await mine(alice, 999_999)).status).toBe(404);
  });

  it('sees until when a rejection may be appealed, but only once', async () => {
    const [{ attempt_id: id }] = (await mine(bob)).body.attempts;
    await act(bob, id, 'submit');
    const untilOf = async () => (await mine(bob, id)).body.may_appeal_until;
    expect(await untilOf()).toBeNull();
    const reject = await ask(teacher, 'POST', `/api/exams/v1/attempts/${id}/reject`, { reason: 'Notes on the desk' });
    expect(reject.body.rejected).toBe(true);
    expect(Date.parse(await untilOf()) - Date.now()).toBeGreaterThan(13 * 24 * 3_600_000);
    const appeal = await ask(bob, 'POST', `/api/exams/v1/me/attempts/${id}/appeal`, { reason: 'They were allowed' });
    expect(appeal.status).toBe(200);
    expect(await untilOf()).toBeNull();
  });

  it('reads a long list page by page', async () => {
    const names = Array.from({ length: 26 }, (_, number) => `exam${number}`);
    const exams = await service.publish(Object.fromEntries(names.map((name) => [name, {}])));
    for (const name of names) await service.createAttempt(people.reviewer, exams[name]!);
    const first = (await mine(people.reviewer)).body;
    expect(first.attempts).toHaveLength(25);
    expect(first.next_before).toBe(first.attempts.at(-1).attempt_id);
    const rest = await ask(people.reviewer, 'GET', `/api/exams/v1/me/attempts?before=${first.next_before}`);
    expect(rest.body.attempts.map(({ exam }: any) => exam.name)).toEqual(['exam0']);
    expect(rest.body.next_before).toBeNull();
  });
});
