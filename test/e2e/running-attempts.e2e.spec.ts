import { type IncomingMessage, request as open } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandBus } from '@nestjs/cqrs';
import { ChangeStream, message } from '../../apps/api/src/running-attempts/change-stream.js';
import { PauseAttempt } from '../../libs/domain/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { fresh } from '../support/hooks.js';
import { courseId, openCourse, type Person, people, root, roster, tokenOf } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const path = `/api/exams/v1/courses/${courseId}/running-attempts`;

const service = fresh(async () => {
  const opened = await openCourse({ midterm: {}, final: {} });
  await opened.app.listen(0, '127.0.0.1');
  return opened;
});
const { request: ask, query } = service;
const readers: Reader[] = [];
afterEach(() => {
  for (const reader of readers.splice(0)) reader.leave();
});

type Row = { attempt_id: number; status: string; [field: string]: any };

/** Reads the stream as a client does, and keeps the rows that it knows. */
class Reader {
  readonly rows = new Map<number, Row>();
  readonly events: string[] = [];
  state: any;
  lastId = '';
  status = 0;
  hasEnded = false;
  private answer!: IncomingMessage;

  static async open(by: Person, given: { lastId?: string; rows?: Row[] } = {}): Promise<Reader> {
    const reader = new Reader();
    readers.push(reader);
    for (const row of given.rows ?? []) reader.rows.set(row.attempt_id, row);
    const { port } = service.app.getHttpServer().address() as AddressInfo;
    const headers = {
      authorization: `JWT ${await tokenOf(by)}`,
      accept: 'text/event-stream',
      ...(given.lastId && { 'last-event-id': given.lastId }),
    };
    reader.answer = await new Promise<IncomingMessage>((done, fail) => {
      open({ host: '127.0.0.1', port, path: `${path}/changes`, headers, agent: false }, done)
        .on('error', fail)
        .end();
    });
    reader.status = reader.answer.statusCode!;
    if (reader.status === 200) void reader.read().catch(() => {});
    else reader.leave();
    return reader;
  }

  leave() {
    this.answer.destroy();
  }

  private async read() {
    let text = '';
    for await (const chunk of this.answer.setEncoding('utf8')) {
      const messages = `${text}${chunk}`.split('\n\n');
      text = messages.pop()!;
      for (const each of messages) this.understand(each);
    }
    this.hasEnded = true;
  }

  private understand(text: string) {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
    const event = field('event');
    if (!event) return;
    this.events.push(event);
    const data = JSON.parse(field('data')!);
    if (event === 'state') this.state = data;
    for (const row of data.attempts ?? []) this.rows.set(row.attempt_id, row);
    for (const id of data.removed ?? []) this.rows.delete(id);
    for (const { attempt_id, ...poll } of data.polls ?? []) Object.assign(this.rows.get(attempt_id) ?? {}, poll);
    this.lastId = field('id') ?? this.lastId;
  }
}

const list = async (by: Person = teacher) => (await ask(by, 'GET', path)).body;
const start = (person: Person, exam = service.exams.midterm) =>
  service.createAttempt(person, exam, { start_clock: 'true' });
const put = async (person: Person, attempt: number, action: string) =>
  expect((await ask(person, 'PUT', `${root}/attempt/${attempt}`, { action })).status).toBe(200);
const poll = (person: Person, attempt: number) => ask(person, 'GET', `${root}/attempt/${attempt}`);
const polls = (attempt: number) =>
  query('select polled_at, recorded_at from attempt_polls where attempt_id = $1', [attempt]);

