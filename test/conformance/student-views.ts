import { type Interstitial, isOnboardingError, type Status, statuses } from '../../libs/domain/src/index.js';
import type { Clock } from './clock.js';
import type { Judge } from './judge.js';
import { pageOf } from './pages.js';
import type { Answer, Server, User } from './server.js';
import type { Service } from './service.js';
import { type Attempt, type Exam, type Kind, kinds, type Viewer, ViewsCourse } from './student-views.course.js';

/** The reference can keep the status `timed_out`, but has no page for it and fails. The service shows these pages. */
const notImplemented: { [K in Kind]?: Interstitial } = { timed: 'timed_submitted', proctored: 'proctored_submitted' };

/** Fields of the reference's context that come from the page itself, and labels of buttons. */
const notCompared =
  /^(display_name|default_time_limit_mins|is_proctored|is_practice_exam|hide_after_due|grace_period|due_date|credit_state|start_exam|end_exam|retry_exam|support_email_subject)$/;

/**
 * Compares what the learner sees for each kind of exam in each status, in time and past due, with several settings: the page
 * or the content of the exam, the fields of the page, and the summary for the course outline.
 */
export async function compareStudentViews(
  reference: Server,
  service: Service,
  clock: Clock,
  judge: Judge,
): Promise<void> {
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

  /** Compares one cell of the table: what the learner sees, and the summary for the outline. */
  const compareCell = async (
    room: ViewsCourse,
    kind: Kind,
    attempt: Attempt | undefined,
    learner: User,
    looking: Viewer,
  ) => {
    clock.advance(1);
    cells++;
    const what = `${kind} exam, ${room.name}, ${attempt?.status ?? 'no attempt'}, ${looking.note}`;
    const exam = room.exams[kind];
    const [theirs, ours] = await room.views(exam, learner, looking);
    const page = (theirs.body as any).template;
    const crashed = (theirs.body as any).error !== undefined;
    const expected = page === null ? null : pageOf[page];
    // Past due the service may show the content, as for other submitted timed exams.
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
    if ((got.html === null) !== showsContent) found.push('a page is missing, or there is a page beside the content');
    // An attempt that an operator times out early is over now although its time is not (see differences.ts).
    const isTimedOut = (line: string) =>
      attempt?.status === 'timed_out' && line.startsWith('context.has_time_expired:');
    if (found.length === 0 && got.context && !crashed)
      found.push(...contextDifferences(exam, attempt, theirs, ours).filter((line) => !isTimedOut(line)));
    count(what, found);
    if (looking.role === undefined && looking.graceMins === undefined)
      count(`summary of ${what}`, await summaryDifferences(room, exam, learner));
  };

  const summaryDifferences = async (room: ViewsCourse, exam: Exam, learner: User) => {
    const [theirs, ours] = await room.summaries(exam, learner);
    const [expected, got] = [(theirs.body as any).result ?? {}, ours.body as any];
    return sorted(expected) === sorted(got) ? [] : [`reference ${sorted(expected)}, service ${sorted(got)}`];
  };

  /** Compares the whole table in one course: in time, then past due, and what follows from that. */
  const table = async (room: ViewsCourse, isViewable: boolean) => {
    const rows: { kind: Kind; learner: User; attempt: Attempt | undefined }[] = [];
    for (const kind of kinds)
      for (const status of [undefined, ...statuses.filter((status) => canKeep(kind, status))]) {
        const learner = await room.learner();
        rows.push({ kind, learner, attempt: status && (await room.attempt(kind, learner, status)) });
      }
    const all = async (looking: Viewer) => {
      for (const { kind, learner, attempt } of rows) await compareCell(room, kind, attempt, learner, looking);
    };
    await all({ note: 'in time' });
    await all({ note: 'in time, to staff', role: 'staff', as: room.staff });
    await all({ note: 'in time, seen by staff as the learner', as: room.staff });
    await room.setDueDates('{now-60}');
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
    await room.setDueDates(null);
    await room.publish({ hide_after_due: true, due_date: clock.now.toISOString() });
    await all({ note: 'past due by the exam, hidden afterwards' });
  };

  /** Compares learners whose enrolment or account changed, resumed attempts and inactive exams. */
  const specialCases = async (room: ViewsCourse) => {
    for (const kind of kinds)
      for (const status of [undefined, 'created', 'submitted', 'declined'] as const) {
        const learner = await room.learner();
        const attempt = status && (await room.attempt(kind, learner, status));
        const cell = (note: string) => compareCell(room, kind, attempt, learner, { note, as: room.staff });
        await room.enrol(learner, 'audit');
        await cell('enrolled without proctored exams');
        await room.enrol(learner, 'verified', false);
        await cell('no longer enrolled');
        await room.enrol(learner, 'verified');
        await room.setActive(learner, false);
        await cell('inactive account');
        await room.setActive(learner, true);
      }
    for (const kind of ['proctored', 'practice', 'onboarding'] as const) {
      const learner = await room.learner();
      const attempt = await room.attempt(kind, learner, 'error');
      await room.allowResume(attempt, learner);
      await compareCell(room, kind, attempt, learner, { note: 'may be resumed' });
    }
    await room.publish({ is_active: false });
    for (const kind of kinds)
      await compareCell(room, kind, undefined, await room.learner(), { note: 'exam not active' });
  };

  const endedCourse = async (room: ViewsCourse) => {
    for (const kind of kinds)
      for (const status of [undefined, 'created', 'submitted', 'verified', 'error'] as const) {
        if (kind === 'timed' && status) continue; // a timed exam cannot begin after the end of its course
        const learner = await room.learner();
        const attempt = status && (await room.attempt(kind, learner, status));
        await compareCell(room, kind, attempt, learner, { note: 'course has ended' });
      }
    for (const kind of kinds) {
      const learner = await room.learner();
      await room.setEnd(1); // this second passes before the comparison
      await compareCell(room, kind, undefined, learner, { note: 'course ends at this instant' });
    }
  };

  const prerequisites = async (room: ViewsCourse) => {
    const words = [undefined, 'satisfied', 'failed', 'declined', 'pending', 'submitted'];
    // Only proctored exams need requirements, so other kinds get a few combinations.
    for (const kind of kinds)
      for (const first of words)
        for (const second of kind === 'proctored' ? words : words.slice(0, 1)) {
          const learner = await room.learner();
          await room.require(learner, { first, second });
          const note = `requirements ${first}, ${second}`;
          await compareCell(room, kind, undefined, learner, { note });
          // The first look of a learner who declined a requirement declines the exam.
          await compareCell(room, kind, undefined, learner, { note: `${note}, a second time` });
        }
  };

  /** RPNow recognizes its browser by a cookie. */
  const secureBrowser = async (room: ViewsCourse) => {
    const learner = await room.learner();
    const attempt = await room.attempt('proctored', learner, 'created');
    const cookies = await room.launch(attempt);
    await room.act(attempt, learner, 'start');
    attempt.status = 'started';
    await compareCell(room, 'proctored', attempt, learner, { note: 'in another browser' });
    await compareCell(room, 'proctored', attempt, learner, { note: 'in the secure browser', cookies });
    const forged = cookies.map((cookie) => cookie.replace(/.$/, '!')) as [string, string];
    await compareCell(room, 'proctored', attempt, learner, { note: 'with a forged cookie', cookies: forged });
  };

  const open = (name: string, more: object = {}) => ViewsCourse.open(reference, service, clock, name, more);
  await using usual = await open('usual settings');
  await table(usual, false);
  await using odd = await open('odd learners');
  await specialCases(odd);
  await using old = await open('a course that has ended', { end: '2024-03-01T00:00:00Z' });
  await endedCourse(old);
  await using chained = await open('a chain of exams');
  await prerequisites(chained);
  await using secure = await open('a secure browser', { backends: { proctored: 'software_secure' } });
  await secureBrowser(secure);
  await using strict = await open('other settings', { isStrict: true });
  await table(strict, true);

  const unseen = Object.values(pageOf).filter((page) => !shown.has(page));
  if (unseen.length > 0) count('coverage', [`these pages did not occur: ${unseen.join(', ')}`]);
  console.log(`${wrong === 0 ? 'ok  ' : 'FAIL'} student views: ${cells} cells, ${comparisons} comparisons`);
}

/** A change to an onboarding error removes an onboarding attempt (domain.md §7.6). */
const canKeep = (kind: Kind, status: Status) => kind !== 'onboarding' || !isOnboardingError(status);

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );

/** The differences of two contexts, without ids and times of writing. */
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
  // This field comes from the page that sends the request. The reference's test page does not send it.
  const { allow_proctoring_opt_out: _, ...known } = got!;
  return [...new Set([...names(expected!), ...names(known)])].flatMap((name) =>
    sorted(expected![name]) === sorted(known[name])
      ? []
      : [`context.${name}: reference ${sorted(expected![name])}, service ${sorted(known[name])}`],
  );
}
