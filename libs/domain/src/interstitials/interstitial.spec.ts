import { type Status, statuses } from '../attempts/attempt.statuses.js';
import { type Interstitial, interstitials, type Situation, studentViewOf } from './interstitial.js';

type Kind = 'timed' | 'proctored' | 'practice' | 'onboarding';
const kinds: Record<Kind, Pick<Situation, 'exam' | 'supportsOnboarding'>> = {
  timed: exam(false, false, true),
  proctored: exam(true, false, true),
  practice: exam(true, true, false),
  onboarding: exam(true, true, true),
};

function exam(isProctored: boolean, isPracticeExam: boolean, supportsOnboarding: boolean) {
  return { exam: { isActive: true, isProctored, isPracticeExam, hideAfterDue: false }, supportsOnboarding };
}

const attempt = (status: Status, more: object = {}) => ({
  status,
  isStatusAcknowledged: false,
  readyToResume: false,
  resumed: false,
  ...more,
});

const view = (kind: Kind, more: Partial<Situation> = {}) =>
  studentViewOf({
    role: 'student',
    ...kinds[kind],
    attempt: null,
    isPastDue: false,
    isPastDueForAll: more.isPastDue ?? false,
    isInGracePeriod: false,
    courseHasEnded: false,
    mayTakeProctoredExams: true,
    isAccountActive: true,
    prerequisites: 'satisfied',
    isViewablePastDue: false,
    isWrongBrowser: false,
    ...more,
  });
const page = (kind: Kind, more?: Partial<Situation>) => view(kind, more).interstitial;

// Columns: timed, proctored, practice, onboarding; - is the exam itself.
const inTime = `
  (none)                  timed_entrance         proctored_entrance   practice_entrance   onboarding_entrance
  eligible                -                      -                    -                   -
  created                 timed_entrance         set_up               set_up              set_up
  download_software_clicked -                    set_up               set_up              set_up
  ready_to_start          -                      ready_to_start       ready_to_start      ready_to_start
  started                 -                      -                    -                   -
  ready_to_submit         timed_ready_to_submit  ready_to_submit      ready_to_submit     onboarding_ready_to_submit
  declined                -                      -                    -                   -
  timed_out               timed_submitted        proctored_submitted  -                   -
  submitted               timed_submitted        proctored_submitted  practice_submitted  onboarding_submitted
  second_review_required  -                      proctored_submitted  -                   onboarding_submitted
  verified                -                      proctored_verified   -                   onboarding_verified
  rejected                -                      proctored_rejected   -                   onboarding_rejected
  error                   -                      proctored_error      practice_error      onboarding_error
  onboarding_missing      -                      onboarding_required  -                   -
  onboarding_pending      -                      onboarding_required  -                   -
  onboarding_failed       -                      onboarding_required  -                   -
  onboarding_expired      -                      onboarding_required  -                   -
  expired                 -                      -                    -                   -
  onboarding_reset        -                      -                    -                   -
`;
const pastDue = inTime
  .replace(
    /^( *(?:\(none\)|eligible|created|download_software_clicked|ready_to_start|started|ready_to_submit) +)\S+ +\S+/gm,
    '$1timed_expired proctored_expired',
  )
  .replace(/^( *\(none\).*)onboarding_entrance$/m, '$1proctored_expired')
  .replace(/timed_submitted/g, '-');

const rowsOf = (table: string) =>
  table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [status, ...cells] = line.trim().split(/ +/);
      return (Object.keys(kinds) as Kind[]).map((kind, index) => ({
        kind,
        status,
        shown: (cells[index] === '-' ? null : cells[index]) as Interstitial | null,
      }));
    });
const attemptIn = (status: string) => (status === '(none)' ? null : attempt(status as Status));

describe('what a learner sees in place of an exam', () => {
  it('is in the table for every status', () =>
    expect(new Set(rowsOf(inTime).map(({ status }) => status))).toEqual(new Set(['(none)', ...statuses])));

  it.each(rowsOf(inTime))('at a $kind exam with $status, in time: $shown', ({ kind, status, shown }) =>
    expect(page(kind, { attempt: attemptIn(status) })).toBe(shown),
  );

  it.each(rowsOf(pastDue))('at a $kind exam with $status, past due: $shown', ({ kind, status, shown }) =>
    expect(page(kind, { attempt: attemptIn(status), isPastDue: true })).toBe(shown),
  );
});

describe('the exam itself is shown', () => {
  it.each(Object.keys(kinds) as Kind[])('to anybody who is not a student, at a %s exam', (kind) =>
    expect(page(kind, { role: 'staff' })).toBeNull(),
  );

  it('if the exam is not active, or is a practice exam without proctoring', () => {
    const { exam } = kinds.proctored;
    expect(page('proctored', { exam: { ...exam, isActive: false } })).toBeNull();
    expect(page('practice', { exam: { ...exam, isProctored: false, isPracticeExam: true } })).toBeNull();
  });

  it('after the end of the course, except timed exams', () => {
    const ended = { courseHasEnded: true };
    expect(page('proctored', ended)).toBeNull();
    expect(page('practice', ended)).toBeNull();
    expect(page('onboarding', ended)).toBeNull();
    expect(page('timed', ended)).toBe('timed_entrance');
  });

  it('to learners who may not take proctored exams, except timed exams', () => {
    expect(page('proctored', { mayTakeProctoredExams: false })).toBeNull();
    expect(page('practice', { mayTakeProctoredExams: false })).toBeNull();
    expect(page('timed', { mayTakeProctoredExams: false })).toBe('timed_entrance');
  });
});

