import {
  CascadeDecline,
  ClearOnboardingErrors,
  ClickSoftwareDownload,
  CreateAttempt,
  DeclineAttempt,
  MarkReadyToResume,
  ReadyAttempt,
  RemoveAllAttempts,
  RemoveAttempt,
  ReportError,
  ResetPracticeAttempt,
  SetAttemptStatus,
  StartAttempt,
  StopAttempt,
  SubmitAttempt,
  TimeOutAttempt,
} from '../attempts/attempt.commands.js';
import { type Attempt } from '../attempts/attempt.js';
import { decide, fold } from '../decider.js';
import { ApplyReview, ReapplyReview } from '../reviews/review.commands.js';
import { parseReviewStatus } from '../reviews/review.js';
import { specOf } from '../testing.js';
import {
  after,
  attemptCode,
  attemptId,
  byLearner,
  created,
  errored,
  historyOf,
  informed,
  learner,
  noon,
  onboardingExam,
  proctoredExam,
  readyToResume,
  rejected,
  signal,
  started,
  stopped,
  submitted,
  timedExam,
  verified,
} from './attempt.examples.js';
import { completesOnboarding, providerIdsOf, startsCascade } from './attempt.transitions.js';
import { type AnyLearnerAtExamCommand, type LearnerAtExamEvent, learnerAtExam } from './learner-at-exam.decider.js';
import { allowedTimeOf, currentAttempt, emptyState } from './learner-at-exam.js';

const given = specOf(learnerAtExam);
const one = (minutes: number) => ({ attemptId, at: after(minutes) });
const create = (takingAsProctored = true, startClock = false, minutes = 0) =>
  new CreateAttempt(learner, { takingAsProctored, startClock, at: after(minutes) }, byLearner);
const start = (minutes = 0) => new StartAttempt(learner, { at: after(minutes) }, byLearner);
const submit = (minutes = 10) => new SubmitAttempt(learner, one(minutes), byLearner);
const review = (status: string, reviewedBy: number | null = null, id = attemptId) =>
  new ApplyReview(
    learner,
    {
      attemptId: id,
      attemptCode,
      status: parseReviewStatus(status),
      reviewedBy,
      commentCount: 0,
      sealed: 'sealed',
      at: after(20),
    },
    byLearner,
  );
const sample = { ...created, data: { ...created.data, isSampleAttempt: true } };
const second = { ...created, data: { ...created.data, attemptId: 101 } };
const ofSecond = <E extends { data: object }>(event: E): E => ({ ...event, data: { ...event.data, attemptId: 101 } });
/** The events that a command leads to after a history. */
const decided = (history: LearnerAtExamEvent[], command: AnyLearnerAtExamCommand) =>
  decide(learnerAtExam, fold(learnerAtExam, history), informed(command));
const allowance = {
  type: 'AllowanceGranted',
  data: { allowanceId: 900, ...learner, key: 'additional_time_granted', value: '15', at: noon },
} as const;

describe('an attempt at a later generation of its exam', () => {
  const laterGeneration = { ...proctoredExam, exam: { ...proctoredExam.exam, generationId: 9 } };

  it('is created beside the attempt at the generation before', () => {
    given(created, started)
      .when(informed(create(), laterGeneration))
      .thenMatching({ type: 'AttemptCreated', data: { attemptId: 101, examId: 7, generationId: 9 } });
    given(created, started).when(informed(create())).thenRefused('attempt_already_exists');
  });

  it('says its type where the other fields do not tell it', () => {
    const trial = { ...onboardingExam, exam: { ...onboardingExam.exam, examType: 'onboarding' as const } };
    given()
      .when(informed(create(), trial))
      .thenMatching({ type: 'AttemptCreated', data: { isSampleAttempt: true, examType: 'onboarding' } });
  });

  it('is the current one; a start does not start the attempt at the generation before', () =>
    given(created).when(informed(start(), laterGeneration)).thenRefused('attempt_not_found'));
});

