import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Person } from './client.js';

const root = '/api/edx_proctoring/v1/proctored_exam';
const exams = ['Midterm', 'Appeal', 'Camera trouble', 'One minute'] as const;
type ExamName = (typeof exams)[number];

/** One course with its people, exams and attempts. */
export class Story {
  readonly courseId: string;
  readonly staff: Person = {
    user_id: 1,
    preferred_username: 'staff',
    administrator: true,
    scopes: ['roster:rights'],
  };
  readonly learner: Person;
  private readonly examIds = new Map<ExamName, number>();

  /** With another `number`, the story has another course and learner. */
  constructor(
    private readonly client: Client,
    number: number,
    readonly say: (line: string) => void,
  ) {
    this.courseId = `course-v1:DemoX+Proctoring+${number}`;
    this.learner = { user_id: 1000 + number, preferred_username: `learner-${number}` };
  }

  async publish() {
    const { staff, learner, courseId, client } = this;
    const person = ({ user_id: id, preferred_username: username, administrator: is_staff }: Person) => ({
      id,
      username,
      email: `${username}@example.org`,
      full_name: username,
      is_staff,
    });
    await client.ask(staff, 'PUT', '/api/lms/v1/roster', {
      users: [person(staff), person(learner)],
      courses: [{ course_id: courseId, display_name: 'Proctoring', escalation_email: 'help@example.org' }],
      enrollments: [{ user: learner.user_id, course_id: courseId, mode: 'verified' }],
    });
    this.say(`The roster knows ${learner.preferred_username} (user ${learner.user_id}) in ${courseId}.`);
    const listed = exams.map((name) => ({
      course_id: courseId,
      content_id: `block-v1:DemoX+Proctoring+${learner.user_id}+type@sequential+block@${name.replace(' ', '_')}`,
      exam_name: name,
      time_limit_mins: name === 'One minute' ? 1 : 90,
      is_proctored: true,
      is_practice_exam: false,
      is_active: true,
      hide_after_due: false,
    }));
    const path = `${root}/exam_registration/course_id/${courseId}`;
    const ids = await client.ask<{ exam_id: number }[]>(staff, 'PATCH', path, listed);
    for (const [index, name] of exams.entries()) this.examIds.set(name, ids[index]!.exam_id);
    this.say(`The course publishes its exams: ${exams.join(', ')}.`);
  }

  async verified() {
    const id = await this.take('Midterm');
    await this.act(id, 'submit');
    await this.review(id, { status: 'passed' });
    return id;
  }

  async rejectedThenVerified() {
    const id = await this.take('Appeal');
    await this.act(id, 'submit');
    const comments = [{ comment: 'Somebody else is in the room.', status: 'Suspicious', start: 65, stop: 80 }];
    await this.review(id, { status: 'suspicious', reviewed_by: 'staff@example.org', comments });
    await this.review(id, { status: 'passed', reviewed_by: 'staff@example.org' });
    return id;
  }

  /** The first attempt ends with an error. The second one resumes it with the time that was left. */
  async erredAndResumed() {
    const first = await this.take('Camera trouble');
    await this.act(first, 'error', { detail: 'The camera went away.' });
    const resume = { action: 'mark_ready_to_resume', user_id: this.learner.user_id };
    await this.client.ask(this.staff, 'PUT', `${root}/attempt/${first}`, resume);
    const second = await this.take('Camera trouble');
    await this.act(second, 'submit');
    return [first, second];
  }

  /** Begins an attempt that nobody submits. The worker does when its minute is over. */
  async begun() {
    return this.take('One minute');
  }

  /** Polls each second until the attempt has the status. Calls `waits` with the number of polls so far. */
  async until(attemptId: number, status: string, waits: (asked: number) => void) {
    for (let asked = 0; ; asked++) {
      const state = await this.replayed(attemptId);
      if (state.status === status) return;
      waits(asked);
      await pause(1000);
    }
  }

  history(attemptId: number) {
    return this.client.ask(this.staff, 'GET', `/api/audit/v1/attempts/${attemptId}/history`);
  }

  /** The attempt, rebuilt from its events. */
  async replayed(attemptId: number): Promise<Record<string, unknown>> {
    return (await this.client.ask(this.staff, 'GET', `/api/audit/v1/attempts/${attemptId}/state`)).state;
  }

  /** The attempt in the read model. */
  read(attemptId: number): Promise<Record<string, unknown>> {
    return this.client.ask(this.learner, 'GET', `${root}/attempt/${attemptId}`);
  }

  private async take(name: ExamName): Promise<number> {
    const exam_id = this.examIds.get(name);
    const created = await this.client.ask(this.learner, 'POST', `${root}/attempt`, {
      exam_id,
      attempt_proctored: 'true',
    });
    const { external_id } = await this.read(created.exam_attempt_id);
    await this.client.ask(this.staff, 'POST', `${root}/attempt/${external_id}/ready`);
    await this.act(created.exam_attempt_id, 'start');
    return created.exam_attempt_id;
  }

  private act(id: number, action: string, more: object = {}) {
    return this.client.ask(this.learner, 'PUT', `${root}/attempt/${id}`, { action, ...more });
  }

  private async review(id: number, review: object) {
    const { external_id } = await this.read(id);
    await this.client.ask(this.staff, 'POST', `${root}/attempt/${external_id}/reviewed`, review);
  }
}
