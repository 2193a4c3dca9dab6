import { RemoveAllAttempts, RemoveAttempt, ResetPracticeAttempt } from '../attempts/attempt.commands.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import type { Status } from '../attempts/attempt.statuses.js';
import type { Facts } from '../exams/exam.facts.js';
import { releases } from '../releases.js';
import { ApplyReview } from '../reviews/review.commands.js';
import { parseReviewStatus } from '../reviews/review.js';
import { specOf } from '../testing.js';
import {
  attemptCode,
  attemptId,
  byLearner,
  created,
  historyOf,
  informed,
  learner,
  noon,
  onboardingExam,
  proctoredExam,
  signal,
  started,
  submitted,
  timedExam,
} from './attempt.examples.js';
import { learnerAtExam } from './learner-at-exam.decider.js';
import { currentAttempt } from './learner-at-exam.js';

const given = specOf(learnerAtExam);
const at = noon;
const since61 = (exam: Facts): Facts => ({ ...exam, release: releases['6.1'] });
const providerIds = { provider: 'test', examExternalId: 'test-exam-7', attemptExternalId: 'test-attempt-100' };
const timedOut = { type: 'AttemptTimedOut', data: { attemptId, effects: [], at } } satisfies AttemptEvent;
const review = (word: string) =>
  new ApplyReview(
    learner,
    { attemptId, attemptCode, status: parseReviewStatus(word), reviewedBy: null, commentCount: 0, sealed: '', at },
    byLearner,
  );
const removal = (...confirmed: number[]) =>
  Object.assign(new RemoveAttempt(learner, { attemptId, at }, byLearner), { confirmed });
const removalOfAll = (...confirmed: number[]) =>
  Object.assign(new RemoveAllAttempts(learner, { at }, byLearner), { confirmed });

describe('a passing review of an attempt that was never submitted', () => {
  const passed = (history: AttemptEvent[], exam: Facts) =>
    currentAttempt(
      given(...history)
        .when(informed(review('passed'), exam))
        .state(),
      exam,
    )!.status;

  it('verifies it in release 4.16', () => expect(passed([created], proctoredExam)).toBe('verified'));

  const neverSubmitted: Status[] = [
    ...(['created', 'ready_to_start', 'started', 'error', 'second_review_required'] as const),
    ...(['verified', 'rejected'] as const),
  ];
  it.each(neverSubmitted)('is an error since release 6.1 when the attempt is %s', (status) => {
    const override: AttemptEvent = { type: 'AttemptStatusOverridden', data: { attemptId, status, effects: [], at } };
    expect(passed([created, override], since61(proctoredExam))).toBe('error');
    expect(passed([created, started, submitted, override], since61(proctoredExam))).toBe('verified');
  });

  it('verifies an attempt that was timed out once, also after another review', () => {
    expect(passed([created, started, timedOut], since61(proctoredExam))).toBe('verified');
    const judged: AttemptEvent = { type: 'AttemptRejected', data: { attemptId, effects: [], at } };
    expect(passed([created, started, timedOut, judged], since61(proctoredExam))).toBe('verified');
  });

  it('fails the credit, tells the provider of the error, and sends no mail', () =>
    given(created)
      .when(informed(review('passed'), since61(proctoredExam)))
      .thenMatching(
        { type: 'ReviewReceived' },
        {
          type: 'AttemptErrored',
          data: {
            effects: [
              { kind: 'credit', status: 'failed' },
              { kind: 'provider', action: 'mark_erroneous', ...providerIds },
              signal,
            ],
          },
        },
      ));

  it.each([
    ['suspicious', 'second_review_required'],
    ['not_reviewed', 'error'],
  ])('changes nothing about a review that is %s', (word, status) => {
    const when = given(created).when(informed(review(word), since61(proctoredExam)));
    expect(currentAttempt(when.state(), proctoredExam)!.status).toBe(status);
  });
});

describe('staff remove an attempt', () => {
  const reset = [
    { kind: 'learner_state', action: 'reset' },
    { kind: 'grade', action: 'undo' },
  ] as const;
  const removed = (provider: object) => ({
    type: 'AttemptRemoved' as const,
    data: { effects: [{ kind: 'provider', action: 'remove', ...provider }, ...reset] },
  });

  it('and the provider is notified afterwards in release 4.16', () =>
    given(created).when(informed(removal())).thenMatching(removed(providerIds)));

  it('only once the provider has confirmed it since release 6.1, and then the provider is not notified again', () => {
    const attempt = given(created);
    attempt.when(informed(removal(), since61(proctoredExam))).thenRefused('removal_not_confirmed');
    attempt
      .when(informed(removal(attemptId), since61(proctoredExam)))
      .thenMatching(removed({ ...providerIds, confirmed: true }));
  });

  it('without a provider at a timed exam, and when the provider does not know the attempt', () => {
    const unknown = { ...created, data: { ...created.data, externalId: null } };
    for (const exam of [proctoredExam, since61(proctoredExam)])
      expect(given(unknown).when(informed(removal(), exam)).state().attempts).toEqual([]);
    const once = given(created); // the exam was proctored then
    for (const exam of [timedExam, since61(timedExam)])
      once.when(informed(removal(), exam)).then({
        type: 'AttemptRemoved',
        data: { attemptId, because: 'staff', effects: [{ kind: 'provider', action: 'remove' }, ...reset], at },
      });
  });

  it('one by one up to the first that the provider does not confirm, when all are removed', () => {
    const second = { ...created, data: { ...created.data, attemptId: 101, externalId: 'test-attempt-101' } };
    const both = given(created, second);
    const left = (...confirmed: number[]) =>
      both
        .when(informed(removalOfAll(...confirmed), since61(proctoredExam)))
        .state()
        .attempts.map(({ id }) => id);
    expect(left(attemptId, 101)).toEqual([]);
    expect(left(attemptId)).toEqual([101]);
    for (const confirmed of [[], [101]])
      both.when(informed(removalOfAll(...confirmed), since61(proctoredExam))).thenRefused('removal_not_confirmed');
    given()
      .when(informed(removalOfAll(), since61(proctoredExam)))
      .then();
  });

  it("but a learner's own reset waits for no provider", () => {
    const sample = { ...created, data: { ...created.data, isSampleAttempt: true } };
    given(sample, started, submitted)
      .when(informed(new ResetPracticeAttempt(learner, { at }, byLearner), since61(onboardingExam)))
      .thenMatching({ type: 'AttemptRemoved' }, { type: 'AttemptCreated' });
  });
});

it('a review of an attempt that was reset is kept, and the attempt stays as it is', () => {
  const reset = given(...historyOf('onboarding_reset'));
  for (const word of ['passed', 'violation', 'not_reviewed'])
    reset.when(informed(review(word))).thenMatching({ type: 'ReviewReceived' });
  reset.when(informed(review('suspicious'))).thenMatching({
    type: 'ReviewReceived',
    data: { effects: [{ kind: 'support_notice', about: 'suspicious_review' }] },
  });
});
