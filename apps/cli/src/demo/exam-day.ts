import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Person } from './client.js';
import { peopleOf } from './exam-day.people.js';

const root = '/api/edx_proctoring/v1/proctored_exam';
const exams = {
  Midterm: { is_proctored: true, time_limit_mins: 90 },
  Quiz: { is_proctored: false, time_limit_mins: 45 },
  'Short quiz': { is_proctored: false, time_limit_mins: 2 },
  Onboarding: { is_proctored: true, is_practice_exam: true, time_limit_mins: 30 },
};
type ExamName = keyof typeof exams;

const tickMs = 5_000;

/** An exam day of a course with twenty learners. It sends requests as they do, as their staff and as their provider. */
export class ExamDay {
  readonly courseId: string;
  readonly people: ReturnType<typeof peopleOf>;
  private readonly examIds = new Map<string, number>();
  private readonly running = new Map<Person, number>();
  /** Learners whose network has failed: they do not poll. */
  private readonly offline = new Set<Person>();

  constructor(
    private readonly client: Client,
    number: number,
    private readonly say: (line: string) => void,
  ) {
    this.courseId = `course-v1:DemoX+ExamDay+${number}`;
    this.people = peopleOf(number);
  }

  /** Takes no exam until somebody does it in a browser. */
  get visitor(): Person {
    return this.people.learners.at(-1)!;
  }

  contentId(exam: ExamName) {
    return `block-v1:${this.courseId.slice('course-v1:'.length)}+type@sequential+block@${exam.replace(' ', '_')}`;
  }

  /** The first minute: afterwards each area of the console has something to show. */
  async open() {
    await this.publish();
    await this.runExams();
    await this.reviewSubmissions();
    await this.setUpLearners();
    await this.helpLearners();
  }

  private async publish() {
    const { learners, teacher, auditor, operator } = this.people;
    const course_id = this.courseId;
    await this.client.ask(operator, 'PUT', '/api/lms/v1/roster', {
      users: [...learners, teacher, auditor, operator].map((person) => ({
        id: person.user_id,
        username: person.preferred_username,
        email: `${person.preferred_username}@example.org`,
        full_name: person.name ?? person.preferred_username,
        is_staff: person === operator,
      })),
      courses: [{ course_id, display_name: 'An exam day', escalation_email: 'help@example.org' }],
      enrollments: learners.map(({ user_id: user }) => ({ user, course_id, mode: 'verified' })),
      course_staff: [{ user: teacher.user_id, course_id }],
    });
    const listed = Object.entries(exams).map(([exam_name, exam]) => ({
      ...{ course_id, content_id: this.contentId(exam_name as ExamName), exam_name },
      ...{ is_practice_exam: false, is_active: true, hide_after_due: false, ...exam },
    }));
    const path = `${root}/exam_registration/course_id/${course_id}`;
    const ids = await this.client.ask<{ exam_id: number }[]>(operator, 'PATCH', path, listed);
    for (const [index, name] of Object.keys(exams).entries()) this.examIds.set(name, ids[index]!.exam_id);
    this.say(`A course with ${learners.length} learners publishes its exams: ${Object.keys(exams).join(', ')}.`);
  }

  private async runExams() {
    const { learners, teacher } = this.people;
    const user_info = learners[5]!.preferred_username;
    const allowance = { exam_id: this.examIds.get('Midterm'), user_info, key: 'additional_time_granted', value: '30' };
    await this.client.ask(teacher, 'PUT', `${root}/allowance`, allowance);
    this.say(`${learners[5]!.name} has an allowance of 30 minutes.`);
    for (const learner of learners.slice(0, 12)) await this.start(learner, 'Midterm');
    for (const learner of learners.slice(12, 15)) await this.start(learner, 'Quiz');
    await this.start(learners[15]!, 'Short quiz');
    this.say(`${this.running.size} learners have started an exam. The one of ${learners[15]!.name} lasts two minutes.`);
  }

  private async reviewSubmissions() {
    const [passed, rejected, waiting, unclear, failed] = this.people.learners;
    const reviewed_by = 'staff@example.org';
    const comments = [{ comment: 'Somebody else is in the room.', status: 'Suspicious', start: 65, stop: 80 }];
    await this.review(await this.submit(passed), passed, { status: 'passed' });
    const lost = await this.submit(rejected!);
    await this.review(lost, rejected!, { status: 'suspicious', reviewed_by, comments });
    await this.submit(waiting!);
    await this.review(await this.submit(unclear!), unclear!, { status: 'suspicious', comments });
    await this.act(failed!, this.running.get(failed!)!, 'error', { detail: 'The camera went away.' });
    this.running.delete(failed!);
    const reason = 'That was my cat.';
    await this.client.ask(rejected!, 'POST', `/api/exams/v1/me/attempts/${lost}/appeal`, { reason });
    this.say(`The provider has reviewed three attempts, and ${rejected!.name} appeals the rejection.`);
  }

  private async setUpLearners() {
    const { learners } = this.people;
    await this.create(learners[16]!, 'Midterm');
    await this.ready(learners[17]!, await this.create(learners[17]!, 'Midterm'));
    const onboard = async (learner: Person, review?: object) => {
      await this.start(learner, 'Onboarding');
      const attempt = await this.submit(learner);
      if (review) await this.review(attempt, learner, review);
    };
    await onboard(learners[0], { status: 'passed' });
    await onboard(learners[16]!, { status: 'suspicious', reviewed_by: 'staff@example.org' });
    await onboard(learners[18]!);
    this.say('Two learners set up for the exam. One onboarding is approved, one rejected, one waits for its review.');
  }

