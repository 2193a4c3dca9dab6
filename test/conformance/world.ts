import type { Clock } from './clock.js';
import { compare, Ids } from './compare.js';
import { compareEffects, type Effect } from './effects.js';
import { pageOfReference, pageOfService } from './pages.js';
import type { Answer, Request, Server, User } from './server.js';
import { effectsStep, reviewsOfNobodyStep, type Step } from './step.js';

/** The reference and the service, always in this order. */
export type Pair = [oracle: Server, ours: Server];
export type Exchange = {
  step: Step;
  /** The clock's milliseconds; each exchange has others. */
  at: number;
  request: string;
  oracle: Answer;
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
  /** Enrolled without proctored exams. */
  auditor: {},
  inactive: { is_active: false },
};
/** A setting names the one who may retire learners, so it is the same in all worlds. */
export const worker: User = {
  id: 8, // as in the walk that comes with the reference
  username: 'retirement_worker',
  email: 'retirement_worker@example.org', // mails are found by what is before the @
  full_name: 'Retirement',
};
export const learners = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'];

const root = '/api/edx_proctoring/v1';

/** A text of a step named something that no earlier answer gave. */
export class Unknown extends Error {}

/**
 * Users and courses that nobody used before, so that nothing has to be wiped between tests. Names in the texts of steps:
 * `{alice}` (username), `{alice.id}`, `{alice.email}`, `{A}` `{B}` `{Ended}` (course ids), `{A:block}` (usage key up to the
 * block's name), `{now+600}` (a time), `{now+600:sql}`, and what steps kept. A text that is nothing but a name becomes the value itself.
 * The `coach` is staff of course A, the `otherCoach` of B.
 */
export class World {
  private readonly values = new Map<string, [oracle: unknown, ours: unknown]>();
  readonly users = new Map<string, User>();
  private readonly ids = new Ids();
  private readonly begun: number;
  /** Whose attempts there are, with both their ids. */
  private readonly attempts: { as: string; ids: unknown[] }[] = [];
  readonly history: Exchange[] = [];
  /** From then on the two may tell others different things. */
  partedAt = Number.POSITIVE_INFINITY;

  private constructor(
    private readonly servers: Pair,
    private readonly clock: Clock,
  ) {
    clock.passToNextHour();
    this.begun = clock.now.getTime();
  }

  /** Nobody is there yet. */
  static empty(servers: Pair, clock: Clock): World {
    return new World(servers, clock);
  }

  /** `number` must not have been used before. */
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

  /** The service's id for one of the reference's; that one where none is known. */
  oursOf(kind: string, oracle: unknown): unknown {
    return this.ids.ours(kind, oracle) ?? oracle;
  }

  /** As `oursOf`, but nothing where none is known. */
  pairedWith(kind: string, oracle: string): string | undefined {
    return this.ids.ours(kind, oracle) as string | undefined;
  }

  isOurs(kind: string, id: string): boolean {
    return this.ids.isOurs(kind, id);
  }

  /** A path or a body of the reference as the service must be asked. */
  withOurIds(text: string): string {
    return this.ids.translateRequest(text);
  }

  knows(name: string): boolean {
    return this.values.has(name);
  }

  /** Asks both servers. Throws Unknown when the step names what there is not. */
  async play(step: Step): Promise<Exchange> {
    if (step.method === effectsStep().method) return this.compareEffects(step);
    if (step.method === reviewsOfNobodyStep.method) return this.compareReviewsOfNobody(step);
    this.clock.pass(1.25 + (step.wait ?? 0));
    if (step.roster) await this.seed(step.roster);
    if (step.settings) await Promise.all(this.servers.map((server) => server.configure(step.settings!)));
    if (step.vendor) await this.tellVendors(step.vendor);
    if (step.command) return this.operate(step, step.command);
    if (step.view) return this.look(step, step.view);
    return this.ask(step, [this.requestOf(step, 0), this.requestOf(step, 1)]);
  }

