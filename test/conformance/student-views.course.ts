import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { standaloneCommands } from '../../libs/commands/src/index.js';
import { loadConfiguration } from '../../libs/configuration/src/index.js';
import { SetAttemptStatus, type Status } from '../../libs/domain/src/index.js';
import type { Clock } from './clock.js';
import type { Answer, Request, Server, User } from './server.js';
import type { Service } from './service.js';
import { examFields } from './step.js';

export const kinds = ['timed', 'proctored', 'practice', 'onboarding', 'odd'] as const;
export type Kind = (typeof kinds)[number];

/** The exam `odd` has a combination of flags that is no known kind. */
const fieldsOf: Record<Kind, object> = {
  timed: {},
  proctored: { is_proctored: true },
  practice: { is_proctored: true, is_practice_exam: true },
  onboarding: { is_proctored: true, is_practice_exam: true },
  odd: { is_practice_exam: true },
};

type Both<T> = [reference: T, ours: T];
export type Exam = { kind: Kind; contentId: string; ids: Both<number> };
export type Attempt = { kind: Kind; ids: Both<number>; userId: number; status: Status };
/** A request for a page: by which user and how. By default it is the learner, as a student. */
export type Viewer = { note: string; as?: User; role?: string; graceMins?: number; cookies?: Both<string> };

const root = '/api/edx_proctoring/v1/proctored_exam';
const isBeforeCompletion = (status: Status) =>
  ['eligible', 'created', 'download_software_clicked', 'ready_to_start', 'started', 'ready_to_submit'].includes(status);

type Options = {
  end?: string;
  backends?: { [K in Kind]?: string };
  /** Results are visible past due, `timed_out` is a status, and the provider `test` blocks the content of exams. */
  isStrict?: boolean;
};

let opened = 0;

/** A course on both sides with an exam of each kind, and learners with attempts in any status. */
export class ViewsCourse {
  readonly exams = {} as Record<Kind, Exam>;
  private readonly number = ++opened;
  private readonly courseId = `course-v1:Conformance+Views+${this.number}`;
  private made = 0;
  readonly staff: User;

  private constructor(
    readonly name: string,
    private readonly servers: Both<Server>,
    private readonly clock: Clock,
    private readonly options: Options,
    private readonly commands: CommandBus,
    private readonly close: () => Promise<void>,
  ) {
    this.staff = { ...this.person(0), is_staff: true };
  }

