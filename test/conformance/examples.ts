import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { join, resolve } from 'node:path';
import type { Clock } from './clock.js';
import { explain, type Judge } from './judge.js';
import { pageOf } from './pages.js';
import type { Answer, Request, Server, User } from './server.js';
import type { Service } from './service.js';
import { effectsStep, type Step } from './step.js';
import { World, worker } from './world.js';

const root = '/api/edx_proctoring/v1/proctored_exam';

/**
 * Runs the reference's own examples for all endpoints (`examples.py`) through a proxy to the reference. The proxy also sends
 * their API requests to the service, with the service's ids, and compares the answers.
 */
export async function playExamples(reference: Server, service: Service, clock: Clock, judge: Judge): Promise<void> {
  const examples = new Examples(reference, service, clock, judge);
  const script = join(resolve(process.env.ORACLE_DIR || '../shared/oracle'), 'examples.py');
  const [base, provider] = await Promise.all([
    listen((request, body) => examples.answer(request, body)),
    listen((request, body) => examples.answerAsProvider(request, body)),
  ]);
  try {
    const child = spawn('python3', [script, '--base', base.url, '--provider', provider.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = child.stdout.toArray();
    const [code] = await once(child, 'exit');
    const lines = Buffer.concat(await output)
      .toString()
      .split('\n');
    judge.count(code === 0);
    if (code !== 0)
      console.log(
        `FAIL examples.py: ${lines.slice(lines.findIndex((line) => /^\d+ unexpected/.test(line))).join('\n')}`,
      );
    await examples.end();
  } finally {
    base.server.close();
    provider.server.close();
  }
}

class Examples {
  private readonly world: World;
  /** The user of each token of the reference, by the authorization header. */
  private readonly tokens = new Map<string, string>();
  private offset = 0;
  private compared = 0;
  private wrong = 0;
  private forwarded = 0;

  constructor(
    private readonly reference: Server,
    private readonly service: Service,
    private readonly clock: Clock,
    private readonly judge: Judge,
  ) {
    this.world = World.empty([reference, service], clock);
  }

  async answer(request: http.IncomingMessage, body: string): Promise<Answer> {
    const { method = '', url = '' } = request;
    if (url.startsWith('/api/')) return this.compare(request, body);
    this.forwarded++;
    const sent = body ? JSON.parse(body) : {};
    if (url === '/_oracle/clock') return this.moveClock(sent.offset_seconds);
    const answer = await this.reference.ask({ method, path: url, body: body || undefined });
    if (method === 'POST' && url === '/_oracle/seed') await this.seed(sent, answer.body);
    if (method === 'POST' && url === '/_oracle/settings') await this.service.configure(sent);
    if (url === '/_oracle/call/create_exam_review_policy') {
      const [exam_id, , review_policy] = sent.args;
      await this.service.seed({ review_policies: [{ exam_id: this.world.oursOf('exam', exam_id), review_policy }] });
    }
    if (url.startsWith('/_oracle/student_view?')) await this.compareView(url, answer.body);
    if (url === '/_oracle/call/get_attempt_status_summary') await this.compareSummary(sent.args, answer.body);
    if (url === '/_oracle/manage/set_attempt_status') await this.setStatus(sent.kwargs);
    const [, user] = /^\/_oracle\/jwt\?user=(\w+)$/.exec(url) ?? [];
    if (user) this.tokens.set(`JWT ${(answer.body as any).token}`, user);
    return answer;
  }

  /** Requests to the provider's stub. Settings go to the stubs of both sides; reads go to the reference's stub. */
  async answerAsProvider({ method = '', url = '' }: http.IncomingMessage, body: string): Promise<Answer> {
    this.forwarded++;
    const answer = await this.reference.provider({ method, path: url, body: body || undefined });
    if (method === 'GET') return answer;
    const { times, ...settings } = body ? JSON.parse(body) : {};
    // The service retries the request to a busy provider once.
    const isBusy = settings.route === 'create_attempt' && settings.status === 503;
    const ours = body && JSON.stringify({ ...settings, ...(times && { times: isBusy ? times * 2 : times }) });
    await this.service.provider({ method, path: url, body: ours || undefined });
    return answer;
  }

  async end() {
    await this.judgeExchange(await this.world.play(effectsStep()));
    const defaults = {
      backends: { test: { retire_answer: true } },
      switches: { 'edx_proctoring.reds_api_redirect': false },
    };
    for (const server of [this.reference, this.service]) await server.configure(defaults);
    const sum = `${this.compared} requests went to both, ${this.forwarded} to the reference's own tools`;
    console.log(`${this.wrong === 0 ? 'ok  ' : 'FAIL'} examples.py: ${sum}`);
  }

  private async compare({ method = '', url = '', headers }: http.IncomingMessage, body: string): Promise<Answer> {
    this.compared++;
    const as = this.tokens.get(String(headers.authorization)) ?? (headers['x-oracle-user'] as string | undefined);
    const kept = ['content-type', 'accept-language', 'authorization'].filter(
      (name) => headers[name] !== undefined && !(name === 'authorization' && as),
    );
    const sent = Object.fromEntries(kept.map((name) => [name, String(headers[name])]));
    const step: Step = {
      as,
      method,
      path: url.replace('/api/edx_proctoring/v1/proctored_exam', '~').replace('/api/edx_proctoring/v1', '~~'),
      headers: sent,
      body: body ? JSON.parse(body) : undefined,
      wait: 0,
    };
    const request = (path: string, text: string): Request => ({
      as: as === undefined ? undefined : this.world.users.get(as),
      method,
      path,
      headers: sent,
      body: text || undefined,
    });
    // The service accepts as reviewer only the sender or a reviewer of the provider, so the sender is the reviewer.
    const reviewedBySender = body.replace(/"reviewed_by": ?"[^"]*"/, `"reviewed_by":"${as}@example.org"`);
    const translated = request(this.world.withOurIds(url), this.world.withOurIds(reviewedBySender));
    const exchange = await this.world.ask(step, [request(url, body), translated]);
    await this.judgeExchange(exchange);
    const { exam_attempt_id: id } = Object(exchange.reference.body);
    if (!as || !Number.isInteger(id)) return exchange.reference;
    // The script reads attempt code and external id from the reference's tables. This poll makes them pairs of ids.
    const poll = (id: unknown) => ({ as: this.world.users.get(as), method: 'GET', path: `${root}/attempt/${id}` });
    const ours = this.world.oursOf('attempt', id);
    const seen = await this.world.ask({ as, method: 'GET', path: `~/attempt/${id}` }, [poll(id), poll(ours)]);
    await this.judgeExchange(seen);
    // The reference's mock provider does this after a second. The service's worker would, but does not run here.
    if ((seen.reference.body as any).proctored_exam?.backend === 'mock')
      await this.askService('staff', 'POST', `${root}/attempt/${(seen.ours.body as any).external_id}/ready`);
    return exchange.reference;
  }

  /** Compares the learner's page. To view it can decline the exam (domain.md §12). */
  private async compareView(url: string, theirs: any) {
    const { user, course_id, html: _, ...asked } = Object.fromEntries(new URL(url, 'http://oracle').searchParams);
    if (asked.due_date) return; // the service takes it from the roster
    const { id, is_active = true } = this.world.users.get(user)!;
    const isForStaff = !is_active || asked.grace_period_mins !== undefined;
    const query = new URLSearchParams({ user_role: 'student', ...asked, ...(isForStaff && { user_id: String(id) }) });
    const path = `${root}/student_view/course_id/${course_id}?${query}`;
    const { body } = await this.askService(isForStaff ? 'staff' : user, 'GET', path);
    const expected = theirs.template && pageOf[theirs.template];
    this.count(body.interstitial === expected, `${url}: page ${expected}, service ${JSON.stringify(body)}`);
  }

  /** Compares the summary for the course outline. A retired learner has none in the service. */
  private async compareSummary([user_id, course_id, content_id]: string[], theirs: any) {
    const isRetired = this.world.history.some(
      ({ step, reference }) => step.path === `~~/retire_user/${user_id}/` && reference.status === 204,
    );
    const query = new URLSearchParams({ user_id: String(user_id), content_id });
    const path = `${root}/attempt_status_summary/course_id/${course_id}?${query}`;
    const { body } = await this.askService('staff', 'GET', path);
    const [expected, got] = [isRetired ? {} : (theirs.result ?? {}), body].map((summary) =>
      JSON.stringify(Object.entries(summary).toSorted()),
    );
    this.count(expected === got, `summary for ${user_id} ${content_id}: reference ${expected}, service ${got}`);
  }

  /** Sets the status of a running attempt with the operators' command. */
  private async setStatus({ user_id, to_status }: { user_id: number; to_status: string }) {
    const [name] = [...this.world.users].find(([, { id }]) => id === user_id)!;
    const { attempt_id } = (await this.askService(name, 'GET', `${root}/attempt`)).body;
    const command = ['dist/apps/cli/src/main.js', 'set-attempt-status', '-a', String(attempt_id), '-t', to_status];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, {
      env: { ...process.env, ...this.service.env },
      encoding: 'utf8',
    });
    this.count(status === 0, `${command.join(' ')}: ${stdout}${stderr}`);
  }

  private async askService(as: string, method: string, path: string, body?: unknown): Promise<Answer & { body: any }> {
    const answer = await this.service.ask({
      as: this.world.users.get(as),
      method,
      path,
      headers: { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { ...answer, body: answer.body };
  }

  private count(right: boolean, explanation: string) {
    this.judge.count(right);
    if (right) return;
    this.wrong++;
    console.log(`FAIL examples.py, ${explanation}\n`);
  }

  private async judgeExchange(exchange: Awaited<ReturnType<World['play']>>) {
    this.count(this.judge.assess(exchange, this.world).right, explain(exchange));
  }

  /** Seeds the service with the defaults of the reference's seed. Requests create what the roster does not have. */
  private async seed({ exams = [], switches, ...roster }: Record<string, any>, made: any) {
    const filled = ({ id, ...user }: Partial<User> & Pick<User, 'username'>): User => ({
      email: `${user.username}@example.org`,
      full_name: '',
      ...user,
      // The service has this user already.
      id: user.username === worker.username ? worker.id : (id ?? made.users[user.username]),
    });
    roster.users = roster.users?.map(filled);
    for (const user of roster.users ?? []) this.world.users.set(user.username, user);
    roster.verified_names = roster.verified_names?.map(({ user, verified_name }: any) => ({
      user,
      verified_name,
      status: 'approved',
    }));
    roster.enrollments = roster.enrollments?.map((enrollment: object) => ({ mode: 'verified', ...enrollment }));
    await this.service.seed(roster);
    if (switches) await this.service.configure({ switches });
    for (const exam of exams) await this.addExam(exam);
  }

  /** Publishes the course with one more exam, because only publishing sets a due date and a provider. */
  private async addExam(exam: Record<string, unknown>) {
    const { body: present } = await this.askService('staff', 'GET', `${root}/exam/course_id/${exam.course_id}`);
    const added = {
      exam_name: exam.content_id,
      time_limit_mins: 60,
      is_proctored: true,
      is_practice_exam: false,
      is_active: true,
      hide_after_due: false,
      ...exam,
    };
    const path = `${root}/exam_registration/course_id/${exam.course_id}`;
    const answer = await this.askService('staff', 'PATCH', path, [...present, added]);
    if (answer.status !== 200)
      throw new Error(`The service refused ${JSON.stringify(added)}: ${JSON.stringify(answer)}`);
  }

  private moveClock(offset = this.offset): Answer {
    if (offset > this.offset) this.clock.advance(offset - this.offset);
    this.offset = offset;
    const body = { now: this.clock.now.toISOString(), movable: true, file_content: null };
    return { status: 200, type: 'application/json', body };
  }
}

type Answering = (request: http.IncomingMessage, body: string) => Promise<Answer>;

async function listen(answering: Answering) {
  const server = http.createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const failed = (error: Error): Answer => ({ status: 502, body: `${error.stack}` });
    const { status, type, location, cookie, body: said } = await answering(request, body).catch(failed);
    if (status === 502) console.log(`FAIL examples.py: ${request.method} ${request.url}\n${said}`);
    response.writeHead(status, {
      ...(type && { 'Content-Type': type }),
      ...(location && { Location: location }),
      ...(cookie && { 'Set-Cookie': cookie }),
    });
    response.end(typeof said === 'string' && !type?.startsWith('application/json') ? said : JSON.stringify(said));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as { port: number }).port}` };
}