describe('creating an attempt', () => {
  it('keeps what the provider answered', () =>
    given()
      .when(informed(create()))
      .then({ ...created, data: { ...created.data, attemptId: 101, externalId: 'test-attempt-101' } }));

  it('is refused while another attempt counts', () =>
    given(created).when(informed(create())).thenRefused('attempt_already_exists'));

  it('is always possible again at a practice exam', () =>
    given(sample, started).when(informed(create(), onboardingExam)).thenMatching({ type: 'AttemptCreated' }));

  it('submits the earlier practice attempt whose time is over, if the exam is taken as proctored', () => {
    const practised = given(sample, started);
    practised
      .when(informed(create(true, false, 500), onboardingExam))
      .thenMatching(
        { type: 'AttemptSubmitted', data: { because: 'time_ran_out', completedAt: after(90) } },
        { type: 'AttemptCreated', data: { attemptId: 101 } },
      );
    practised
      .when(informed(create(false, false, 500), onboardingExam))
      .thenMatching({ type: 'AttemptCreated' }, { type: 'AttemptDeclined' });
  });

  it('declines a proctored exam that the learner does not take as proctored', () =>
    given()
      .when(informed(create(false), proctoredExam, null))
      .thenMatching({ type: 'AttemptCreated' }, { type: 'AttemptDeclined' }));

  it('starts a timed exam at once if the command says so', () =>
    given()
      .when(informed(create(false, true), timedExam, null))
      .thenMatching({ type: 'AttemptCreated' }, { type: 'AttemptStarted', data: { allowed: { minutes: 90 } } }));

  it('is forbidden from the due date on', () =>
    given()
      .when(informed(create(), { ...proctoredExam, dueAt: noon }))
      .thenRefused('exam_past_due_forbidden'));

  it('is refused for a past due practice exam taken as proctored', () =>
    given()
      .when(informed(create(), { ...onboardingExam, dueAt: noon }))
      .thenRefused('exam_past_due'));

  it('is forbidden at a timed exam after its course ended, unless the exam has its own due date', () => {
    const over = { ...timedExam, courseEndsAt: noon };
    given()
      .when(informed(create(false), over, null))
      .thenRefused('exam_past_due_forbidden');
    given()
      .when(informed(create(false), { ...over, dueAt: after(30) }, null))
      .thenMatching({ type: 'AttemptCreated' });
  });

  it('is refused if a timed exam is taken as proctored', () =>
    given()
      .when(informed(create(), timedExam, null))
      .thenRefused('exam_not_proctored'));

  it('keeps an attempt that the provider blocks because onboarding is missing', () =>
    given()
      .when(informed(create(), proctoredExam, { onboardingError: 'onboarding_missing' }))
      .thenMatching({ type: 'AttemptCreated', data: { status: 'onboarding_missing', externalId: null } }));
});

describe('the time of an exam', () => {
  const allowedMinutes = (when: ReturnType<ReturnType<typeof given>['when']>) =>
    currentAttempt(when.state(), proctoredExam)?.allowedTimeLimitMins;

  it('is the limit of the exam', () => expect(allowedMinutes(given(created).when(informed(start())))).toBe(90));

  it('is longer by an allowance', () =>
    expect(allowedMinutes(given(created, allowance).when(informed(start())))).toBe(105));

  it('is shortened by the due date, to whole minutes', () =>
    expect(allowedMinutes(given(created).when(informed(start(), { ...proctoredExam, dueAt: after(30.9) })))).toBe(30));

  it('is what a resumed attempt had left, without the allowance', () => {
    const resumed = { ...second, data: { ...second.data, timeRemainingSeconds: 1199 } };
    expect(allowedMinutes(given(created, allowance, resumed).when(informed(start())))).toBe(19);
  });

  it('is the whole limit with the allowance if the resumed attempt had no seconds left', () => {
    const resumed = { ...second, data: { ...second.data, timeRemainingSeconds: 0 } };
    expect(allowedMinutes(given(created, allowance, resumed).when(informed(start())))).toBe(105);
  });

  it('is zero after the due date: the attempt is submitted at the start', () =>
    given(created)
      .when(informed(start(5), { ...proctoredExam, dueAt: noon }))
      .thenMatching(
        { type: 'AttemptStarted' },
        { type: 'AttemptSubmitted', data: { because: 'time_ran_out', completedAt: after(5) } },
      ));

  it('does not begin again when the learner comes back', () =>
    given(...historyOf('ready_to_submit'))
      .when(informed(start(5)))
      .thenMatching({ type: 'AttemptContinued' }));
});

describe('timing out', () => {
  const timeOut = (minutes: number) => new TimeOutAttempt(learner, one(minutes), byLearner);

  it('does not happen at the last instant', () =>
    given(created, started)
      .when(informed(timeOut(90)))
      .then());

  it('submits the attempt as of the instant when its time was over, even if the command comes later', () =>
    given(created, started)
      .when(informed(timeOut(500)))
      .thenMatching({
        type: 'AttemptSubmitted',
        data: {
          because: 'time_ran_out',
          completedAt: after(90),
          effects: submitted.data.effects,
          at: after(500),
        },
      }));

  it('is a status of its own if the setting keeps it', () =>
    given(created, started)
      .when(informed(timeOut(91), { ...proctoredExam, keepsTimedOutState: true }))
      .thenMatching({ type: 'AttemptTimedOut' }));
});