  static async open(reference: Server, service: Service, clock: Clock, name: string, options: Options) {
    const { isStrict = false } = options;
    const set = async (isOn: boolean) => {
      const change = {
        settings: { PROCTORED_EXAM_VIEWABLE_PAST_DUE: isOn },
        proctoring_settings: { ALLOW_TIMED_OUT_STATE: isOn },
        backends: { test: { block_exam_material: isOn } },
      };
      for (const server of [reference, service]) await server.configure(change);
    };
    if (isStrict) await set(true);

    const configuration = loadConfiguration(service.env);
    const module = standaloneCommands(configuration, configuration.databaseUrl!, { applicationName: name, max: 2 });
    const app = await NestFactory.createApplicationContext(module, { logger: ['error', 'warn'] });
    const room = new ViewsCourse(name, [reference, service], clock, options, app.get(CommandBus), async () => {
      await app.close();
      if (isStrict) await set(false);
    });
    await room.seed({ users: [room.staff] });
    await room.seedCourse(options.end ?? null);
    await room.publish();
    return room;
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  /** Publishes the exams with these changes. */
  async publish(changes: object = {}) {
    const list = kinds.map((kind) =>
      examFields(kind, {
        course_id: this.courseId,
        content_id: this.contentId(kind),
        backend: this.options.backends?.[kind] ?? (kind === 'practice' ? 'null' : 'test'),
        external_id: null,
        ...fieldsOf[kind],
        ...changes,
      }),
    );
    const made = await this.both('PATCH', `${root}/exam_registration/course_id/${this.courseId}`, this.staff, list);
    for (const [index, kind] of kinds.entries())
      this.exams[kind] = {
        kind,
        contentId: this.contentId(kind),
        ids: made.map(({ body }) => (body as any)[index].exam_id) as Both<number>,
      };
  }

  async learner(): Promise<User> {
    const learner = this.person(++this.made);
    await this.seed({ users: [learner] });
    await this.enrol(learner, 'verified');
    return learner;
  }

  enrol({ username }: User, mode: string, is_active = true) {
    return this.seed({ enrollments: [{ user: username, course_id: this.courseId, mode, is_active }] });
  }

  setActive(learner: User, is_active: boolean) {
    return this.seed({ users: [{ ...learner, is_active }] });
  }

  setEnd(seconds: number) {
    return this.seedCourse(this.at(seconds));
  }

  /** Sets the due dates of all exams: a minute ago, or none. */
  setDueDates(when: '{now-60}' | null) {
    return this.seedDates(when && this.at(-60));
  }

  /** Gives one learner a later due date. */
  extend({ username }: User) {
    return this.seedDates(this.at(86_400), { user: username });
  }

  /** Sets requirements before all exams. An undefined status means that the platform knows no status. */
  async require({ username }: User, words: Record<'first' | 'second', string | undefined>) {
    await this.seed({
      credit_requirements: Object.entries({ ...words, grade: 'failed' }).map(([name, word], order) => ({
        course_id: this.courseId,
        namespace: { first: 'proctored_exam', second: 'reverification', grade: 'grade' }[name]!,
        name: name === 'first' ? `block-v1:${name}` : name,
        display_name: `The ${name} one`,
        order,
        statuses: word === undefined ? {} : { [username]: word },
      })),
    });
  }

  /** Creates an attempt and brings it into this status by the fewest steps that the rules allow. */
  async attempt(kind: Kind, learner: User, status: Status): Promise<Attempt> {
    const isProctored = kind !== 'timed' && kind !== 'odd';
    const bodies = this.exams[kind].ids.map((exam_id) => ({ exam_id, attempt_proctored: String(isProctored) }));
    const made = await this.each((side) => ({
      as: learner,
      method: 'POST',
      path: `${root}/attempt`,
      body: bodies[side],
    }));
    const ids = made.map(({ body }) => (body as any).exam_attempt_id) as Both<number>;
    const attempt: Attempt = { kind, ids, userId: learner.id, status };
    const isPlain = isBeforeCompletion(status) || /^(expired|onboarding_)/.test(status);
    if (!isPlain) await this.set(attempt, 'started');
    if (status !== 'created') await this.set(attempt, status);
    return attempt;
  }

  act(attempt: Attempt, as: User, action: string, more: object = {}) {
    return this.each((side) => ({
      as,
      method: 'PUT',
      path: `${root}/attempt/${attempt.ids[side]}`,
      body: { action, ...more },
    }));
  }

  allowResume(attempt: Attempt, { id }: User) {
    return this.act(attempt, this.staff, 'mark_ready_to_resume', { user_id: id });
  }

  acknowledge(attempt: Attempt, as: User) {
    return this.each((side) => ({ as, method: 'PUT', path: `${root}/attempt/${attempt.ids[side]}/review_status` }));
  }

  /** Enters the exam through the secure browser, and answers the cookie of each side. */
  async launch(attempt: Attempt): Promise<Both<string>> {
    const answers = await this.each(async (side) => {
      const path = `${root}/attempt/${attempt.ids[side]}`;
      const { body } = await this.servers[side]!.ask(json({ as: this.ownerOf(attempt), method: 'GET', path }));
      const code = (body as any).attempt_code;
      return { method: 'GET', path: `/api/edx_proctoring/proctoring_launch_callback/start_exam/${code}` };
    });
    return answers.map(({ cookie }) => cookie!.split(';')[0]) as Both<string>;
  }

  /** The page for the learner on each side. */
  views(exam: Exam, learner: User, { as, role = 'student', graceMins, cookies }: Viewer): Promise<Both<Answer>> {
    const common = {
      content_id: exam.contentId,
      user_role: role,
      ...(graceMins && { grace_period_mins: String(graceMins) }),
    };
    const theirs = new URLSearchParams({ user: learner.username, course_id: this.courseId, html: '0', ...common });
    const ours = new URLSearchParams({ ...(as && { user_id: String(learner.id) }), ...common });
    return this.each((side) => ({
      as: as ?? learner,
      method: 'GET',
      path: side === 0 ? `/_oracle/student_view?${theirs}` : `${root}/student_view/course_id/${this.courseId}?${ours}`,
      ...(cookies && { headers: { Cookie: cookies[side]! } }),
    }));
  }

  summaries(exam: Exam, learner: User): Promise<Both<Answer>> {
    const ours = new URLSearchParams({ content_id: exam.contentId, user_id: String(learner.id) });
    return this.each((side) =>
      side === 0
        ? {
            method: 'POST',
            path: '/_oracle/call/get_attempt_status_summary',
            body: { args: [learner.id, this.courseId, exam.contentId] },
          }
        : {
            as: this.staff,
            method: 'GET',
            path: `${root}/attempt_status_summary/course_id/${this.courseId}?${ours}`,
          },
    );
  }

  private async set({ ids, kind, userId }: Attempt, status: Status) {
    // The reference needs the time of the time-out; the service knows it.
    const timeOut = status === 'timed_out' ? { timeout_timestamp: this.at(30 * 60) } : {};
    const body = { args: [ids[0], status], kwargs: timeOut };
    const { body: answered } = await ask(this.servers[0], 'POST', '/_oracle/call/update_attempt_status', body);
    if ((answered as any).error) throw new Error(`${kind} to ${status}: ${JSON.stringify(answered)}`);
    const learner = { examId: this.exams[kind].ids[1], userId };
    const data = { attemptId: ids[1], status, at: this.clock.now.toISOString() };
    const actor = { kind: 'operator', name: 'conformance' } as const;
    await this.commands.execute(new SetAttemptStatus(learner, data, { actor }));
  }

  private seedCourse(end: string | null) {
    const course = { course_id: this.courseId, display_name: this.name, start: '2024-01-01T00:00:00Z', end };
    return this.seed({ courses: [course] });
  }

  private seedDates(date: string | null, more: object = {}) {
    const each = (kind: Kind) => ({ content_id: this.contentId(kind), course_id: this.courseId, field: 'due', date });
    return this.seed({ dates: kinds.map((kind) => ({ ...each(kind), ...more })) });
  }

  private seed(roster: Record<string, unknown[]>) {
    return Promise.all(this.servers.map((server) => server.seed(roster)));
  }

  private both(method: string, path: string, as: User, body: unknown): Promise<Both<Answer>> {
    return this.each(() => ({ as, method, path, body }));
  }

  /** Sends a request to each side. A status of 500, or two different statuses, end the run. */
  private async each(requestOf: (side: number) => RequestWithBody | Promise<RequestWithBody>): Promise<Both<Answer>> {
    const answers = await Promise.all(
      this.servers.map(async (server, side) => server.ask(json(await requestOf(side)))),
    );
    const [theirs, ours] = answers;
    if (theirs!.status !== ours!.status || theirs!.status >= 500)
      throw new Error(`${JSON.stringify(await requestOf(1))}: ${JSON.stringify(answers)}`);
    return answers as Both<Answer>;
  }

  private person(index: number): User {
    const username = `view${this.number}p${index}`;
    const id = 500_000 + this.number * 1000 + index;
    return { id, username, email: `${username}@example.org`, full_name: username };
  }

  private ownerOf({ userId }: Attempt): User {
    return this.person(userId - 500_000 - this.number * 1000);
  }

  private contentId(kind: Kind): string {
    return `block-v1:Conformance+Views+${this.number}+type@sequential+block@${kind}`;
  }

  private at(seconds: number): string {
    return new Date(this.clock.now.getTime() + seconds * 1000).toISOString();
  }
}

type RequestWithBody = Omit<Request, 'body'> & { body?: unknown };

const json = ({ body, headers, ...request }: RequestWithBody): Request => ({
  ...request,
  headers: {
    Accept: 'application/json',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...headers,
  },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
});

const ask = (server: Server, method: string, path: string, body: unknown) => server.ask(json({ method, path, body }));
