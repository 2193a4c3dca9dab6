import { type Interstitial, isOnboardingError, type Status, statuses } from '../../libs/domain/src/index.js';
import type { Clock } from './clock.js';
import type { Judge } from './judge.js';
import { pageOf } from './pages.js';
import type { Answer, Server, User } from './server.js';
import type { Service } from './service.js';
import { type Attempt, type Exam, type Kind, kinds, type Looking, Schoolroom } from './student-views.room.js';

/** The reference has no page for a status that it can be set to keep, and ends in an error of its own. */
const notImplemented: { [K in Kind]?: Interstitial } = { timed: 'timed_submitted', proctored: 'proctored_submitted' };

/** Fields of the reference's context: those that the page put there, and labels of buttons. */
const notCompared =
  /^(display_name|default_time_limit_mins|is_proctored|is_practice_exam|hide_after_due|grace_period|due_date|credit_state|start_exam|end_exam|retry_exam|support_email_subject)$/;

/**
 * Puts every kind of exam in every status, in time and past due, with several settings, and compares what both say that
 * the learner sees: page or content, what the page is made of, and the summary for the course outline.
 */
export async function compareStudentViews(oracle: Server, service: Service, clock: Clock, judge: Judge): Promise<void> {
  const shown = new Set<string | null>();
  let cells = 0;
  let comparisons = 0;
  let wrong = 0;

  const count = (what: string, differences: string[]) => {
    comparisons++;
    judge.count(differences.length === 0);
    if (differences.length === 0) return;
    wrong++;
    console.log(`student views, ${what}\n${differences.map((line) => `  - ${line}`).join('\n')}\n`);
  };

  /** One cell: what the learner sees, and what the outline says. */
  const look = async (room: Schoolroom, kind: Kind, attempt: Attempt | undefined, learner: User, looking: Looking) => {
    clock.pass(1);
    cells++;
    const what = `${kind} exam, ${room.name}, ${attempt?.status ?? 'no attempt'}, ${looking.note}`;
    const exam = room.exams[kind];
    const [theirs, ours] = await room.views(exam, learner, looking);
    const page = (theirs.body as any).template;
    const crashed = (theirs.body as any).error !== undefined;
    const expected = page === null ? null : pageOf[page];
    // Past due it may as well be the content, as with any other timed exam that was handed in.
    const allowed = crashed ? [notImplemented[kind], null] : [expected];
    const got = ours.body as any;
    shown.add(got.interstitial);
    const found: string[] = [];
    if (ours.status !== 200) found.push(`answered ${ours.status} ${JSON.stringify(got)}`);
    if (crashed && attempt?.status !== 'timed_out')
      found.push(`the reference failed: ${JSON.stringify((theirs.body as any).error)}`);
    if (!allowed.includes(got.interstitial))
      found.push(`page: reference ${expected} (${page}), service ${got.interstitial}`);
    const showsContent = crashed ? got.interstitial === null : (theirs.body as any).html === null;
    if (got.shows_content !== showsContent)
      found.push(`content: reference ${showsContent}, service ${got.shows_content}`);
    if ((got.html === null) !== showsContent) found.push('the page is missing, or one too many');
    // An attempt that an operator times out early ends now, so its time is not over (see differences.ts).
    const isOut = (line: string) => attempt?.status === 'timed_out' && line.startsWith('context.has_time_expired:');
    if (found.length === 0 && got.context && !crashed)
      found.push(...contextDifferences(exam, attempt, theirs, ours).filter((line) => !isOut(line)));
    count(what, found);
    if (looking.role === undefined && looking.graceMins === undefined)
      count(`summary of ${what}`, await summaryDifferences(room, exam, learner));
  };

  const summaryDifferences = async (room: Schoolroom, exam: Exam, learner: User) => {
    const [theirs, ours] = await room.summaries(exam, learner);
    const [expected, got] = [(theirs.body as any).result ?? {}, ours.body as any];
    return sorted(expected) === sorted(got) ? [] : [`reference ${sorted(expected)}, service ${sorted(got)}`];
  };

  /** The whole table, in a course of its own: then with all due dates past, and what follows from that. */
  const table = async (room: Schoolroom, isViewable: boolean) => {
    const rows: { kind: Kind; learner: User; attempt: Attempt | undefined }[] = [];
    for (const kind of kinds)
      for (const status of [undefined, ...statuses.filter((status) => canKeep(kind, status))]) {
        const learner = await room.learner();
        rows.push({ kind, learner, attempt: status && (await room.attempt(kind, learner, status)) });
      }
    const all = async (looking: Looking) => {
      for (const { kind, learner, attempt } of rows) await look(room, kind, attempt, learner, looking);
    };
    await all({ note: 'in time' });
    await all({ note: 'in time, to staff', role: 'staff', as: room.staff });
    await all({ note: 'in time, seen by staff as the learner', as: room.staff });
    await room.dates('{now-60}');
    await all({ note: 'past due' });
    await all({ note: 'past due, to staff', role: 'staff', as: room.staff });
    await all({ note: 'past due, in the grace period', graceMins: 600, as: room.staff });
    if (isViewable) {
      for (const { attempt, learner } of rows) if (attempt) await room.acknowledge(attempt, learner);
      await all({ note: 'past due, acknowledged' });
      await all({ note: 'past due, acknowledged, in the grace period', graceMins: 600, as: room.staff });
      for (const { learner } of rows) await room.extend(learner);
      await all({ note: 'past due for others, acknowledged' });
    }
    await room.dates(null);
    await room.publish({ hide_after_due: true, due_date: clock.now.toISOString() });
    await all({ note: 'past due by the exam, hidden afterwards' });
  };

  /** Learners with and without attempts, to whom something else has happened. */
  const oddOnes = async (room: Schoolroom) => {
    for (const kind of kinds)
      for (const status of [undefined, 'created', 'submitted', 'declined'] as const) {
        const learner = await room.learner();
        const attempt = status && (await room.attempt(kind, learner, status));
        const cell = (note: string) => look(room, kind, attempt, learner, { note, as: room.staff });
        await room.enrol(learner, 'audit');
        await cell('enrolled without proctored exams');
        await room.enrol(learner, 'verified', false);
        await cell('enrolled no more');
        await room.enrol(learner, 'verified');
        await room.setActive(learner, false);
        await cell('inactive account');
        await room.setActive(learner, true);
      }
    for (const kind of ['proctored', 'practice', 'onboarding'] as const) {
      const learner = await room.learner();
      const attempt = await room.attempt(kind, learner, 'error');
      await room.letResume(attempt, learner);
      await look(room, kind, attempt, learner, { note: 'may be resumed' });
    }
    await room.publish({ is_active: false });
    for (const kind of kinds) await look(room, kind, undefined, await room.learner(), { note: 'exam not active' });
  };

  const ended = async (room: Schoolroom) => {
    for (const kind of kinds)
      for (const status of [undefined, 'created', 'submitted', 'verified', 'error'] as const) {
        if (kind === 'timed' && status) continue; // nobody begins one then
        const learner = await room.learner();
        const attempt = status && (await room.attempt(kind, learner, status));
        await look(room, kind, attempt, learner, { note: 'course has ended' });
      }
    for (const kind of kinds) {
      const learner = await room.learner();
      await room.endsIn(1); // which pass before anybody looks
      await look(room, kind, undefined, learner, { note: 'course ends at this instant' });
    }
  };

  const prerequisites = async (room: Schoolroom) => {
    const words = [undefined, 'satisfied', 'failed', 'declined', 'pending', 'submitted'];
    // They matter to proctored exams alone: for the others a few will do.
    for (const kind of kinds)
      for (const first of words)
        for (const second of kind === 'proctored' ? words : words.slice(0, 1)) {
          const learner = await room.learner();
          await room.require(learner, { first, second });
          const note = `requirements ${first}, ${second}`;
          await look(room, kind, undefined, learner, { note });
          // A learner who declined a requirement has declined the exam by looking at it.
          await look(room, kind, undefined, learner, { note: `${note}, a second time` });
        }
  };

  /** RPNow knows its browser by a cookie. */
  const secureBrowser = async (room: Schoolroom) => {
    const learner = await room.learner();
    const attempt = await room.attempt('proctored', learner, 'created');
    const cookies = await room.launch(attempt);
    await room.act(attempt, learner, 'start');
    attempt.status = 'started';
    await look(room, 'proctored', attempt, learner, { note: 'in another browser' });
    await look(room, 'proctored', attempt, learner, { note: 'in the secure browser', cookies });
    const forged = cookies.map((cookie) => cookie.replace(/.$/, '!')) as [string, string];
    await look(room, 'proctored', attempt, learner, { note: 'with a forged cookie', cookies: forged });
  };

  const open = (name: string, more: object = {}) => Schoolroom.open(oracle, service, clock, name, more);
  await using usual = await open('usual settings');
  await table(usual, false);
  await using odd = await open('odd learners');
  await oddOnes(odd);
  await using old = await open('a course that has ended', { end: '2024-03-01T00:00:00Z' });
  await ended(old);
  await using chained = await open('a chain of exams');
  await prerequisites(chained);
  await using secure = await open('a secure browser', { backends: { proctored: 'software_secure' } });
  await secureBrowser(secure);
  await using strict = await open('other settings', { isStrict: true });
  await table(strict, true);

  const unseen = Object.values(pageOf).filter((page) => !shown.has(page));
  if (unseen.length > 0) count('coverage', [`never seen: ${unseen.join(', ')}`]);
  console.log(`${wrong === 0 ? 'ok  ' : 'FAIL'} student views: ${cells} cells, ${comparisons} comparisons`);
}

