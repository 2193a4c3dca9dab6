import {
  AcknowledgeReviewStatus,
  ClickSoftwareDownload,
  CreateAttempt,
  DeclineAttempt,
  MarkReadyToResume,
  ReadyAttempt,
  RemoveAttempt,
  ReportError,
  ResetPracticeAttempt,
  SetAttemptStatus,
  StartAttempt,
  StopAttempt,
  SubmitAttempt,
  TimeOutAttempt,
} from '../attempts/attempt.commands.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import {
  completedStatuses,
  incompleteStatuses,
  isCompleted,
  isIncomplete,
  type Status,
  statuses,
} from '../attempts/attempt.statuses.js';
import { ApplyReview } from '../reviews/review.commands.js';
import { parseReviewStatus } from '../reviews/review.js';
import { specOf } from '../testing.js';
import {
  after,
  attemptCode,
  attemptId,
  byLearner,
  historyOf,
  informed,
  learner,
  onboardingExam,
  proctoredExam,
} from './attempt.examples.js';
import { learnerAtExam } from './learner-at-exam.decider.js';
import { currentAttempt } from './learner-at-exam.js';

const given = specOf(learnerAtExam);
const at = after(10);
const one = { attemptId, at };
const review = (status: string) =>
  new ApplyReview(
    learner,
    { attemptId, attemptCode, status: parseReviewStatus(status), reviewedBy: null, commentCount: 0, sealed: 's', at },
    byLearner,
  );

/**
 * Every status × every operation (domain.md §2.4, §2.7). A word: the status afterwards. `=`: accepted, nothing happens.
 * `-`: refused. `gone`: the attempt is removed. In the order of `statuses`.
 */
const order = [
  'eligible',
  'created',
  'download_software_clicked',
  'ready_to_start',
  'started',
  'ready_to_submit',
  'declined',
  'timed_out',
  'submitted',
  'second_review_required',
  'verified',
  'rejected',
  'error',
  'onboarding_missing',
  'onboarding_pending',
  'onboarding_failed',
  'onboarding_expired',
  'expired',
  'onboarding_reset',
] as const;

const all = (outcome: string) => order.map(() => outcome);
const table: [operation: string, command: () => any, outcomes: string[]][] = [
  [
    'start',
    () => new StartAttempt(learner, { at }, byLearner),
    outcomes({ incomplete: 'started', started: '-', completed: '-', other: '-' }),
  ],
  [
    'stop',
    () => new StopAttempt(learner, one, byLearner),
    outcomes({ incomplete: 'ready_to_submit', completed: '-', other: '-' }),
  ],
  [
    'submit',
    () => new SubmitAttempt(learner, one, byLearner),
    outcomes({
      incomplete: 'submitted',
      timed_out: '=',
      submitted: '=',
      verified: '=',
      rejected: '=',
      completed: '-',
      other: '-',
    }),
  ],
  [
    'decline',
    () => new DeclineAttempt(learner, one, byLearner),
    outcomes({ incomplete: 'declined', declined: '=', completed: '-', other: '-' }),
  ],
  [
    'click download',
    () => new ClickSoftwareDownload(learner, one, byLearner),
    outcomes({
      incomplete: 'download_software_clicked',
      started: 'submitted',
      ready_to_submit: 'submitted',
      completed: '-',
      other: '-',
    }),
  ],
  [
    'ready',
    () => new ReadyAttempt(learner, one, byLearner),
    outcomes({
      incomplete: '=',
      created: 'ready_to_start',
      download_software_clicked: 'ready_to_start',
      completed: '=',
      other: '=',
    }),
  ],
  [
    'error',
    () => new ReportError(learner, one, byLearner),
    outcomes({ incomplete: 'error', submitted: '=', error: '=', completed: '-', other: '-' }),
  ],
  ['time out, too early', () => new TimeOutAttempt(learner, one, byLearner), all('=')],
  [
    'mark ready to resume',
    () => new MarkReadyToResume(learner, one, byLearner),
    outcomes({ incomplete: '-', completed: '-', error: 'error', other: '-' }),
  ],
  ['acknowledge', () => new AcknowledgeReviewStatus(learner, one, byLearner), order.slice()],
  ['review: passed', () => review('passed'), allButReset('verified')],
  ['review: violation', () => review('violation'), allButReset('verified')],
  ['review: suspicious', () => review('suspicious'), allButReset('second_review_required')],
  ['review: not reviewed', () => review('not_reviewed'), allButReset('error')],
  ['remove', () => new RemoveAttempt(learner, one, byLearner), all('gone')],
  [
    'create again',
    () => new CreateAttempt(learner, { takingAsProctored: true, startClock: false, at }, byLearner),
    all('-'),
  ],
  ['reset a proctored exam', () => new ResetPracticeAttempt(learner, { at }, byLearner), all('-')],
];

