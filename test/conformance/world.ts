import type { Clock } from './clock.js';
import { compare, Ids } from './compare.js';
import { compareEffects, type Effect } from './effects.js';
import { pageOfReference, pageOfService } from './pages.js';
import type { Answer, Request, Server, User } from './server.js';
import { effectsStep, reviewsOfNobodyStep, type Step } from './step.js';

/** The reference and the service, always in this order. */
export type Pair = [reference: Server, ours: Server];
export type Exchange = {
  step: Step;
  /** The time of the clock in milliseconds. It is different for each exchange. */
  at: number;
  request: string;
  reference: Answer;
  ours: Answer;
  mismatches: string[];
};

const people: Record<string, Partial<User>> = {
  staff: { is_staff: true },
  root: { is_superuser: true },
  coach: {},
  otherCoach: {},
  reviewer: { groups: ['test_review'] },
  alice: {},
  bob: {},
  carol: {},
  dave: {},
  erin: {},
  frank: {},
  grace: {},
  heidi: {},
  ivan: {},
  judy: {},
  /** An enrolment in this mode has no proctored exams. */
  auditor: {},
  inactive: { is_active: false },
};
/** The user who may retire learners. A setting names it, so it is the same in all worlds. */
export const worker: User = {
  id: 8, // as in the reference's examples
  username: 'retirement_worker',
  email: 'retirement_worker@example.org', // the part before the @ identifies the learner of a mail
  full_name: 'Retirement',
};
export const learners = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'];

const root = '/api/edx_proctoring/v1';

/** A step uses a name that no earlier answer gave. */
export class UnknownName extends Error {}

/**
 * Users and courses that no other test uses, so that no test must clean up. Names in the texts of steps: `{alice}` (username),
 * `{alice.id}`, `{alice.email}`, `{A}` `{B}` `{Ended}` (course ids), `{A:block}` (usage key up to the block's name),
 * `{now+600}` (a time), `{now+600:sql}`, and the names that steps keep. If a text is only a name, the value keeps its type.
 * The `coach` is staff of course A, the `otherCoach` of B.
 */
export class World {
  private readonly values = new Map<string, [reference: unknown, ours: unknown]>();
  readonly users = new Map<string, User>();
  private readonly ids = new Ids();
  private readonly startedAt: number;
  /** The attempts of both sides, with their owners. */
  private readonly attempts: { as: string; ids: unknown[] }[] = [];
  readonly history: Exchange[] = [];
  /** The effects of the two sides may differ from this time on. */
  divergedAt = Number.POSITIVE_INFINITY;

  private constructor(
    private readonly servers: Pair,
    private readonly clock: Clock,
  ) {
    clock.advanceToNextHour();
    this.startedAt = clock.now.getTime();
  }

  static empty(servers: Pair, clock: Clock): World {
    return new World(servers, clock);
  }

  /** `number` must be new. */
  static async make(servers: Pair, clock: Clock, number: number): Promise<World> {
    const world = new World(servers, clock);
    for (const [index, [name, more]] of Object.entries(people).entries()) {
      const username = `${name}${number}`;
      const id = 1000 + number * 32 + index;
      const user = { id, username, email: `${username}@example.org`, full_name: `${name} the ${number}th`, ...more };
      world.users.set(name, user);
      for (const [key, value] of Object.entries({ '': username, '.id': id, '.email': user.email }))
        world.values.set(`${name}${key}`, [value, value]);
    }
    world.users.set('worker', worker);
    for (const name of ['A', 'B', 'Ended', 'Empty']) {
      const run = `Conformance+${name}+${number}`;
      world.values.set(name, [`course-v1:${run}`, `course-v1:${run}`]);
      const block = `block-v1:${run}+type@sequential+block@`;
      world.values.set(`${name}:block`, [block, block]);
    }
    await world.seed({
      users: [...world.users.values()],
      courses: [
        {
          course_id: '{A}',
          display_name: 'Course A',
          start: '2024-01-01T00:00:00Z',
          end: '2099-01-01T00:00:00Z',
          escalation_email: 'escalation@example.org',
        },
        { course_id: '{B}', display_name: 'Course B', start: '2024-01-01T00:00:00Z' },
        { course_id: '{Ended}', display_name: 'Ended', start: '2024-01-01T00:00:00Z', end: '2024-03-01T00:00:00Z' },
      ],
      enrollments: [...learners, 'auditor'].flatMap((user) =>
        ['{A}', '{B}', '{Ended}'].map((course_id) => ({
          user: `{${user}}`,
          course_id,
          mode: user === 'auditor' ? 'audit' : 'verified',
        })),
      ),
      course_staff: [
        { user: '{coach}', course_id: '{A}' },
        { user: '{otherCoach}', course_id: '{B}' },
      ],
    });
    return world;
  }