describe('the list of running attempts', () => {
  it('has what staff must know of an attempt', async () => {
    const attempt = await start(alice);
    await poll(alice, attempt);
    await until('the poll is recorded', async () => (await polls(attempt)).length === 1);
    const { attempts, exams, clock_warning, blocked, at } = await list();
    expect({ exams: exams[0], clock_warning, blocked }).toEqual({
      exams: { exam_id: service.exams.midterm, exam_name: 'midterm', provider: 'test', provider_answers: true },
      clock_warning: null,
      blocked: [],
    });
    const [row] = attempts;
    expect(attempts).toEqual([
      {
        attempt_id: attempt,
        exam_id: service.exams.midterm,
        learner: { user_id: alice.user_id, username: 'alice', full_name: 'alice' },
        status: 'started',
        started_at: expect.any(String),
        ends_at: new Date(Date.parse(row.started_at) + 30 * 60_000).toISOString(),
        ended_at: null,
        shown_until: null,
        is_paused: false,
        paused_seconds_left: null,
        last_poll_at: expect.any(String),
        no_poll_from: new Date(Date.parse(row.last_poll_at) + 180_000).toISOString(),
        low_time_from: new Date(Date.parse(row.ends_at) - 0.05 * 30 * 60_000).toISOString(),
        provider_state: 'registered',
      },
    ]);
    expect(Date.parse(row.last_poll_at)).toBeLessThanOrEqual(Date.parse(at));
  });

  it('shows an exam whose provider is not configured any more', async () => {
    await query(`update exams set backend = 'gone' where id = $1`, [service.exams.final]);
    await start(alice);
    const { attempts, exams } = await list();
    expect(attempts).toHaveLength(1);
    expect(exams.map(({ provider }: { provider: string }) => provider).sort()).toEqual(['gone', 'test']);
    const reader = await Reader.open(teacher);
    await until('the reader has the state', async () => reader.state?.exams.length === 2);
  });

  it('keeps an attempt for 15 minutes after its end, and a setup for an hour', async () => {
    const [ended, setUp] = [await start(alice), await service.createAttempt(bob, service.exams.midterm)];
    await put(alice, ended, 'submit');
    const shown = async () => (await list()).attempts.map(({ attempt_id }: Row) => attempt_id);
    expect((await list()).attempts.map(({ status, ends_at }: Row) => [status, ends_at])).toEqual([
      ['submitted', null],
      ['created', null],
    ]);
    await service.moveClock('16 minutes');
    expect(await shown()).toEqual([setUp]);
    await query(`update attempts set modified = modified - interval '45 minutes'`);
    expect(await shown()).toEqual([]);
  });

  it('keeps a paused attempt, with the time that is left', async () => {
    const attempt = await start(alice);
    const at = (await list()).attempts[0].started_at;
    const by = { commandId: 'pause', actor: { kind: 'user' as const, userId: teacher.user_id } };
    const learner = { examId: service.exams.midterm, userId: alice.user_id };
    await service.app.get(CommandBus).execute(new PauseAttempt(learner, { attemptId: attempt, at }, by));
    const paused = {
      status: 'started',
      is_paused: true,
      ends_at: null,
      paused_seconds_left: 1800,
      low_time_from: null,
    };
    expect((await list()).attempts).toMatchObject([paused]);
  });

  it('names a learner of whom something cannot be delivered', async () => {
    const attempt = await start(alice);
    await query(
      `insert into dead_letters (follower, learner, generation, xid, position, event_id, reason)
       select 'mail', stream, generation, transaction_id, position, id, 'refused' from events where type = 'AttemptStarted'`,
    );
    expect(await list()).toMatchObject({
      attempts: [{ attempt_id: attempt }],
      blocked: [{ exam_id: service.exams.midterm, user_id: alice.user_id, subscription: 'mail' }],
    });
  });
});

describe('the time of the last poll', () => {
  it('is written at most once a minute, whatever the number of processes', async () => {
    const attempt = await start(alice);
    const other = await import('../support/service.js').then(({ openService }) => openService({}, service));
    await poll(alice, attempt);
    await until('the poll is recorded', async () => (await polls(attempt)).length === 1);
    const [first] = await polls(attempt);
    await service.moveClock('40 seconds');
    await other.moveClock('40 seconds');
    await poll(alice, attempt);
    await other.request(alice, 'GET', `${root}/attempt/${attempt}`);
    await other.app.close(); // writes what it has
    expect(await polls(attempt)).toEqual([first]);
    await service.moveClock('61 seconds');
    await poll(alice, attempt);
    await until('the later poll is recorded', async () => (await polls(attempt))[0].polled_at > first.polled_at);
  });

  it('is forgotten with the learner', async () => {
    const attempt = await start(alice);
    await poll(alice, attempt);
    await until('the poll is recorded', async () => (await polls(attempt)).length === 1);
    await ask({ ...staff, superuser: true }, 'POST', `/api/edx_proctoring/v1/retire_user/${alice.user_id}/`);
    expect(await polls(attempt)).toEqual([]);
  });
});