/** An onboarding attempt is taken away by the change into one of these statuses (domain.md §7.6). */
const canKeep = (kind: Kind, status: Status) => kind !== 'onboarding' || !isOnboardingError(status);

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );

/** Ids are each side's own, and so are the times at which things were written. */
function contextDifferences(exam: Exam, attempt: Attempt | undefined, theirs: Answer, ours: Answer): string[] {
  const [expected, got] = [theirs, ours].map(({ body }, side) => {
    const named = JSON.stringify((body as any).context, (key, value) => {
      if (key === 'exam_id' && value === exam.ids[side]) return 'the exam';
      if (key === 'exam_code') return typeof value;
      if (key === 'status_date') return typeof value;
      return typeof value === 'string' ? value.replace(`/attempt/${attempt?.ids[side]}`, '/attempt/{id}') : value;
    });
    return JSON.parse(named) as Record<string, unknown>;
  });
  const names = (context: object) => Object.keys(context).filter((name) => !notCompared.test(name));
  // It comes from the page that asks: the reference's page says nothing of it.
  const { allow_proctoring_opt_out: _, ...known } = got!;
  return [...new Set([...names(expected!), ...names(known)])].flatMap((name) =>
    sorted(expected![name]) === sorted(known[name])
      ? []
      : [`context.${name}: reference ${sorted(expected![name])}, service ${sorted(known[name])}`],
  );
}