describe('a change of status', () => {
  it('has its effects in order', () =>
    given(created, started)
      .when(informed(submit(0)))
      .then(submitted));

  it('from a running attempt back to the set-up submits the attempt', () =>
    given(created, started)
      .when(informed(new ClickSoftwareDownload(learner, one(5), byLearner)))
      .thenMatching({ type: 'AttemptSubmitted', data: { because: 'went_back', completedAt: after(5) } }));

  it('never leads from a completed attempt to a running one', () =>
    given(...historyOf('verified'))
      .when(informed(start(20)))
      .thenRefused('illegal_status_transition'));

  it('by the learner is refused after a result; submitting again changes nothing', () => {
    for (const status of ['submitted', 'verified', 'rejected'] as const) {
      const judged = given(...historyOf(status));
      judged.when(informed(submit(30))).then();
      judged.when(informed(new DeclineAttempt(learner, one(30), byLearner))).thenRefused('illegal_status_transition');
    }
    given(...historyOf('rejected'))
      .when(informed(new ReportError(learner, one(30), byLearner)))
      .thenRefused('illegal_status_transition');
  });

  it('completes the exam’s content once, even if the attempt is submitted again', () => {
    const again = new SetAttemptStatus(learner, { ...one(30), status: 'submitted' }, byLearner);
    const [, ...effects] = submitted.data.effects;
    given(...historyOf('submitted'))
      .when(informed(again))
      .thenMatching({ type: 'AttemptSubmitted', data: { effects } });
  });

  it('before the start has its own event, and only signals the status', () => {
    const click = new ClickSoftwareDownload(learner, one(1), byLearner);
    const ready = new ReadyAttempt(learner, one(1), byLearner);
    const data = { attemptId, effects: [signal], at: after(1) };
    given(created).when(informed(click)).then({ type: 'SoftwareDownloadClicked', data });
    given(created).when(informed(ready)).then({ type: 'AttemptReadied', data });
  });

  it('submits an attempt that an operator reopened', () => {
    const [, expired] = historyOf('expired');
    const [, opened] = historyOf('eligible');
    given(...historyOf('submitted'), expired!, opened!)
      .when(informed(submit(30)))
      .thenMatching({ type: 'AttemptSubmitted' });
  });
});

describe('the status signal', () => {
  it('of a new attempt says that there is no provider', () =>
    given()
      .when(informed(create(false), timedExam, null))
      .thenMatching({
        type: 'AttemptCreated',
        data: { effects: [{ kind: 'status_signal', isPracticeExam: false, supportsOnboarding: null }] },
      }));

  it('of a later status is the same as for a provider without onboarding', () =>
    given(created)
      .when(informed(start(), timedExam))
      .thenMatching({
        type: 'AttemptStarted',
        data: { effects: [{ kind: 'status_signal', isPracticeExam: false, supportsOnboarding: false }] },
      }));

  it('is about the exam as it is now', () =>
    given(created, started)
      .when(informed(new StopAttempt(learner, one(5), byLearner), onboardingExam))
      .thenMatching({
        type: 'AttemptStopped',
        data: { effects: [{ kind: 'status_signal', isPracticeExam: true, supportsOnboarding: true }] },
      }));
});