  private async helpLearners() {
    const { learners } = this.people;
    const attemptOf = (index: number) => ({ attempt_ids: [this.running.get(learners[index]!)!] });
    await this.staff('message', { ...attemptOf(7), text: 'Please switch the light on.' });
    await this.staff('pause', attemptOf(8));
    await this.staff('extra-time', { ...attemptOf(6), seconds: 600, reason: 'The fire alarm rang.' });
    this.say('Staff send a message, pause an exam, and give ten minutes more.');
  }

  /** Goes on for this long, or until the signal. Then everybody hands in. */
  async live(seconds: number, end: AbortSignal) {
    const { learners } = this.people;
    const cutOff = learners.slice(9, 12);
    const scenes: { at: number; play: () => Promise<void> }[] = [
      { at: 20, play: async () => this.cutOff(cutOff) },
      { at: 90, play: () => this.endOutage(cutOff, 70) },
      { at: 120, play: () => this.endPause(learners[8]!) },
    ];
    for (let passed = 0; passed < seconds && !end.aborted; passed += tickMs / 1000) {
      while (scenes[0] && scenes[0].at <= passed) await scenes.shift()!.play();
      if (passed >= 150 && passed % 60 === 0) await this.handInNext();
      await this.poll();
      await this.proctorVisitor();
      await pause(tickMs, undefined, { signal: end }).catch(() => {});
    }
    await this.staff('submit', { whole_course: true });
    this.say('All who still ran an exam have handed in.');
  }

  private cutOff(learners: Person[]) {
    for (const learner of learners) this.offline.add(learner);
    this.say('The network of three learners fails. Their pages no longer poll.');
  }

  private async endOutage(learners: Person[], seconds: number) {
    this.offline.clear();
    const attempt_ids = learners.flatMap((learner) => this.running.get(learner) ?? []);
    await this.staff('extra-time', { attempt_ids, seconds, reason: 'The network failed.' });
    this.say(`The network works again. Staff give the three the ${seconds} seconds that they lost.`);
  }

  private async endPause(learner: Person) {
    await this.staff('end-pause', { attempt_ids: [this.running.get(learner)!] });
    this.say(`The exam of ${learner.name} goes on.`);
  }

  private async poll() {
    for (const [learner, id] of this.running) {
      if (this.offline.has(learner)) continue;
      const { status } = await this.client.ask(learner, 'GET', `${root}/attempt/${id}`);
      if (status === 'started') continue;
      this.running.delete(learner);
      this.say(`The exam of ${learner.name} is over: ${status}.`);
    }
  }

  /** The provider of the learner whose link the demo prints: it reports that the set-up is done, and reviews the exam. */
  private async proctorVisitor() {
    const { visitor } = this;
    const { attempts } = await this.client.ask(visitor, 'GET', '/api/exams/v1/me/attempts');
    const { attempt_id: id, status } = attempts[0] ?? {};
    if (['created', 'download_software_clicked'].includes(status)) await this.ready(visitor, id);
    else if (status === 'submitted') await this.review(id, visitor, { status: 'passed' });
    else return;
    this.say(`The provider answers ${visitor.name}, whose attempt was ${status}.`);
  }

  private async handInNext() {
    const [learner] = [...this.running.keys()].filter((each) => !this.offline.has(each));
    if (!learner) return;
    const id = await this.submit(learner);
    const attempt = await this.client.ask(learner, 'GET', `${root}/attempt/${id}`);
    if (attempt.taking_as_proctored) await this.review(id, learner, { status: 'passed' });
    this.say(`${learner.name} hands in.`);
  }

  private async create(learner: Person, exam: ExamName): Promise<number> {
    const { is_proctored } = exams[exam];
    const asked = { exam_id: this.examIds.get(exam), attempt_proctored: String(is_proctored) };
    return (await this.client.ask(learner, 'POST', `${root}/attempt`, asked)).exam_attempt_id;
  }

  /** The provider reports that the learner is ready. */
  private async ready(learner: Person, id: number) {
    const { external_id } = await this.client.ask(learner, 'GET', `${root}/attempt/${id}`);
    await this.client.ask(this.people.operator, 'POST', `${root}/attempt/${external_id}/ready`);
  }

  private async start(learner: Person, exam: ExamName) {
    const id = await this.create(learner, exam);
    if (exams[exam].is_proctored) await this.ready(learner, id);
    await this.act(learner, id, 'start');
    this.running.set(learner, id);
  }

  private async submit(learner: Person): Promise<number> {
    const id = this.running.get(learner)!;
    await this.act(learner, id, 'submit');
    this.running.delete(learner);
    return id;
  }

  private act(learner: Person, id: number, action: string, more: object = {}) {
    return this.client.ask(learner, 'PUT', `${root}/attempt/${id}`, { action, ...more });
  }

  /** The provider sends its review. */
  private async review(id: number, learner: Person, review: object) {
    const { external_id } = await this.client.ask(learner, 'GET', `${root}/attempt/${id}`);
    await this.client.ask(this.people.operator, 'POST', `${root}/attempt/${external_id}/reviewed`, review);
  }

  private staff(action: string, body: object) {
    const path = `/api/exams/v1/courses/${this.courseId}/running-attempts/${action}`;
    return this.client.ask(this.people.teacher, 'POST', path, body);
  }
}