  /** The service's id for an id of the reference, or the same id if no pair is known. */
  oursOf(kind: string, reference: unknown): unknown {
    return this.ids.ours(kind, reference) ?? reference;
  }

  /** As `oursOf`, but undefined if no pair is known. */
  pairedWith(kind: string, reference: string): string | undefined {
    return this.ids.ours(kind, reference) as string | undefined;
  }

  isOurs(kind: string, id: string): boolean {
    return this.ids.isOurs(kind, id);
  }

  /** Puts the service's ids into a path or a body for the reference. */
  withOurIds(text: string): string {
    return this.ids.translateRequest(text);
  }

  /** Plays a step on both servers. Throws UnknownName if a name of the step has no value. */
  async play(step: Step): Promise<Exchange> {
    if (step.method === effectsStep().method) return this.compareEffects(step);
    if (step.method === reviewsOfNobodyStep.method) return this.compareReviewsOfNobody(step);
    this.clock.advance(1.25 + (step.wait ?? 0));
    if (step.roster) await this.seed(step.roster);
    if (step.settings) await Promise.all(this.servers.map((server) => server.configure(step.settings!)));
    if (step.providerAnswer) await this.setProviderAnswer(step.providerAnswer);
    if (step.command) return this.operate(step, step.command);
    if (step.view) return this.view(step, step.view);
    return this.ask(step, [this.requestOf(step, 0), this.requestOf(step, 1)]);
  }

  /** A command has no answer to compare. Only its success is compared; later steps read its result. */
  private async operate(step: Step, command: string[]): Promise<Exchange> {
    const requests = [this.requestOf(step, 0), this.requestOf(step, 1)];
    const byRequest = async (server: Server, side: number): Promise<Answer> => {
      const { status, body } = await server.ask(requests[side]!);
      return { status: (body as any)?.error ? 400 : status };
    };
    const [first, second] = this.servers;
    const [reference, ours] = await Promise.all([
      byRequest(first, 0),
      second.operate?.(this.fill(command, 1) as string[]) ?? byRequest(second, 1),
    ]);
    const succeeded = (answer: Answer) => answer.status < 300;
    const isSame = succeeded(reference) === succeeded(ours);
    const mismatches = isSame ? [] : [`exit code: reference ${reference.status}, service ${JSON.stringify(ours)}`];
    return this.record({
      step,
      request: `operator: ${command.join(' ')}`,
      reference,
      ours: isSame ? reference : ours,
      mismatches,
    });
  }

  private async compareReviewsOfNobody(step: Step): Promise<Exchange> {
    const codesOf = async (server: Server): Promise<string[]> => {
      if (server.operate) {
        const { body } = await server.operate(['set-is-attempt-active']);
        return (body as { code: string }[]).map(({ code }) => code);
      }
      const { body } = await server.ask({ method: 'GET', path: '/_oracle/tables/ProctoredExamSoftwareSecureReview' });
      const gone = (body as any[]).filter(({ is_attempt_active }) => !is_attempt_active);
      return gone.map(({ attempt_code }) => attempt_code);
    };
    const [reference, ours] = await Promise.all(this.servers.map(codesOf));
    const expected = reference.flatMap((code) => (this.ids.ours('code', code) as string | undefined) ?? []).sort();
    const got = ours.filter((code) => this.ids.isOurs('code', code)).sort();
    const mismatches =
      expected.join() === got.join() ? [] : [`reviews of removed attempts: reference ${expected}, service ${got}`];
    const [first, second] = [expected, got].map((body): Answer => ({ status: 200, body }));
    return this.record({
      step,
      request: 'the reviews of removed attempts',
      reference: first,
      ours: second,
      mismatches,
    });
  }