describe('an error', () => {
  const report = (minutes: number) => new ReportError(learner, one(minutes), byLearner);

  it('saves the seconds that were left', () =>
    given(created, started)
      .when(informed(report(10.5)))
      .thenMatching({ type: 'AttemptErrored', data: { timeRemainingSeconds: 79.5 * 60 } }));

  it('at a submitted attempt is ignored', () =>
    given(...historyOf('submitted'))
      .when(informed(report(20)))
      .then());

  it('is ignored if the setting ignores ping failures of the provider', () =>
    given(created, started)
      .when(informed(report(5), { ...proctoredExam, ignoresPingFailures: true }))
      .then());

  it('lets the learner resume in a new attempt with the seconds that were left', () => {
    given(created, started, errored)
      .when(informed(new MarkReadyToResume(learner, one(30), byLearner)))
      .then({ type: 'AttemptMarkedReadyToResume', data: { attemptId, at: after(30) } });
    given(created, started, errored, readyToResume)
      .when(informed(create(true, false, 40)))
      .thenMatching(
        { type: 'AttemptResumed', data: { attemptId, resumedBy: 101 } },
        { type: 'AttemptCreated', data: { attemptId: 101, timeRemainingSeconds: 1199 } },
      );
  });

  it('is marked once, and is resumed by one attempt', () => {
    const mark = () => informed(new MarkReadyToResume(learner, one(30), byLearner));
    const marked = given(created, started, errored).when(mark());
    expect(currentAttempt(marked.state(), proctoredExam)).toMatchObject({
      isResumable: false,
      readyToResume: true,
      resumed: false,
    });
    given(created, started, errored, readyToResume).when(mark()).thenRefused('attempt_not_resumable');
    const resumed = given(created, started, errored, readyToResume).when(informed(create(true, false, 40)));
    expect(resumed.state().attempts[0]).toMatchObject({ isResumable: false, readyToResume: true, resumed: true });
  });

  it('stays resumable in other statuses, but not once the attempt counts as submitted', () => {
    const isResumableAs = (status: 'verified' | 'submitted') => {
      const command = new SetAttemptStatus(learner, { ...one(30), status }, byLearner);
      return currentAttempt(given(created, started, errored).when(informed(command)).state(), proctoredExam)
        ?.isResumable;
    };
    expect([isResumableAs('verified'), isResumableAs('submitted')]).toEqual([true, false]);
  });

  it('cannot be resumed a second time', () => {
    const resumed = { type: 'AttemptResumed', data: { attemptId, resumedBy: 101, at: noon } } as const;
    given(created, started, errored, readyToResume, resumed, second)
      .when(informed(new MarkReadyToResume(learner, one(50), byLearner)))
      .thenRefused('attempt_not_resumable');
  });
});

describe('declining', () => {
  it('ends the proctoring of the attempt', () => {
    const when = given(created).when(informed(new DeclineAttempt(learner, one(1), byLearner)));
    expect(currentAttempt(when.state(), proctoredExam)).toMatchObject({
      status: 'declined',
      takingAsProctored: false,
      externalId: null,
    });
  });

  const cascade = () => new CascadeDecline(learner, { cascadedFrom: 8, at: after(5) }, byLearner);

  it('declines another exam, in a new attempt if there was none', () =>
    given()
      .when(informed(cascade(), proctoredExam, null))
      .thenMatching(
        { type: 'AttemptCreated', data: { takingAsProctored: false, cascadedFrom: 8 } },
        { type: 'AttemptDeclined', data: { cascadedFrom: 8 } },
      ));

  it('declines another exam, also if its provider blocks the new attempt', () =>
    given()
      .when(informed(cascade(), proctoredExam, { onboardingError: 'onboarding_missing' }))
      .thenMatching(
        { type: 'AttemptCreated', data: { status: 'onboarding_missing' } },
        { type: 'AttemptDeclined', data: { cascadedFrom: 8 } },
      ));

  it('declines even a running attempt at another exam, which stays registered', () => {
    const when = given(created, started).when(informed(cascade()));
    expect(currentAttempt(when.state(), proctoredExam)).toMatchObject({
      status: 'declined',
      takingAsProctored: true,
      externalId: 'test-attempt-100',
    });
  });

  it.each(['submitted', 'verified', 'error', 'onboarding_missing'] as const)('leaves a %s attempt alone', (status) =>
    given(...historyOf(status))
      .when(informed(cascade()))
      .then(),
  );

  it('submits an attempt whose time is over and does not decline it', () => {
    const late = new CascadeDecline(learner, { cascadedFrom: 8, at: after(100) }, byLearner);
    given(created, started).when(informed(late)).thenMatching({ type: 'AttemptSubmitted' });
  });
});

