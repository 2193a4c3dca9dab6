import { CommandBus } from '@nestjs/cqrs';
import { SetAttemptStatus, type Status } from '../../libs/domain/src/index.js';
import { start as beginning, deadLetters, EventStore, retryDeadLetters } from '../../libs/event-store/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { Mailer, mailerName } from '../../libs/mail/src/index.js';
import { MailServer } from '../../libs/mail/src/testing.js';
import { courseId, openCourse, people, root, roster } from '../support/service.js';

const { staff, alice, bob } = people;
const worker = { user_id: 9, preferred_username: 'retirement_worker' };
const kinds = {
  proctored: { exam_name: 'Midterm' },
  watched: { exam_name: 'Final', backend: 'watched' },
  onboarding: { exam_name: 'Onboarding', is_practice_exam: true },
  timed: { exam_name: 'Quiz', is_proctored: false },
};
const settings = {
  SITE_NAME: 'lms.example.org',
  PLATFORM_NAME: 'Example Platform',
  LEARNING_MICROFRONTEND_URL: 'https://learning.example.org',
  CONTACT_EMAIL: 'contact@example.org',
  DEFAULT_FROM_EMAIL: 'Exams <exams@example.org>',
  PROCTORING_BACKENDS: {
    DEFAULT: 'test',
    test: {},
    watched: { provider: 'test', LINK_URLS: { contact: 'https://watched.example.org/contact' } },
  },
};

let server: MailServer;
let service: Awaited<ReturnType<typeof openCourse>>;
let mailer: Mailer;
let end: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  server = new MailServer();
  await server.open();
  service = await openCourse(kinds, { environment: { SMTP_URL: server.url }, settings });
  await start();
});
afterEach(async () => {
  await stop();
  await service.close();
  await server.close();
});

const start = async (configuration = service.configuration) => {
  end = new AbortController();
  mailer = new Mailer({ database: service.database.pool, configuration }, { pollMs: 5 });
  running = mailer.run(end.signal);
  const begun = async () => (await query('select from checkpoints')).length === 1;
  if (configuration.smtpUrl) await until('the mailer reads the log', begun);
};
const stop = async () => {
  end.abort();
  await running;
};

const ask = (...request: Parameters<typeof service.request>) => service.request(...request);
const query = (text: string) => service.query(text);
const createAttempt = (person = alice, exam = service.exams.proctored, isProctored = true) =>
  service.createAttempt(person, exam, { attempt_proctored: `${isProctored}` });
const act = async (id: number, action: string, person = alice) =>
  expect((await ask(person, 'PUT', `${root}/attempt/${id}`, { action })).status).toBe(200);
const submitAttempt = async (person = alice, exam = service.exams.proctored) => {
  const id = await createAttempt(person, exam);
  await act(id, 'submit', person);
  return id;
};
const review = async (id: number, body: object) =>
  expect((await ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, body)).status).toBe(200);
const setStatus = (id: number, status: Status, at = new Date().toISOString()) =>
  service.app
    .get(CommandBus)
    .execute(
      new SetAttemptStatus(
        { examId: service.exams.proctored, userId: alice.user_id },
        { attemptId: id, status, at },
        { actor: { kind: 'operator', name: 'ops' } },
      ),
    );
const subjects = () => server.taken.map(({ headers, recipients }) => `${recipients}: ${headers.subject}`);
const has = (...mails: string[]) =>
  until(`${mails} arrive`, () => JSON.stringify(subjects()) === JSON.stringify(mails));
/** Waits until the mailer has handled all events. */
const caughtUp = () =>
  until('the mailer has handled all events', async () => {
    const [{ behind }] = await query(`
      select count(*)::int as behind from events where (generation, transaction_id, position) >
        (select generation, xid, position from checkpoints where name = '${mailerName}' union all select 0, '0', 0 limit 1)`);
    return behind === 0;
  });
const letters = () => deadLetters(service.database.pool, mailerName);
const outcomes = async () =>
  (await query('select outcome from mails order by recorded_at')).map(({ outcome }) => outcome);

const submittedMail = 'alice@example.org: Handed in: Midterm (Demo)';
const passedMail = 'alice@example.org: Review passed: Midterm (Demo)';
const notPassedMail = 'alice@example.org: Review not passed: Midterm (Demo)';

