import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { join, resolve } from 'node:path';
import type { Clock } from './clock.js';
import { explain, type Judge } from './judge.js';
import type { Answer, Request, User } from './server.js';
import { effectsStep, type Step } from './step.js';
import { type Pair, World, worker } from './world.js';

/**
 * The walk through all endpoints that comes with the reference (`examples.py`). It believes that it talks to the
 * reference alone; in between, what it asks of the API goes to the service as well, with the service's own ids.
 */
export async function playExamples(servers: Pair, clock: Clock, judge: Judge): Promise<void> {
  const examples = new Examples(servers, clock, judge);
  const script = join(resolve(process.env.ORACLE_DIR || '../shared/oracle'), 'examples.py');
  const [base, provider] = await Promise.all([
    listening((request, body) => examples.answer(request, body)),
    listening((request, body) => examples.answerAsVendor(request, body)),
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
  /** The reference's tokens, by what stands in the header. */
  private readonly tokens = new Map<string, string>();
  private offset = 0;
  private compared = 0;
  private wrong = 0;
  private others = 0;

  constructor(
    private readonly servers: Pair,
    private readonly clock: Clock,
    private readonly judge: Judge,
  ) {
    this.world = World.empty(servers, clock);
  }

  async answer(request: http.IncomingMessage, body: string): Promise<Answer> {
    const { method = '', url = '' } = request;
    if (url.startsWith('/api/')) return this.compare(request, body);
    this.others++;
    const sent = body ? JSON.parse(body) : {};
    if (url === '/_oracle/clock') return this.moveClock(sent.offset_seconds);
    const answer = await this.servers[0].ask({ method, path: url, body: body || undefined });
    if (method === 'POST' && url === '/_oracle/seed') await this.seed(sent, answer.body);
    if (method === 'POST' && url === '/_oracle/settings') await this.servers[1].configure(sent);
    if (url === '/_oracle/call/create_exam_review_policy') {
      const [exam_id, , review_policy] = sent.args;
      await this.servers[1].seed({ review_policies: [{ exam_id: this.world.oursOf('exam', exam_id), review_policy }] });
    }
    const [, user] = /^\/_oracle\/jwt\?user=(\w+)$/.exec(url) ?? [];
    if (user) this.tokens.set(`JWT ${(answer.body as any).token}`, user);
    return answer;
  }

  /** What it tells its stub of a vendor holds for both; what it reads there is the reference's. */
  async answerAsVendor({ method = '', url = '' }: http.IncomingMessage, body: string): Promise<Answer> {
    this.others++;
    const request = { method, path: url, body: body || undefined };
    const [answer] = await Promise.all(
      (method === 'GET' ? this.servers.slice(0, 1) : this.servers).map((server) => server.vendor(request)),
    );
    return answer;
  }

  async end() {
    await this.judged(await this.world.play(effectsStep()));
    const sum = `${this.compared} requests went to both, ${this.others} to the reference's own tools`;
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
    const translated = request(this.world.withOurIds(url), this.world.withOurIds(body));
    const exchange = await this.world.ask(step, [request(url, body), translated]);
    await this.judged(exchange);
    const { exam_attempt_id: made } = Object(exchange.oracle.body);
    // The script finds code and vendor's id in the reference's table: a poll pairs those of the two.
    if (as && Number.isInteger(made)) {
      const poll = { as: this.world.users.get(as), method: 'GET' };
      const path = (id: unknown) => `/api/edx_proctoring/v1/proctored_exam/attempt/${id}`;
      const ours = this.world.oursOf('attempt', made);
      await this.judged(
        await this.world.ask({ as, method: 'GET', path: `~/attempt/${made}` }, [
          { ...poll, path: path(made) },
          { ...poll, path: path(ours) },
        ]),
      );
    }
    return exchange.oracle;
  }

  private async judged(exchange: Awaited<ReturnType<World['play']>>) {
    const { right } = this.judge.verdictOn(exchange, this.world);
    this.judge.count(right);
    if (right) return;
    this.wrong++;
    console.log(`FAIL examples.py\n${explain(exchange)}\n`);
  }

  /** What the reference's seed takes beyond the roster is made by requests. */
  private async seed({ exams = [], switches, ...roster }: Record<string, any>, made: any) {
    const [, ours] = this.servers;
    const filled = ({ id, ...user }: Partial<User> & Pick<User, 'username'>): User => ({
      email: `${user.username}@example.org`,
      full_name: '',
      ...user,
      // In the service this one is there already.
      id: user.username === worker.username ? worker.id : (id ?? made.users[user.username]),
    });
    roster.users = roster.users?.map(filled);
    for (const user of roster.users ?? []) this.world.users.set(user.username, user);
    roster.verified_names = roster.verified_names?.map(({ user, verified_name }: any) => ({
      user,
      verified_name,
      status: 'approved',
    }));
    await ours.seed(roster);
    if (switches) await ours.configure({ switches });
    for (const exam of exams) await this.addExam(exam);
  }

  /** Publishes the exam beside those that the course has already: only so it gets a due date and a provider. */
  private async addExam(exam: Record<string, unknown>) {
    const [, ours] = this.servers;
    const root = '/api/edx_proctoring/v1/proctored_exam';
    const ask = (method: string, path: string, body?: unknown) =>
      ours.ask({
        as: this.world.users.get('staff'),
        method,
        path: `${root}/${path}/course_id/${exam.course_id}`,
        headers: { 'Content-Type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    const { body: present } = await ask('GET', 'exam');
    const added = {
      exam_name: exam.content_id,
      time_limit_mins: 60,
      is_proctored: true,
      is_practice_exam: false,
      is_active: true,
      hide_after_due: false,
      ...exam,
    };
    const answer = await ask('PATCH', 'exam_registration', [...(present as object[]), added]);
    if (answer.status !== 200)
      throw new Error(`The service refused ${JSON.stringify(added)}: ${JSON.stringify(answer)}`);
  }

  private moveClock(offset = this.offset): Answer {
    if (offset > this.offset) this.clock.pass(offset - this.offset);
    this.offset = offset;
    const body = { now: this.clock.now.toISOString(), movable: true, file_content: null };
    return { status: 200, type: 'application/json', body };
  }
}

type Answering = (request: http.IncomingMessage, body: string) => Promise<Answer>;

async function listening(answering: Answering) {
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