describe('a review', () => {
  const finished = [created, started, submitted];

  it('that is clean verifies the attempt', () =>
    given(...finished)
      .when(informed(review('passed')))
      .thenMatching({ type: 'ReviewReceived', data: { status: 'Clean' } }, { type: 'AttemptVerified' }));

  it('that is suspicious requires a second review', () =>
    given(...finished)
      .when(informed(review('suspicious')))
      .thenMatching({ type: 'ReviewReceived' }, { type: 'SecondReviewRequired', data: { effects: [signal] } }));

  it('is applied again with today’s settings, without another support notice', () => {
    const reapply = new ReapplyReview(
      learner,
      { attemptId, at: after(70) },
      { actor: { kind: 'operator', name: 'ops' } },
    );
    const received = { type: 'ReviewReceived', data: { ...review('suspicious').data, status: 'Suspicious' } } as const;
    given(...finished, received)
      .when(informed(reapply, { ...proctoredExam, requiresSecondReview: false }))
      .thenMatching({ type: 'AttemptRejected' });
    given(...finished)
      .when(informed(reapply))
      .thenRefused('review_not_found');
  });

  it('that is suspicious, from a known reviewer, rejects the attempt and names the reviewer in the grade override', () =>
    given(...finished)
      .when(informed(review('suspicious', 5)))
      .thenMatching(
        { type: 'ReviewReceived' },
        {
          type: 'AttemptRejected',
          data: {
            effects: [
              { kind: 'credit', status: 'failed' },
              { kind: 'grade', action: 'override', overriddenBy: 5, comment: 'Failed Test Provider proctoring' },
              { kind: 'certificate', action: 'invalidate' },
              { kind: 'mail', template: 'rejected' },
              signal,
            ],
          },
        },
      ));

  it('that is suspicious rejects the attempt if no second review is required, or at an onboarding exam', () => {
    given(...finished)
      .when(informed(review('suspicious'), { ...proctoredExam, requiresSecondReview: false }))
      .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptRejected' });
    given(sample, started, submitted)
      .when(informed(review('suspicious'), onboardingExam))
      .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptRejected' });
  });

  it('with the status "not reviewed" is an error', () =>
    given(...finished)
      .when(informed(review('not_reviewed')))
      .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptErrored' }));

  it('that passes a rejected attempt undoes the override of the grade', () =>
    given(...finished, rejected)
      .when(informed(review('passed')))
      .thenMatching(
        { type: 'ReviewReceived' },
        {
          type: 'AttemptVerified',
          data: {
            effects: [
              { kind: 'credit', status: 'satisfied' },
              { kind: 'grade', action: 'undo' },
              { kind: 'mail', template: 'verified' },
              signal,
            ],
          },
        },
      ));

  it('of an attempt that has a review is refused if updates are not allowed', () => {
    const received = given(...finished)
      .when(informed(review('passed')))
      .state();
    expect(received.reviews).toMatchObject({ [attemptId]: { status: 'Clean', reviewedBy: null } });
    const first = { type: 'ReviewReceived', data: { ...review('passed').data, status: 'Clean' } } as const;
    given(...finished, first, verified)
      .when(informed(review('passed'), { ...proctoredExam, allowsReviewUpdates: false }))
      .thenRefused('review_already_exists');
  });

  it('of a removed attempt is kept once, without consequences', () => {
    const removed: LearnerAtExamEvent = {
      type: 'AttemptRemoved',
      data: { attemptId, because: 'staff', effects: [], at: noon },
    };
    given(...finished, removed)
      .when(informed(review('passed')))
      .thenMatching({ type: 'ReviewReceived' });
    const received = { type: 'ReviewReceived', data: { ...review('passed').data, status: 'Clean' } } as const;
    given(...finished, removed, received)
      .when(informed(review('passed')))
      .then();
  });
});

describe('with several attempts', () => {
  const resumed = [created, started, errored, second, ofSecond(started), ofSecond(submitted)];

  it('verifying one gives no credit while another is not verified', () =>
    given(...resumed)
      .when(informed(review('passed', null, 101)))
      .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptVerified', data: { effects: [signal] } }));

  it('verifying the last one gives the credit', () =>
    given(...resumed, verified)
      .when(informed(review('passed', null, 101)))
      .thenMatching(
        { type: 'ReviewReceived' },
        {
          type: 'AttemptVerified',
          data: {
            effects: [{ kind: 'credit', status: 'satisfied' }, { kind: 'mail', template: 'verified' }, signal],
          },
        },
      ));

  it('a second rejection has no effects on credit, grade and mail', () =>
    given(...resumed, rejected)
      .when(informed(review('suspicious', 5, 101)))
      .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptRejected', data: { effects: [signal] } }));
});

describe('a practice exam', () => {
  const reset = () => new ResetPracticeAttempt(learner, { at: after(60) }, byLearner);

  it('that was submitted: a reset removes the attempt and creates a new one', () =>
    given(sample, started, submitted)
      .when(informed(reset(), onboardingExam))
      .thenMatching(
        {
          type: 'AttemptRemoved',
          data: {
            because: 'practice_reset',
            effects: [
              { kind: 'provider', action: 'remove' },
              { kind: 'learner_state', action: 'reset' },
              { kind: 'grade', action: 'undo' },
              { kind: 'credit', status: 'removed' },
            ],
          },
        },
        { type: 'AttemptCreated', data: { attemptId: 101, takingAsProctored: true } },
      ));

  it('that failed: a reset keeps the attempt and creates a new one', () =>
    given(sample, started, errored)
      .when(informed(reset(), onboardingExam))
      .thenMatching({ type: 'PracticeAttemptReset' }, { type: 'AttemptCreated' }));

  it('cannot be reset when it is past due', () =>
    given(sample, started, submitted)
      .when(informed(reset(), { ...onboardingExam, dueAt: noon }))
      .thenRefused('exam_past_due'));

  it('that is completed removes the attempts that waited for onboarding', () => {
    const events = given(sample, started).when(informed(submit(), onboardingExam)).state().attempts;
    expect(events[0]?.status).toBe('submitted');
    expect(completesOnboarding(onboardingExam, [submitted])).toBe(true);
    expect(completesOnboarding(onboardingExam, [started])).toBe(false);
    expect(completesOnboarding(proctoredExam, [submitted])).toBe(false);
    given(...historyOf('onboarding_missing'), second)
      .when(informed(new ClearOnboardingErrors(learner, { at: after(5) }, byLearner)))
      .thenMatching({
        type: 'AttemptRemoved',
        data: { attemptId, because: 'onboarding_completed', effects: [{ kind: 'provider', action: 'remove' }] },
      });
  });
});

describe('removing an attempt', () => {
  it('undoes its effects', () =>
    given(created, started)
      .when(informed(new RemoveAttempt(learner, one(5), byLearner)))
      .thenMatching({
        type: 'AttemptRemoved',
        data: {
          effects: [
            { kind: 'provider', action: 'remove' },
            { kind: 'learner_state', action: 'reset' },
            { kind: 'grade', action: 'undo' },
          ],
        },
      }));

  it('of one generation of the exam leaves those of the others', () => {
    const later = { ...created, data: { ...created.data, attemptId: 101, generationId: 9 } } as const;
    given(created, later)
      .when(informed(new RemoveAllAttempts(learner, { generationId: 9, at: noon }, byLearner)))
      .thenMatching({ type: 'AttemptRemoved', data: { attemptId: 101 } });
  });

  it('whose time is over submits it first', () =>
    given(created, started)
      .when(informed(new RemoveAttempt(learner, one(500), byLearner)))
      .thenMatching(
        { type: 'AttemptSubmitted', data: { because: 'time_ran_out', completedAt: after(90) } },
        {
          type: 'AttemptRemoved',
          data: {
            effects: [
              { kind: 'provider', action: 'remove' },
              { kind: 'learner_state', action: 'reset' },
              { kind: 'grade', action: 'undo' },
              { kind: 'credit', status: 'removed' },
            ],
          },
        },
      ));

  it('can concern all attempts at an exam, as one change', () =>
    given(created, started, errored, second)
      .when(informed(new RemoveAllAttempts(learner, { at: noon }, byLearner)))
      .thenMatching(
        { type: 'AttemptRemoved', data: { attemptId } },
        { type: 'AttemptRemoved', data: { attemptId: 101 } },
      ));

  it('allows a new one', () =>
    given(created, { type: 'AttemptRemoved', data: { attemptId, because: 'staff', effects: [], at: noon } })
      .when(informed(create()))
      .thenMatching({ type: 'AttemptCreated' }));
});

describe('a refusal says why, in the words of the reference', () => {
  const course = 'course-v1:OrgX+Demo+2031';

  it('when there is an attempt already, the exam is past due or not proctored', () => {
    given(created)
      .when(informed(create()))
      .thenRefused(
        'attempt_already_exists',
        `Cannot create new exam attempt for exam_id=7 and user_id=42 in course_id=${course} because it already exists!`,
      );
    given()
      .when(informed(create(), { ...proctoredExam, dueAt: noon }))
      .thenRefused(
        'exam_past_due_forbidden',
        `user_id=42 attempted to create an attempt for expired exam with exam_id=7 in course_id=${course}`,
      );
    given()
      .when(informed(create(), { ...onboardingExam, dueAt: noon }))
      .thenRefused(
        'exam_past_due',
        `user_id=42 trying to create exam attempt for past due proctored exam_id=7 in course_id=${course}. Do not register an exam attempt!`,
      );
    given().when(informed(create(), timedExam)).thenRefused('exam_not_proctored', 'exam_id=7 is not proctored.');
  });

  it('when the attempt runs, is missing, or is of another status', () => {
    given(created, started)
      .when(informed(start(5)))
      .thenRefused(
        'attempt_already_started',
        'Cannot start exam attempt for exam_id=7 and user_id=42 because it has already started!',
      );
    given().when(informed(start())).thenRefused('attempt_not_found', 'User 42 has no attempt at exam 7.');
    given(created)
      .when(informed(new StopAttempt(learner, { attemptId: 5, at: noon }, byLearner)))
      .thenRefused('attempt_not_found', 'There is no attempt 5.');
    given(created, started, submitted, verified)
      .when(informed(start(30)))
      .thenRefused(
        'illegal_status_transition',
        `A status transition from "verified" to "started" was attempted on exam_id=7 for user_id=42. This is not allowed! (course_id=${course})`,
      );
  });

  it('when an attempt cannot be resumed or reset', () => {
    given(created)
      .when(informed(new MarkReadyToResume(learner, one(5), byLearner)))
      .thenRefused(
        'attempt_not_resumable',
        `Attempted to mark attempt_id=${attemptId} as ready_to_resume, but attempt is not resumable. This is not allowed.`,
      );
    const reset = () => new ResetPracticeAttempt(learner, { at: after(30) }, byLearner);
    const failed = 'Failed to reset attempt status on exam_id=7 for user_id=42.';
    given(created, started, submitted)
      .when(informed(reset()))
      .thenRefused('attempt_cannot_be_reset', `${failed} Only practice exams may be reset! (course_id=${course})`);
    given(sample, started)
      .when(informed(reset(), onboardingExam))
      .thenRefused(
        'attempt_cannot_be_reset',
        `${failed} Attempt with status=started cannot be reset! (course_id=${course})`,
      );
  });

  it('when a review comes a second time, or there is none to judge again', () => {
    const first = { type: 'ReviewReceived', data: { ...review('passed').data, status: 'Clean' } } as const;
    given(created, started, submitted, first, verified)
      .when(informed(review('passed'), { ...proctoredExam, allowsReviewUpdates: false }))
      .thenRefused(
        'review_already_exists',
        `We already have a review submitted regarding attempt_code=${attemptCode}. We do not allow for updates! (backend=test)`,
      );
    given(created)
      .when(informed(new ReapplyReview(learner, one(5), byLearner)))
      .thenRefused('review_not_found', `There is no review of attempt ${attemptId}.`);
  });
});

describe('a support notice', () => {
  const effectsOfReview = (status: string, reviewedBy: number | null) => {
    const [received] = decided([created, started, submitted], review(status, reviewedBy));
    return (received!.data as { effects?: object[] }).effects;
  };

  it('follows a suspicious review that no known person made, and no other', () => {
    expect(effectsOfReview('suspicious', null)).toEqual([{ kind: 'support_notice', about: 'suspicious_review' }]);
    expect(effectsOfReview('suspicious', 5)).toBeUndefined();
    expect(effectsOfReview('violation', null)).toBeUndefined();
  });
});

it('a repeated review changes nothing unless its status, reviewer or text differs', () => {
  const first = { type: 'ReviewReceived', data: { ...review('suspicious', 5).data, status: 'Suspicious' } } as const;
  const reviewed = given(created, started, submitted, first, rejected);
  reviewed.when(informed(review('suspicious', 5))).then();
  reviewed
    .when(informed(review('suspicious', 6)))
    .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptRejected' });
  reviewed.when(informed(review('passed', 5))).thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptVerified' });
  const passed = { type: 'ReviewReceived', data: { ...review('passed', 5).data, status: 'Clean' } } as const;
  given(created, started, submitted, passed, verified)
    .when(informed(review('violation', 5)))
    .thenMatching({ type: 'ReviewReceived', data: { status: 'Rules Violation' } }, { type: 'AttemptVerified' });
  const other = review('suspicious', 5);
  const changed = new ApplyReview(learner, { ...other.data, sealed: 'another' }, byLearner);
  reviewed.when(informed(changed)).thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptRejected' });
});

it('a review at an exam without a provider verifies nobody', () =>
  given(created, started, submitted)
    .when(informed(review('passed'), { ...proctoredExam, backend: null, requiresSecondReview: false }))
    .thenMatching({ type: 'ReviewReceived' }, { type: 'AttemptRejected' }));

it('a suspicious review of a practice attempt without a provider needs a second review', () =>
  given(sample, started, submitted)
    .when(informed(review('suspicious'), { ...proctoredExam, backend: null }))
    .thenMatching({ type: 'ReviewReceived' }, { type: 'SecondReviewRequired' }));

it('a rejection by a review has no reason of its own', () => {
  const [, rejection] = decided([created, started, submitted], review('suspicious', 5));
  expect(rejection!.data).not.toHaveProperty('sealed');
});

it('an attempt that no cascade created names no other exam as the cause', () =>
  expect(decided([], create())[0]!.data).not.toHaveProperty('cascadedFrom'));

it('a learner without an attempt would get the limit of the exam', () =>
  expect(allowedTimeOf(emptyState, proctoredExam, noon).minutes).toBe(90));

it('a cascade starts when the learner declines, also again, but not when a cascade declines', () => {
  const declined = { type: 'AttemptDeclined', data: {} };
  expect(startsCascade([])).toBe(true);
  expect(startsCascade([{ type: 'AttemptCreated', data: {} }, declined])).toBe(true);
  expect(startsCascade([{ type: 'AttemptCreated', data: {} }])).toBe(false);
  expect(startsCascade([{ ...declined, data: { cascadedFrom: 3 } }])).toBe(false);
});

it('a provider has ids of an exam and an attempt only if it registered the attempt', () => {
  const attempt = { externalId: 'there' } as Attempt;
  expect(providerIdsOf(attempt, proctoredExam)).toEqual({
    provider: 'test',
    examExternalId: 'test-exam-7',
    attemptExternalId: 'there',
  });
  expect(providerIdsOf({ ...attempt, externalId: null }, proctoredExam)).toBeUndefined();
  expect(providerIdsOf(attempt, timedExam)).toBeUndefined();
});

describe('the provider is notified of a start', () => {
  const starts = { kind: 'provider', action: 'start' };
  const effectsOfStart = (...history: LearnerAtExamEvent[]) => {
    const [event] = decided(history, start(5));
    return (event!.data as { effects: object[] }).effects;
  };

  it('once: not when the learner comes back', () => {
    expect(effectsOfStart(created)).toEqual([expect.objectContaining(starts), signal]);

    expect(effectsOfStart(created, started, stopped)).toEqual([signal]);
  });
});

it('no mail is sent for a submitted practice attempt, or for an attempt without proctoring', () => {
  const mails = (...history: LearnerAtExamEvent[]) => {
    const [event] = decided(history, submit());
    return (event!.data as { effects: { kind: string }[] }).effects.filter(({ kind }) => kind === 'mail').length;
  };
  const open = { ...created, data: { ...created.data, takingAsProctored: false } };
  expect([mails(created, started), mails(sample, started), mails(open, started)]).toEqual([1, 0, 0]);
});

it('an attempt that the learner declined names no other exam as the cause', () => {
  const decline = (...history: LearnerAtExamEvent[]) =>
    decided(history, new DeclineAttempt(learner, one(1), byLearner))[0]!;
  expect(decline(created).data).not.toHaveProperty('cascadedFrom');
});

it('an error from a review has no remaining seconds', () => {
  const events = decided([created, started, submitted], review('not_reviewed'));
  expect(events[1]!.data).not.toHaveProperty('timeRemainingSeconds');
});

it('a removal names staff as the cause', () => {
  const [event] = decided([created], new RemoveAttempt(learner, one(1), byLearner));
  expect(event!.data).toMatchObject({ because: 'staff' });
  const all = decided([created], new RemoveAllAttempts(learner, { at: noon }, byLearner));
  expect(all[0]!.data).toMatchObject({ because: 'staff' });
});

it.each(['onboarding_reset', 'expired'] as const)('an attempt that is %s is declined by a cascade, too', (status) => {
  const cascade = new CascadeDecline(learner, { cascadedFrom: 3, at: after(1) }, byLearner);
  given(created, { type: 'AttemptStatusOverridden', data: { attemptId, status, effects: [], at: noon } })
    .when(informed(cascade))
    .thenMatching({ type: 'AttemptDeclined', data: { cascadedFrom: 3 } });
});

it('an attempt that an operator times out early is completed at that instant', () => {
  const operator = { actor: { kind: 'operator', name: 'ops' } } as const;
  given(created, started)
    .when(informed(new SetAttemptStatus(learner, { attemptId, status: 'timed_out', at: after(20) }, operator)))
    .thenMatching({ type: 'AttemptSubmitted', data: { completedAt: after(20), because: 'time_ran_out' } });
  given(created)
    .when(informed(new SetAttemptStatus(learner, { attemptId, status: 'timed_out', at: after(20) }, operator)))
    .thenMatching({ type: 'AttemptSubmitted', data: { completedAt: after(20) } });
});

it('onboarding is completed only if the provider supports it and the exam is a practice exam', () => {
  const completed = [{ type: 'AttemptCreated' }, { type: 'AttemptVerified' }];
  expect(completesOnboarding(onboardingExam, completed)).toBe(true);
  expect(completesOnboarding(onboardingExam, [{ type: 'AttemptCreated' }])).toBe(false);
  expect(completesOnboarding(proctoredExam, completed)).toBe(false);
  expect(completesOnboarding({ ...onboardingExam, provider: null }, completed)).toBe(false);
});