describe('a learner', () => {
  it('gets one mail about a submitted exam, in text and HTML', async () => {
    await submitAttempt();
    await has(submittedMail);
    const [{ headers, parts }] = server.taken;
    const [{ id }] = await query("select id from events where type = 'AttemptSubmitted'");
    expect(headers).toMatchObject({
      from: 'Exams <exams@example.org>',
      to: 'alice@example.org',
      'message-id': `<${id}@example.org>`,
      'auto-submitted': 'auto-generated',
    });
    const course = `https://learning.example.org/course/${courseId}/home`;
    expect(parts['text/plain']).toMatch(/^Hello alice,\n/);
    expect(parts['text/plain']).toContain(course);
    expect(parts['text/html']).toContain(`<a href="${course}">`);
    expect(parts['text/html']).toContain('Example Platform');
  });

  it('gets mails about the outcome of the review and of an appeal', async () => {
    const id = await submitAttempt();
    await review(id, { status: 'suspicious', comments: [] });
    await setStatus(id, 'rejected');
    await review(id, { status: 'passed', comments: [] });
    await has(submittedMail, 'help@example.org: Please look at a review: Midterm (Demo)', notPassedMail, passedMail);
  });

  it("finds in a mail the address of the course, else the provider's page, else the platform's page", async () => {
    const contacts = async (exam: number, person = alice) => {
      const before = server.taken.length;
      const id = await submitAttempt(person, exam);
      await review(id, { status: 'passed', comments: [] });
      await until('both mails arrive', () => server.taken.length === before + 2);
      const { parts } = server.taken[before + 1];
      return [
        /Questions\? (.*)/.exec(parts['text/plain'])![1],
        /Questions\? <a href="([^"]*)/.exec(parts['text/html'])![1],
      ];
    };
    const about = encodeURIComponent('Proctored exam Midterm in Demo, learner alice');
    expect(await contacts(service.exams.proctored)).toEqual([
      'help@example.org',
      `mailto:help@example.org?subject&#x3D;${about}`,
    ]);
    const course = { course_id: courseId, display_name: 'Demo' };
    await ask(staff, 'PUT', '/api/lms/v1/roster', { courses: [course] });
    const page = 'https://watched.example.org/contact';
    expect(await contacts(service.exams.watched)).toEqual([page, page]);
    const support = 'https://lms.example.org/support/contact_us';
    expect(await contacts(service.exams.proctored, bob)).toEqual([support, support]);
  });

  it('gets no mail about practice and timed exams, errors and declined attempts', async () => {
    await submitAttempt(alice, service.exams.onboarding);
    await review(await submitAttempt(bob, service.exams.onboarding), {
      status: 'suspicious',
      reviewed_by: 'x@example.org',
      comments: [],
    });
    await act(await createAttempt(alice, service.exams.timed, false), 'submit');
    await act(await createAttempt(alice, service.exams.watched), 'error');
    await act(await createAttempt(bob), 'decline', bob);
    await caughtUp();
    expect(subjects().filter((subject) => !subject.startsWith('help@example.org'))).toEqual([]);
  });

  it('without an address gets no mail and does not delay the mail of others', async () => {
    await ask(staff, 'PUT', '/api/lms/v1/roster', { users: [{ id: 2, username: 'alice', email: '' }] });
    await submitAttempt();
    await submitAttempt(bob);
    await has('bob@example.org: Handed in: Midterm (Demo)');
    await until('both are recorded', async () => (await outcomes()).length === 2);
    expect((await outcomes()).sort()).toEqual(['no_address', 'sent']);
  });

  it('gets no header and no HTML that the name of a course tries to inject', async () => {
    const name = 'Demo\r\nBcc: eve@example.org\r\n\r\n<img src=x onerror=alert(1)>';
    await ask(staff, 'PUT', '/api/lms/v1/roster', { courses: [{ course_id: courseId, display_name: name }] });
    await submitAttempt();
    await until('the mail arrives', () => server.taken.length === 1);
    const [{ headers, parts, recipients }] = server.taken;
    expect(recipients).toEqual(['alice@example.org']);
    expect(headers.bcc).toBeUndefined();
    expect(headers.subject).toMatch(/^Handed in: Midterm \(Demo Bcc: eve@example\.org/);
    expect(parts['text/html']).not.toContain('<img');
  });

  it.each([
    'alice@example.org, eve@example.org',
    'alice@example.org>\r\nRCPT TO:<eve@example.org',
    'alice@example.org\r\nBcc: eve@example.org',
  ])('with the address %j causes no mail to anybody else', async (email) => {
    await ask(staff, 'PUT', '/api/lms/v1/roster', { users: [{ id: 2, username: 'alice', email }] });
    await submitAttempt();
    await submitAttempt(bob);
    await until('the mail to Bob arrives', () =>
      server.taken.some(({ recipients }) => recipients[0] === 'bob@example.org'),
    );
    await caughtUp();
    expect(server.taken.flatMap(({ recipients }) => recipients)).not.toContain('eve@example.org');
    expect(server.taken.filter(({ headers }) => headers.bcc)).toEqual([]);
  });
});