  private record(exchange: Omit<Exchange, 'at'>): Exchange {
    const noted = { ...exchange, at: this.clock.now.getTime() };
    this.history.push(noted);
    return noted;
  }

  /** Compares the page in place of an exam. The reference has no route for it, so its test server has one. */
  private view(step: Step, { exam, course, contentId, graceMins, browser }: NonNullable<Step['view']>) {
    this.valueOf(exam, 0); // throws if the exam does not exist
    const more = {
      content_id: this.fillText(contentId, 0),
      ...(graceMins && { grace_period_mins: String(graceMins) }),
    };
    const courseId = this.fillText(course, 0);
    const learner = this.users.get(step.as!)!;
    const theirs = new URLSearchParams({ user: learner.username, course_id: courseId, html: '0', ...more });
    // The learner requests the page. Only staff may send a grace period.
    const ours = new URLSearchParams({ ...(graceMins && { user_id: String(learner.id) }), ...more });
    const requestTo = (path: string, side: number): Request => {
      const cookie = this.values.get(browser ?? '')?.[side];
      const headers = { Accept: 'application/json', ...(cookie ? { Cookie: `exam=${cookie}` } : {}) };
      const isOwn = path.startsWith(root) && !graceMins;
      return { as: isOwn ? learner : this.users.get('staff'), method: 'GET', path, headers };
    };
    const isReference = this.servers[1].operate === undefined;
    const [first, second] = [
      requestTo(`/_oracle/student_view?${theirs}`, 0),
      requestTo(
        isReference
          ? `/_oracle/student_view?${theirs}`
          : `${root}/proctored_exam/student_view/course_id/${courseId}?${ours}`,
        1,
      ),
    ];
    return this.ask(step, [first, second], [pageOfReference, isReference ? pageOfReference : pageOfService]);
  }

  /** Sends each side its request. `read` takes the part of an answer that is compared. */
  async ask(
    step: Step,
    requests: [reference: Request, ours: Request],
    read: ((answer: Answer) => Answer)[] = [],
  ): Promise<Exchange> {
    if (this.history.at(-1)?.at === this.clock.now.getTime()) this.clock.advance(1.25);
    const [reference, ours] = await Promise.all(
      this.servers.map(async (server, side) => {
        const answer = await server.ask(requests[side]);
        return read[side]?.(answer) ?? answer;
      }),
    );
    const mismatches = compare(reference, ours, this.ids);
    const cookies = [reference, ours].map(({ cookie = '' }) => /^exam=([^;]*)/.exec(cookie)?.[1]);
    if (step.keepCookie && cookies.every(Boolean)) this.values.set(step.keepCookie, cookies as [unknown, unknown]);
    const at = this.clock.now.getTime();
    const exchange = { step, at, request: describe(requests[0]), reference, ours, mismatches };
    this.history.push(exchange);
    const ids = [reference, ours].map(({ body }) => (body as any)?.exam_attempt_id);
    if (step.as && ids.every(Number.isInteger)) this.attempts.push({ as: step.as, ids });
    for (const [name, place] of Object.entries(step.keep ?? {})) {
      const found = [reference, ours].map(({ body }) => valueAt(body, place)) as [unknown, unknown];
      if (found.every((value) => value !== undefined && value !== null)) this.values.set(name, found);
    }
    return exchange;
  }

  private async compareEffects(step: Step): Promise<Exchange> {
    let [reference, ours] = await this.effects();
    let mismatches = compareEffects(reference, ours, this.ids, this.divergedAt);
    if (mismatches.length > 0) {
      // One side may not have noticed yet that the time of an attempt is over.
      await this.pollAttempts();
      const [more, all] = await this.effects();
      [reference, ours] = [[...reference, ...more], all];
      mismatches = compareEffects(reference, ours, this.ids, this.divergedAt);
    }
    const [first, second] = [reference, ours].map(({ length }): Answer => ({ status: 200, body: `${length} effects` }));
    return this.record({ step, request: 'the effects of all steps', reference: first, ours: second, mismatches });
  }

