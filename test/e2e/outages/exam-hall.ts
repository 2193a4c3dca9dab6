import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres, stopPostgres } from '../../../libs/configuration/src/index.js';
import type { Child } from '../../conformance/child.js';
import { urlsOf } from '../../support/database.js';
import { courseId, type Person, people, publishedExam, root, tokenOf } from '../../support/service.js';
import { startServiceProcess } from '../../support/service-process.js';
import { Wire } from '../../support/wire.js';

type Answer = { status: number; body: any; seconds: number };

/** The built service as a separate process, with a separate PostgreSQL behind a `Wire`, and learners in a timed exam. */
export class ExamHall {
  readonly slowest = { seconds: 0, request: '' };
  /** Answers that are neither 2xx nor 503 with Retry-After. */
  readonly wrong: string[] = [];
  /** The requests that took too long after the end of an outage. */
  readonly late: string[] = [];
  readonly counts = { polls: 0, submits: 0, refused: 0 };
  readonly acknowledged: number[] = [];
  private readonly waiting: { learner: Person; attempt: number }[] = [];

  private constructor(
    readonly wire: Wire,
    private readonly dir: string,
    private readonly url: string,
    readonly database: pg.Pool,
    readonly child: Child,
  ) {}

  static async open(learners: number): Promise<ExamHall> {
    const dir = mkdtempSync(join(tmpdir(), 'proctoring-outages-'));
    const { url: databaseUrl } = await startPostgres({ dataDir: join(dir, 'postgres') });
    const wire = new Wire(new URL(databaseUrl));
    const urls = urlsOf(await wire.open(), 'postgres');
    const users = {
      DATABASE_URL: urls.api,
      WORKER_DATABASE_URL: urls.worker,
      MIGRATION_DATABASE_URL: urls.owner,
    };
    const { child, url } = await startServiceProcess('service', dir, { ...users, LOG_LEVEL: 'error' });
    const database = new pg.Pool({ connectionString: databaseUrl, max: 2, application_name: 'test' });
    database.on('error', () => {});
    const hall = new ExamHall(wire, dir, url, database, child);
    await hall.startAttempts(learners);
    return hall;
  }

  /** The processes of PostgreSQL that serve the service. */
  async backends(): Promise<number[]> {
    const { rows } = await this.database.query(
      `select pid from pg_stat_activity where backend_type = 'client backend' and application_name <> 'test'`,
    );
    return rows.map(({ pid }) => pid);
  }

  async postmaster(): Promise<number> {
    const file = await readFile(join(this.dir, 'postgres/cluster/postmaster.pid'), 'utf8');
    return Number(file.split('\n')[0]);
  }

  async ask(person: Person | undefined, method: string, path: string, body?: object): Promise<Answer> {
    const begin = performance.now();
    const { status, headers, text } = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(person ? { Authorization: `JWT ${await tokenOf(person)}` } : {}),
        'Content-Type': 'application/json',
      },
      body: body && JSON.stringify(body),
    }).then(
      async (answer) => ({ status: answer.status, headers: answer.headers, text: await answer.text() }),
      (error) => ({ status: 0, headers: new Headers(), text: String(error.cause ?? error) }),
    );
    const seconds = (performance.now() - begin) / 1000;
    const request = `${method} ${path}`;
    if (seconds > this.slowest.seconds) Object.assign(this.slowest, { seconds, request });
    const mayBeRefused = status === 503 && (headers.has('retry-after') || path.startsWith('/health'));
    if (status === 503) this.counts.refused++;
    if ((status < 200 || status > 299) && !mayBeRefused) this.wrong.push(`${request}: ${status} ${text.slice(0, 300)}`);
    return { status, body: status === 200 && text ? JSON.parse(text) : text, seconds };
  }

  /** Learners poll and submit until the signal. */
  async pollAndSubmit(signal: AbortSignal): Promise<void> {
    const poll = async () => {
      while (!signal.aborted) {
        await this.poll();
        this.counts.polls++;
        await pause(20);
      }
    };
    const submit = async () => {
      while (!signal.aborted && this.waiting.length > 20) {
        if (await this.submit()) this.counts.submits++;
        await pause(500);
      }
    };
    const watch = async () => {
      while (!signal.aborted) {
        await this.ask(undefined, 'GET', '/health/ready');
        await pause(200);
      }
    };
    await Promise.all([poll(), poll(), poll(), poll(), submit(), submit(), submit(), watch()]);
  }

  async poll(): Promise<boolean> {
    const { learner, attempt } = this.waiting[0];
    return (await this.ask(learner, 'GET', `${root}/attempt/${attempt}`)).status === 200;
  }

  /** Submits an attempt, once. Answers whether the service acknowledged it. */
  async submit(): Promise<boolean> {
    const { learner, attempt } = this.waiting.pop()!;
    const { status } = await this.ask(learner, 'PUT', `${root}/attempt/${attempt}`, { action: 'submit' });
    if (status === 200) this.acknowledged.push(attempt);
    return status === 200;
  }

  /** The seconds until `work` succeeds. It is repeated every 100 ms. */
  async secondsUntil(work: () => Promise<boolean>): Promise<number> {
    const begin = performance.now();
    const seconds = () => (performance.now() - begin) / 1000;
    return new Promise((resolve) => {
      const tries = setInterval(async () => {
        if (seconds() < 30 && !(await work())) return;
        clearInterval(tries);
        resolve(seconds());
      }, 100);
    });
  }

  /** Acknowledged submits that the log does not have. */
  async lost(): Promise<number[]> {
    const { rows } = await this.database.query(
      `select data->>'attemptId' as id from events where type = 'AttemptSubmitted'`,
    );
    const submitted = new Set(rows.map(({ id }) => Number(id)));
    return this.acknowledged.filter((id) => !submitted.has(id));
  }

  async close() {
    this.child.kill();
    await this.child.ended();
    this.wire.close();
    await this.database.end();
    await stopPostgres(join(this.dir, 'postgres'));
    rmSync(this.dir, { recursive: true });
  }

  private async startAttempts(learners: number) {
    await this.ask(people.staff, 'PUT', '/api/lms/v1/roster', {
      courses: [{ course_id: courseId, display_name: 'Demo', escalation_email: 'help@example.org' }],
    });
    const exam = publishedExam('hall', { is_proctored: false, time_limit_mins: 600 });
    const { body } = await this.ask(people.staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, [exam]);
    const { exam_id } = body[0];
    let next = 0;
    const seatSome = async () => {
      while (next < learners) {
        const index = next++;
        const learner = { user_id: 1000 + index, preferred_username: `learner${index}` };
        const begin = { exam_id, start_clock: 'true' };
        let created = await this.ask(learner, 'POST', `${root}/attempt`, begin);
        // The service refuses starts with 503 if there are too many at once.
        while (created.status === 503) {
          await pause(200);
          created = await this.ask(learner, 'POST', `${root}/attempt`, begin);
        }
        this.waiting.push({ learner, attempt: created.body.exam_attempt_id });
      }
    };
    await Promise.all([seatSome(), seatSome(), seatSome(), seatSome()]);
    if (this.wrong.length > 0) throw new Error(this.wrong[0]);
  }
}