describe('a suspicious review without a reviewer', () => {
  const suspicious = { status: 'suspicious', comments: [] };

  it("leads to a mail to the course's address with a link to the session", async () => {
    const id = await submitAttempt();
    await review(id, suspicious);
    await has(submittedMail, 'help@example.org: Please look at a review: Midterm (Demo)');
    const url = `https://lms.example.org/api/edx_proctoring/v1/instructor/${encodeURIComponent(courseId)}/${service.exams.proctored}?attempt=test-attempt-${id}`;
    const { parts } = server.taken[1];
    expect(parts['text/plain']).toContain(`Learner: alice\n\nTo the session: ${url}\n`);
    expect((await ask(staff, 'GET', new URL(url).pathname + new URL(url).search)).status).toBe(302);
  });

  it("leads to a mail to the platform's address if the course has none", async () => {
    await ask(staff, 'PUT', '/api/lms/v1/roster', { courses: [{ course_id: courseId, display_name: 'Demo' }] });
    await review(await submitAttempt(), suspicious);
    await has(submittedMail, 'contact@example.org: Please look at a review: Midterm (Demo)');
  });
});

describe('an appeal', () => {
  const ofStaff = (id: number) => `/api/exams/v1/attempts/${id}`;
  const appealed = async () => {
    const id = await submitAttempt();
    await ask(people.teacher, 'POST', `${ofStaff(id)}/reject`, { reason: 'Notes on the desk' });
    const made = await ask(alice, 'POST', `/api/exams/v1/me/attempts/${id}/appeal`, { reason: 'My allowed notes' });
    expect(made.status).toBe(200);
    return { id, answerBy: made.body.answer_by as string };
  };
  const toStaff = 'help@example.org: Please answer an appeal: Midterm (Demo)';

  it("is brought to the course's address, with the day of the answer and without the reason", async () => {
    const { id, answerBy } = await appealed();
    await has(submittedMail, notPassedMail, toStaff);
    const day = new Date(answerBy).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
    const { parts } = server.taken[2];
    expect(parts['text/plain']).toContain(`Learner: alice\nAttempt: ${id}\nAnswer by: ${day}\n`);
    for (const part of Object.values(parts)) expect(part).not.toContain('My allowed notes');
  });

  it.each([
    [true, 'Your appeal was upheld', [passedMail]],
    [false, 'Your appeal was dismissed', []],
  ])('that is upheld (%s) is answered to the learner, with the reason', async (upheld, subject, more) => {
    const { id } = await appealed();
    const answer = { upheld, reason: 'The formulas <are> allowed' };
    expect((await ask(staff, 'POST', `${ofStaff(id)}/appeal/answer`, answer)).status).toBe(200);
    await has(submittedMail, notPassedMail, toStaff, `alice@example.org: ${subject}: Midterm (Demo)`, ...more);
    const { parts } = server.taken[3];
    expect(parts['text/plain']).toContain('\n\nThe reason: The formulas <are> allowed\n\n');
    expect(parts['text/html']).toContain('The reason: The formulas &lt;are&gt; allowed');
  });
});

describe('while the server', () => {
  it('is away, learners notice nothing, and afterwards all mails are sent once and in order', async () => {
    await server.close();
    const id = await submitAttempt();
    await review(id, { status: 'passed', comments: [] });
    await until('the metrics show it', async () => {
      const { body } = await ask(undefined, 'GET', '/metrics');
      return /proctoring_mail_oldest_waiting_seconds (?!0\n)/.test(body);
    });
    expect(subjects()).toEqual([]);
    await server.open();
    await has(submittedMail, passedMail);
    expect(await letters()).toEqual([]);
  });

  it.each<[string, MailServer['faults']]>([
    ['refuses the login', { login: 535 }],
    ['closes at each recipient', { recipient: () => 421 }],
  ])('%s, all mails wait, and are sent afterwards', async (_, faults) => {
    server.faults = faults;
    await submitAttempt();
    await submitAttempt(bob);
    await until('the mailer has tried again', () => server.refusals > 2);
    server.faults = {};
    await until('both arrive', () => server.taken.length === 2);
    expect(await letters()).toEqual([]);
  });

  it.each<[string, MailServer['faults']]>([
    ['defers one recipient', { recipient: (address) => (address.startsWith('alice') ? 450 : undefined) }],
    ['refuses one recipient', { recipient: (address) => (address.startsWith('alice') ? 550 : undefined) }],
  ])('%s, only that learner waits, and no address is kept', async (_, faults) => {
    server.faults = faults;
    const id = await submitAttempt();
    await review(id, { status: 'passed', comments: [] });
    await submitAttempt(bob);
    await has('bob@example.org: Handed in: Midterm (Demo)');
    await until('all her events are dead letters', async () => (await letters()).length === 3);
    expect(JSON.stringify((await letters()).map(({ reason }) => reason))).not.toMatch('@');
    expect((await ask(undefined, 'GET', '/metrics')).body).toContain('proctoring_mail_dead_letters 3');
  });

  it('accepts connections and is silent, mails wait, and are sent when it answers', async () => {
    server.faults = { silent: true };
    const id = await submitAttempt();
    await until('the mailer has connected', () => server.refusals > 0);
    await review(id, { status: 'passed', comments: [] });
    await until('the mailer has given up once and tried again', () => server.refusals > 1);
    server.faults = {};
    await has(submittedMail, passedMail);
  });

  it('defers a mail, it is sent later without an operator, unless it is refused for good', async () => {
    server.faults = { data: 451 };
    await submitAttempt();
    await submitAttempt(bob);
    await until('both are dead letters', async () => (await letters()).length === 2);
    await mailer.retryDeferred();
    expect(await letters()).toHaveLength(2);
    server.faults = { recipient: (address) => (address.startsWith('bob') ? 550 : undefined) };
    await mailer.retryDeferred();
    expect(subjects()).toEqual([submittedMail]);
    const [{ reason, learner }] = await letters();
    expect(reason).toMatch('refused by the mail server: 550');
    server.faults = {};
    await mailer.retryDeferred();
    expect(subjects()).toEqual([submittedMail]);
    const { pool } = service.database;
    expect(await retryDeadLetters(pool, mailerName, learner, (events) => mailer.handle(events))).toBe(1);
    await has(submittedMail, 'bob@example.org: Handed in: Midterm (Demo)');
  });
});