/** A review of an attempt that was reset changes nothing. */
function allButReset(outcome: string): string[] {
  return outcomes({ incomplete: outcome, completed: outcome, expired: outcome, other: 'onboarding_reset' });
}

function outcomes(by: { incomplete: string; completed: string; other: string } & { [S in Status]?: string }): string[] {
  return order.map(
    (status) => by[status] ?? by[isIncomplete(status) ? 'incomplete' : isCompleted(status) ? 'completed' : 'other'],
  );
}

const expectOutcome = (history: AttemptEvent[], command: any, outcome: string) => {
  const when = given(...history).when(command);
  if (outcome === '-') return expect(() => when.state()).toThrow(expect.objectContaining({ name: 'Refusal' }));
  if (outcome === '=') return when.then();
  const attempt = currentAttempt(when.state(), proctoredExam);
  return expect(attempt?.status ?? 'gone').toBe(outcome);
};

it('the table covers every status', () => expect(order).toEqual(statuses));

describe.each(table)('%s', (_, command, expected) => {
  it.each(order.map((status, index) => [status, expected[index]] as const))('from %s: %s', (status, outcome) =>
    expectOutcome(historyOf(status), informed(command()), outcome!),
  );
});

describe('reset a practice exam', () => {
  const keeps = outcomes({ incomplete: '-', verified: '-', completed: 'kept', submitted: 'removed', other: 'kept' });
  it.each(order.map((status, index) => [status, keeps[index]] as const))('from %s: %s', (status, outcome) => {
    const [first, ...rest] = historyOf(status);
    const sample: any = { ...first, data: { ...first!.data, isSampleAttempt: true } };
    const when = given(sample, ...rest).when(
      informed(new ResetPracticeAttempt(learner, { at }, byLearner), onboardingExam),
    );
    if (outcome === '-') return when.thenRefused('attempt_cannot_be_reset');
    const old = outcome === 'kept' ? ['onboarding_reset'] : [];
    return expect(when.state().attempts.map((attempt) => attempt.status)).toEqual([...old, 'created']);
  });
});

describe('set by an operator', () => {
  const targets = statuses.filter((status) => status !== 'timed_out');
  it.each(targets.flatMap((from) => targets.map((to) => [from, to] as const)))('from %s to %s', (from, to) => {
    const isInProgress = from === 'started' || from === 'ready_to_submit';
    const isBack = ['created', 'download_software_clicked', 'ready_to_start'].includes(to);
    const landing = isInProgress && isBack ? 'submitted' : to;
    const isIllegal = completedStatuses.includes(from as never) && incompleteStatuses.includes(landing as never);
    const command = informed(new SetAttemptStatus(learner, { ...one, status: to }, byLearner), proctoredExam);
    expectOutcome(historyOf(from), command, isIllegal ? '-' : landing);
  });

  it.each(statuses)('from %s to timed_out, which counts as submitted unless the state is kept', (from) => {
    const command = () => new SetAttemptStatus(learner, { ...one, status: 'timed_out' }, byLearner);
    expectOutcome(historyOf(from), informed(command()), 'submitted');
    expectOutcome(historyOf(from), informed(command(), { ...proctoredExam, keepsTimedOutState: true }), 'timed_out');
  });

  it.each([
    ['now', 10, 10],
    ['then', 100, 90],
  ])('to timed_out before or after its time was over, it is completed %s', (_, minutes, completed) => {
    const command = new SetAttemptStatus(learner, { attemptId, at: after(minutes), status: 'timed_out' }, byLearner);
    const { attempts } = given(...historyOf('started'))
      .when(informed(command))
      .state();
    expect(attempts[0]!.completedAt).toBe(after(completed));
  });
});