  /** Commands have no answer to compare: what counts is whether they succeed, and what is read afterwards. */
  private async operate(step: Step, command: string[]): Promise<Exchange> {
    const requests = [this.requestOf(step, 0), this.requestOf(step, 1)];
    const byRequest = async (server: Server, side: number): Promise<Answer> => {
      const { status, body } = await server.ask(requests[side]!);
      return { status: (body as any)?.error ? 400 : status };
    };
    const [reference, service] = this.servers;
    const [oracle, ours] = await Promise.all([
      byRequest(reference, 0),
      service.operate?.(this.fill(command, 1) as string[]) ?? byRequest(service, 1),
    ]);
    const succeeded = (answer: Answer) => answer.status < 300;
    const isSame = succeeded(oracle) === succeeded(ours);
    const mismatches = isSame ? [] : [`exit code: reference ${oracle.status}, service ${JSON.stringify(ours)}`];
    return this.noted({
      step,
      request: `operator: ${command.join(' ')}`,
      oracle,
      ours: isSame ? oracle : ours,
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
    const [oracle, ours] = await Promise.all(this.servers.map(codesOf));
    const expected = oracle.flatMap((code) => (this.ids.ours('code', code) as string | undefined) ?? []).sort();
    const got = ours.filter((code) => this.ids.isOurs('code', code)).sort();
    const mismatches =
      expected.join() === got.join() ? [] : [`reviews whose attempt is gone: reference ${expected}, service ${got}`];
    const [first, second] = [expected, got].map((body): Answer => ({ status: 200, body }));
    return this.noted({ step, request: 'the reviews whose attempt is gone', oracle: first, ours: second, mismatches });
  }

  private noted(exchange: Omit<Exchange, 'at'>): Exchange {
    const noted = { ...exchange, at: this.clock.now.getTime() };
    this.history.push(noted);
    return noted;
  }

  /** The page in place of an exam: the reference has no request for it, the LMS asks it in its own process. */
  private look(step: Step, { exam, course, contentId, graceMins, browser }: NonNullable<Step['view']>) {
    this.valueOf(exam, 0); // a page of an exam that there is
    const more = {
      content_id: this.fillText(contentId, 0),
      ...(graceMins && { grace_period_mins: String(graceMins) }),
    };
    const courseId = this.fillText(course, 0);
    const learner = this.users.get(step.as!)!;
    const theirs = new URLSearchParams({ user: learner.username, course_id: courseId, html: '0', ...more });
    // The learner looks; only staff may tell a grace period.
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

  /** Sends each of the two its request. `read`: what of their answers is compared. */
  async ask(
    step: Step,
    requests: [oracle: Request, ours: Request],
    read: ((answer: Answer) => Answer)[] = [],
  ): Promise<Exchange> {
    if (this.history.at(-1)?.at === this.clock.now.getTime()) this.clock.pass(1.25);
    const [oracle, ours] = await Promise.all(
      this.servers.map(async (server, side) => {
        const answer = await server.ask(requests[side]);
        return read[side]?.(answer) ?? answer;
      }),
    );
    const mismatches = compare(oracle, ours, this.ids);
    const cookies = [oracle, ours].map(({ cookie = '' }) => /^exam=([^;]*)/.exec(cookie)?.[1]);
    if (step.keepCookie && cookies.every(Boolean)) this.values.set(step.keepCookie, cookies as [unknown, unknown]);
    const at = this.clock.now.getTime();
    const exchange = { step, at, request: describe(requests[0]), oracle, ours, mismatches };
    this.history.push(exchange);
    const made = [oracle, ours].map(({ body }) => (body as any)?.exam_attempt_id);
    if (step.as && made.every(Number.isInteger)) this.attempts.push({ as: step.as, ids: made });
    for (const [name, place] of Object.entries(step.keep ?? {})) {
      const found = [oracle, ours].map(({ body }) => valueAt(body, place)) as [unknown, unknown];
      if (found.every((value) => value !== undefined && value !== null)) this.values.set(name, found);
    }
    return exchange;
  }

  private async compareEffects(step: Step): Promise<Exchange> {
    let [oracle, ours] = await this.told();
    let mismatches = compareEffects(oracle, ours, this.ids, this.partedAt);
    if (mismatches.length > 0) {
      // One of the two may not have noticed yet that an attempt is out of time.
      await this.pollAttempts();
      const [more, all] = await this.told();
      [oracle, ours] = [[...oracle, ...more], all];
      mismatches = compareEffects(oracle, ours, this.ids, this.partedAt);
    }
    const [first, second] = [oracle, ours].map(({ length }): Answer => ({ status: 200, body: `${length} effects` }));
    return this.noted({ step, request: 'the effects of all this', oracle: first, ours: second, mismatches });
  }

  /** The messages of each of the two to others, without those that a failure undid. */
  private async told(): Promise<[oracle: Effect[], ours: Effect[]]> {
    const undone = new Set(this.history.filter(({ oracle }) => isUndone(oracle)).map(({ at }) => at));
    const [oracle, ours] = await Promise.all(
      this.servers.map(async (server) => (await server.effects(this.begun)) ?? []),
    );
    return [oracle.filter(({ at }) => !undone.has(at)), ours];
  }

  private async pollAttempts() {
    this.clock.pass(1.25);
    for (const { as, ids } of this.attempts)
      await Promise.all(
        this.servers.map((server, side) =>
          server.ask(this.requestOf({ as, method: 'GET', path: `~/attempt/${ids[side]}` }, side)),
        ),
      );
  }

  private async tellVendors(answer: object) {
    const request = { method: 'POST', path: '/_provider/answers', body: JSON.stringify(answer) };
    await Promise.all(this.servers.map((server) => server.vendor(request)));
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

  /** `{name}` becomes the value, `{name%}` the percent-encoded one; anything else in braces stays. */
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
    if (!pair) throw new Unknown(name);
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

/** The reference takes back what it wrote, but not what it told: when it breaks off, and when it cannot read the body. */
export const isUndone = ({ status, body }: Answer) => status === 500 || / parse error/.test((body as any)?.detail);