describe('a mail', () => {
  const fromTheBeginning = "update checkpoints set generation = 0, xid = '0', position = 0";

  it('that was sent is not sent again after a restart, even from the beginning of the log', async () => {
    await submitAttempt();
    await has(submittedMail);
    await until('the mail is recorded', async () => (await outcomes()).length === 1);
    await stop();
    await query(fromTheBeginning);
    await start();
    await submitAttempt(bob);
    await has(submittedMail, 'bob@example.org: Handed in: Midterm (Demo)');
  });

  it('whose record was lost in a crash is sent with the same message id, so receivers can recognize it', async () => {
    await submitAttempt();
    await has(submittedMail);
    await until('the mail is recorded', async () => (await outcomes()).length === 1);
    await stop();
    await query(`${fromTheBeginning}; delete from mails`);
    await start();
    await has(submittedMail, submittedMail);
    const [first, second] = server.taken.map(({ headers }) => headers['message-id']);
    expect(second).toBe(first);
  });

  it('waits for any time while there is no SMTP_URL', async () => {
    await stop();
    await start({ ...service.configuration, smtpUrl: undefined });
    await running;
    const id = await createAttempt();
    await setStatus(id, 'submitted', new Date(Date.now() - 365 * 24 * 3600 * 1000).toISOString());
    expect(subjects()).toEqual([]);
    expect((await ask(undefined, 'GET', '/metrics')).body).toMatch(/proctoring_mail_events_waiting [1-9]/);
    await start();
    await has(submittedMail);
  });

  it('does not wait for a malformed event of another learner', async () => {
    const events = [{ type: 'AttemptStarted', data: { attemptId: 99, at: new Date().toISOString(), effects: 7 } }];
    const metadata = { commandId: 'test', actor: { kind: 'user', userId: 9 }, userId: 9 } as const;
    const store = new EventStore(service.database.pool);
    await store.append([{ stream: 'attempts-9-9', after: beginning, events, metadata }]);
    await submitAttempt();
    await has(submittedMail);
    await until('it is a dead letter', async () => (await letters()).length === 1);
    expect((await letters())[0]).toMatchObject({
      learner: 'attempts-9-9',
      reason: expect.stringMatching(/^TypeError in /),
    });
  });

  it('is not sent for events from before the first SMTP_URL', async () => {
    await stop();
    await query('delete from checkpoints');
    await submitAttempt();
    expect((await ask(undefined, 'GET', '/metrics')).body).toContain('proctoring_mail_events_waiting 0');
    await start();
    await submitAttempt(bob);
    await has('bob@example.org: Handed in: Midterm (Demo)');
  });

  it('is not sent to a learner who was retired meanwhile, even if the roster names the learner later', async () => {
    await stop();
    await submitAttempt();
    expect((await ask(worker, 'POST', `/api/edx_proctoring/v1/retire_user/${alice.user_id}/`)).status).toBe(204);
    await ask(staff, 'PUT', '/api/lms/v1/roster', roster);
    await submitAttempt(bob);
    await start();
    await has('bob@example.org: Handed in: Midterm (Demo)');
    await until('both outcomes are recorded', async () => (await outcomes()).length === 2);
    expect((await outcomes()).sort()).toEqual(['no_address', 'sent']);
  });
});