describe('an inactive account', () => {
  const inactive = { isAccountActive: false };

  it('gets its own page at every proctored exam, in any status', () => {
    for (const kind of ['proctored', 'practice', 'onboarding'] as const)
      for (const status of ['created', 'started', 'verified'] as const)
        expect(page(kind, { ...inactive, attempt: attempt(status) })).toBe('inactive_account');
    expect(page('timed', inactive)).toBe('timed_entrance');
  });

  it('sees an exam that it declined', () =>
    expect(page('proctored', { ...inactive, attempt: attempt('declined') })).toBeNull());

  it('does not decline the exam', () =>
    expect(view('proctored', { ...inactive, prerequisites: 'declined' })).toEqual({
      interstitial: 'inactive_account',
      declines: false,
    }));
});

describe('prerequisites', () => {
  it.each([
    ['satisfied', 'proctored_entrance', false],
    ['failed', 'prerequisites_failed', false],
    ['pending', 'prerequisites_pending', false],
    ['declined', null, true],
  ] as const)('that are %s lead to %s', (prerequisites, interstitial, declines) =>
    expect(view('proctored', { prerequisites })).toEqual({ interstitial, declines }),
  );

  it('do not matter past due, with an attempt, or at other kinds of exams', () => {
    const prerequisites = 'declined';
    expect(view('proctored', { prerequisites, isPastDue: true }).interstitial).toBe('proctored_expired');
    expect(view('proctored', { prerequisites, attempt: attempt('created') }).interstitial).toBe('set_up');
    for (const kind of ['timed', 'practice', 'onboarding'] as const)
      expect(view(kind, { prerequisites })).toEqual({ interstitial: `${kind}_entrance`, declines: false });
  });
});

describe('an attempt that may be resumed', () => {
  const resumable = attempt('error', { readyToResume: true });

  it.each(['proctored', 'practice', 'onboarding'] as const)(
    'shows the page to resume a %s exam, also past due',
    (kind) => {
      expect(page(kind, { attempt: resumable })).toBe('ready_to_resume');
      expect(page(kind, { attempt: resumable, isPastDue: true })).toBe('ready_to_resume');
    },
  );

  it('does not show it after it was resumed', () =>
    expect(page('proctored', { attempt: { ...resumable, resumed: true } })).toBe('proctored_error'));
});

describe('a result that was acknowledged', () => {
  const seen = { isPastDue: true, isViewablePastDue: true };
  const acknowledged = (status: Status) => attempt(status, { isStatusAcknowledged: true });

  it.each(['submitted', 'second_review_required', 'verified', 'rejected'] as const)(
    'is replaced by the exam if the attempt is %s',
    (status) => expect(page('proctored', { ...seen, attempt: acknowledged(status) })).toBeNull(),
  );

  it.each([
    ['it is only past due for the learner', { isPastDueForAll: false }],
    ['the setting forbids it', { isViewablePastDue: false }],
    ['it was not acknowledged', { attempt: attempt('verified') }],
    ['the grace period runs', { isInGracePeriod: true }],
  ])('stays while %s', (_, more) =>
    expect(page('proctored', { ...seen, attempt: acknowledged('verified'), ...more })).toBe('proctored_verified'),
  );

  it('is replaced by the exam in the grace period if it is a rejection', () =>
    expect(page('proctored', { ...seen, attempt: acknowledged('rejected'), isInGracePeriod: true })).toBeNull());

  it.each([
    ['error', 'proctored_error'],
    ['created', 'set_up'],
    ['ready_to_submit', 'ready_to_submit'],
  ] as const)('does not exist while the attempt is %s: its page stays', (status, shown) => {
    const extended = { ...seen, isPastDue: false, isPastDueForAll: true };
    expect(page('proctored', { ...extended, attempt: acknowledged(status) })).toBe(shown);
  });
});

describe('a submitted timed exam that is past due', () => {
  const over = { attempt: attempt('submitted'), isPastDue: true };

  it('stays hidden if its author wants that', () =>
    expect(page('timed', { ...over, exam: { ...kinds.timed.exam, hideAfterDue: true } })).toBe('timed_submitted'));

  it('stays hidden while the grace period runs', () =>
    expect(page('timed', { ...over, isInGracePeriod: true })).toBe('timed_submitted'));
});

it('a running exam is locked to the wrong browser, a practice exam too, but not an onboarding exam', () => {
  const running = { attempt: attempt('started'), isWrongBrowser: true };
  expect(page('proctored', running)).toBe('wrong_browser');
  expect(page('practice', running)).toBe('wrong_browser');
  expect(page('onboarding', running)).toBeNull();
  expect(page('timed', running)).toBeNull();
  expect(page('practice', { ...running, attempt: attempt('created') })).toBe('set_up');
});

it('every page is shown in some situation', () => {
  const seen = new Set<Interstitial | null>();
  const yesOrNo = [false, true];
  for (const kind of Object.keys(kinds) as Kind[])
    for (const each of [null, ...statuses.map((status) => attempt(status)), attempt('error', { readyToResume: true })])
      for (const isAccountActive of yesOrNo)
        for (const isWrongBrowser of yesOrNo)
          for (const isPastDue of yesOrNo)
            for (const prerequisites of ['satisfied', 'failed', 'pending'] as const)
              seen.add(page(kind, { attempt: each, isAccountActive, isWrongBrowser, isPastDue, prerequisites }));
  expect(seen).toEqual(new Set([null, ...interstitials]));
});