  /** The effects of both sides, without those that a failure undid. */
  private async effects(): Promise<[reference: Effect[], ours: Effect[]]> {
    const undone = new Set(this.history.filter(({ reference }) => isUndone(reference)).map(({ at }) => at));
    const [reference, ours] = await Promise.all(
      this.servers.map(async (server) => (await server.effects(this.startedAt)) ?? []),
    );
    return [reference.filter(({ at }) => !undone.has(at)), ours];
  }

  private async pollAttempts() {
    this.clock.advance(1.25);
    for (const { as, ids } of this.attempts)
      await Promise.all(
        this.servers.map((server, side) =>
          server.ask(this.requestOf({ as, method: 'GET', path: `~/attempt/${ids[side]}` }, side)),
        ),
      );
  }

  private async setProviderAnswer(answer: object) {
    const bodyFor = (side: number) => JSON.stringify(this.fill(answer, side));
    await Promise.all(
      this.servers.map((server, side) =>
        server.provider({ method: 'POST', path: '/_provider/answers', body: bodyFor(side) }),
      ),
    );
  }

  private async seed(roster: Record<string, unknown[]>) {
    await Promise.all(this.servers.map((server, side) => server.seed(this.fill(roster, side) as typeof roster)));
  }

  private requestOf({ as, method, path, body, text, headers }: Step, side: number): Request {
    const user = as === undefined ? undefined : this.users.get(as);
    if (as !== undefined && !user) throw new Error(`There is no user ${as}.`);
    return {
      as: user,
      method,
      path: this.fillText(path.replace(/^~~/, root).replace(/^~/, `${root}/proctored_exam`), side),
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body:
        body === undefined
          ? text?.replace(/\{([\w.]+)\}/g, (all, name) => String(this.values.get(name)?.[side] ?? all))
          : JSON.stringify(this.fill(body, side)),
    };
  }

  private fill(value: unknown, side: number): unknown {
    if (typeof value === 'string') {
      const whole = /^\{([^{}]+)\}$/.exec(value);
      return whole ? this.valueOf(whole[1], side) : this.fillText(value, side);
    }
    if (Array.isArray(value)) return value.map((item) => this.fill(item, side));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.fillText(key, side), this.fill(item, side)]),
    );
  }

  /** Replaces `{name}` by the value and `{name%}` by the percent-encoded value. */
  private fillText(text: string, side: number): string {
    return text.replace(/\{([a-zA-Z][\w.:+-]*)(%?)\}/g, (_, name, encode) => {
      const value = String(this.valueOf(name, side));
      return encode ? encodeURIComponent(value) : value;
    });
  }

  private valueOf(name: string, side: number): unknown {
    const [, seconds, sql] = /^now([+-]\d+)(:sql)?$/.exec(name) ?? [];
    if (seconds) {
      const time = new Date(this.clock.now.getTime() + Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
      return sql ? time.slice(0, 19).replace('T', ' ') : time;
    }
    const text = /^(.+):text$/.exec(name);
    if (text) return String(this.valueOf(text[1], side));
    const pair = this.values.get(name);
    if (!pair) throw new UnknownName(name);
    return pair[side];
  }
}

const valueAt = (body: unknown, place: string): unknown =>
  place.split('.').reduce((value: any, key) => (value === undefined || value === null ? undefined : value[key]), body);

const describe = ({ as, method, path, body = '', headers = {} }: Request) => {
  const { Accept, 'Content-Type': type, ...others } = headers;
  const odd = {
    ...(Accept === 'application/json' ? {} : { Accept }),
    ...(type === 'application/json' ? {} : { 'Content-Type': type }),
    ...others,
  };
  return `${as?.username ?? 'anonymous'}: ${method} ${path} ${body}${JSON.stringify(odd) === '{}' ? '' : ` ${JSON.stringify(odd)}`}`;
};

/** The reference rolled back its writes, but not its effects, because it failed or could not parse the body. */
export const isUndone = ({ status, body }: Answer) => status === 500 || / parse error/.test((body as any)?.detail);