describe('the stream of changes', () => {
  it('sends each change of an attempt, and its polls', async () => {
    const reader = await Reader.open(teacher);
    await until('the state comes', () => reader.state !== undefined);
    const attempt = await start(alice);
    await until('the start comes', () => reader.rows.get(attempt)?.status === 'started');
    await poll(alice, attempt);
    await until('the poll comes', () => typeof reader.rows.get(attempt)?.last_poll_at === 'string');
    await put(alice, attempt, 'submit');
    await until('the submission comes', () => reader.rows.get(attempt)?.status === 'submitted');
    expect(reader.rows.get(attempt)).toEqual((await list()).attempts[0]);
    await ask(staff, 'DELETE', `${root}/attempt/${attempt}`);
    await until('the removal comes', () => !reader.rows.has(attempt));
  });

  it('begins behind the list, so that nothing is lost between them', async () => {
    const before = await list();
    const attempt = await start(alice);
    const reader = await Reader.open(teacher, { lastId: before.position, rows: before.attempts });
    await until('the start comes', () => reader.rows.get(attempt)?.status === 'started');
  });

  it('goes on behind the last message that a reader got', async () => {
    const reader = await Reader.open(teacher);
    const attempt = await start(alice);
    await until('the start comes', () => reader.rows.has(attempt));
    reader.leave();
    await put(alice, attempt, 'submit');
    const later = await start(bob);
    const again = await Reader.open(teacher, { lastId: reader.lastId, rows: [...reader.rows.values()] });
    await until('both changes come', () => again.rows.has(later) && again.rows.get(attempt)?.status === 'submitted');
    expect([...again.rows.values()]).toEqual((await list()).attempts);
  });

  it('sends nothing of another course', async () => {
    const other = 'course-v1:OrgX+Other+2031';
    await ask(staff, 'PUT', '/api/lms/v1/roster', { courses: [{ course_id: other, display_name: 'Other' }] });
    const { body } = await ask(staff, 'POST', `${root}/exam`, {
      ...{ course_id: other, content_id: 'block-v1:x', exam_name: 'x', time_limit_mins: 9 },
      ...{ is_proctored: true, is_practice_exam: false, is_active: true, hide_after_due: false, external_id: 'x' },
    });
    const reader = await Reader.open(teacher);
    await until('the state comes', () => reader.state !== undefined);
    await start(bob, body.exam_id);
    const attempt = await start(alice);
    await until('the start comes', () => reader.rows.has(attempt));
    expect(reader.rows.size).toBe(1);
  });

  it('sends the state again when it changes', async () => {
    const reader = await Reader.open(teacher);
    await until('the state comes', () => reader.state?.exams[0].provider_answers === true);
    await query(`insert into vendor_circuits (provider, state) values ('test', 'open')`);
    await until('the new state comes', () => reader.state.exams[0].provider_answers === false);
  });

  it('asks a reader that missed too much to list the attempts again', async () => {
    await start(alice);
    await query(`create table more as select * from events where type = 'AttemptStarted'`);
    await query(
      `set session_replication_role = replica;
       insert into events (id, stream, version, type, schema_version, data, metadata, hash)
       select gen_random_uuid(), stream, 1000 + number, type, schema_version, json_build_object('attemptId', number), metadata, hash
         from more, generate_series(1, 2001) as number;
       set session_replication_role = origin`,
    );
    const reader = await Reader.open(teacher, { lastId: '1.0.0' });
    await until('the stream ends', () => reader.hasEnded);
    expect(reader.events).toEqual(['reload']);
  });

  it('refuses a position that is none, and people who are not staff', async () => {
    expect((await Reader.open(teacher, { lastId: 'x' })).status).toBe(400);
    expect((await Reader.open(alice)).status).toBe(403);
  });

  it('reads the log once, whatever the number of readers; and a user has at most twenty', async () => {
    for (let each = 0; each < 20; each++) await Reader.open(teacher);
    expect((await Reader.open(teacher)).status).toBe(429);
    await Reader.open(staff);
    const listening = `select from pg_stat_activity where datname = current_database() and query like 'listen %'`;
    await until('the process listens', async () => (await query(listening)).length > 0);
    await until('all have joined', () => readers.filter(({ state }) => state !== undefined).length === 21);
    const attempt = await start(alice);
    await until('all have the start', () => readers.filter(({ rows }) => rows.has(attempt)).length === 21);
    expect(await query(listening)).toHaveLength(1);
    for (const reader of readers) reader.leave();
    await until('nobody listens any more', async () => (await query(listening)).length === 0);
  });
});

describe('the stream ends', () => {
  const openReader = async () => {
    const reader = await Reader.open(teacher);
    await until('the state comes', () => reader.state !== undefined);
    return reader;
  };

  it('when the login expires', async () => {
    const reader = await openReader();
    await service.moveClock('61 minutes');
    await until('the stream ends', () => reader.hasEnded);
  });

  it('when the right is withdrawn', async () => {
    const reader = await openReader();
    const removed = { course_staff: [{ user: 'teacher', course_id: courseId }] };
    expect((await ask(staff, 'PUT', '/api/lms/v1/roster', { ...roster, course_staff: [], removed })).status).toBe(200);
    await until('the stream ends', () => reader.hasEnded);
  });

  it('when the process ends, soon', async () => {
    const reader = await openReader();
    const begin = performance.now();
    await service.app.close();
    await until('the stream ends', () => reader.hasEnded);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });

  it('for a reader that does not read', async () => {
    const stream = new ChangeStream(1, courseId, undefined, async () => true);
    const big = message('changes', { text: 'x'.repeat(400_000) });
    stream.send(big, big);
    expect(stream.destroyed).toBe(false);
    stream.send(big);
    await pause(0);
    expect(stream.destroyed).toBe(true);
  });
});
