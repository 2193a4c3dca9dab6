import { type LearnerAtExamEvent, releases } from '#domain';
import type { RecordedEvent } from '#event-store';
import { logOf, stories } from '../../integration/src/messages.examples.js';
import { type OtherPolicy, outcomesUnder, type PresentRules } from './what-if.js';

const on = (clock: string) => `2031-03-01T${clock}:00.000Z`;
const now = on('23:00');
const rules: PresentRules = {
  ...{ dueAt: null, requiresSecondReview: false, demandsSecondPerson: false },
  ...{ keepsTimedOutState: false, supportsOnboarding: false, release: releases['4.16'] },
};

/** A history of attempt 5; events of one step come from one command. */
const historyOf = (...steps: LearnerAtExamEvent[][]) =>
  steps.flatMap((events, step) =>
    events.map((event) => ({ ...event, metadata: { commandId: `command ${step}` } }) as unknown as RecordedEvent),
  );
const event = (type: string, clock: string, more: object = {}) =>
  ({ type, data: { attemptId: 5, effects: [], at: on(clock), ...more } }) as unknown as LearnerAtExamEvent;
const created = (more: object = {}) =>
  event('AttemptCreated', '09:00', {
    ...{ examId: 1, userId: 2, attemptCode: 'CODE', status: 'created', externalId: 'test-5', takingAsProctored: true },
    ...{ isSampleAttempt: false, reviewPolicyId: null, timeRemainingSeconds: null, ...more },
  });
const started = (more: object = {}) =>
  event('AttemptStarted', '09:00', {
    allowed: { minutes: 40, limitMinutes: 30, additionalMinutes: 10, carriedSeconds: null, dueAt: null, ...more },
  });
const submitted = (clock: string) => event('AttemptSubmitted', clock, { completedAt: on(clock), because: 'handed_in' });
const ranOut = event('AttemptSubmitted', '09:41', { completedAt: on('09:40'), because: 'time_ran_out' });
const review = (status: string, reviewedBy: number | null = null) =>
  event('ReviewReceived', '12:00', { attemptCode: 'CODE', status, reviewedBy, commentCount: 0, sealed: '' });
const judged = (type: string) => event(type, '12:00');

const reviewed = (status: string, verdict: string, reviewedBy: number | null = null) =>
  historyOf([created()], [started()], [submitted('09:20')], [review(status, reviewedBy), judged(verdict)]);
const outcomes = (policy: OtherPolicy, history: RecordedEvent[], present = {}) =>
  outcomesUnder(policy, history, { ...rules, ...present }, now);
const status = (before: string, after: string) => [{ attemptId: 5, differences: [{ field: 'status', before, after }] }];

describe('under the same policy', () => {
  it.each([
    ['verified', reviewed('Clean', 'AttemptVerified')],
    ['rejected', reviewed('Suspicious', 'AttemptRejected')],
    ['in need of a second review', reviewed('Suspicious', 'SecondReviewRequired')],
    ['not reviewed', reviewed('Not Reviewed', 'AttemptErrored')],
    ['passed, but never submitted', historyOf([created()], [review('Clean'), judged('AttemptErrored')])],
    [
      'reset and reviewed',
      historyOf([created({ isSampleAttempt: true })], [event('PracticeAttemptReset', '10:00')], [review('Clean')]),
    ],
    ['submitted at the end of time', historyOf([created()], [started()], [ranOut])],
    ['timed out', historyOf([created()], [started()], [event('AttemptTimedOut', '09:41')])],
    ['timed out by an operator', historyOf([created()], [started()], [event('AttemptTimedOut', '09:10')])],
    ['without any time', historyOf([created()], [started({ minutes: 0 }), event('AttemptTimedOut', '09:00')])],
    ['running on, with time over', historyOf([created()], [started()])],
    ['removed', historyOf([created()], [started()], [event('AttemptRemoved', '09:10', { because: 'staff' })])],
  ])('an attempt that was %s stays so, whatever the settings of now are', (_, history) => {
    for (const present of [{}, { requiresSecondReview: true, keepsTimedOutState: true }])
      expect(outcomes({}, history, present)).toEqual([]);
  });
});

it('extra time and a pause count under another time limit, too, as long as the attempt would still run', () => {
  const grant = event('ExtraTimeGiven', '09:10', { grantId: 'grant', seconds: 600, sealed: '', givenBy: 7 });
  const pause = [event('AttemptPaused', '09:15'), event('PauseEnded', '09:20')];
  const end = (clock: string) =>
    event('AttemptSubmitted', '09:59', { completedAt: on(clock), because: 'time_ran_out' });
  const history = historyOf([created()], [started({ minutes: 30, additionalMinutes: 0 })], [grant], pause, [
    end('09:45'),
  ]);
  expect(outcomes({}, history)).toEqual([]);
  const endsAt = (after: string) => ({ field: 'completedAt', before: on('09:45'), after: on(after) });
  expect(outcomes({ timeLimitMins: 20 }, history)[0]!.differences).toContainEqual(endsAt('09:35'));
  expect(outcomes({ timeLimitMins: 5 }, history)[0]!.differences).toContainEqual(endsAt('09:05'));
});

it.each(Object.entries(stories))('no rule leaves every attempt as it is: %s', (_, commands) => {
  for (const present of [{}, { requiresSecondReview: true, keepsTimedOutState: true }])
    expect(outcomes({}, logOf(commands), present)).toEqual([]);
});

describe('if a second review were required', () => {
  const policy = { requiresSecondReview: true };

  it('an attempt that nobody but the provider rejected would wait for it', () =>
    expect(outcomes(policy, reviewed('Suspicious', 'AttemptRejected'))).toEqual(
      status('rejected', 'second_review_required'),
    ));

  it('the verdict of a person would stay, and so would a verified attempt', () => {
    expect(outcomes(policy, reviewed('Suspicious', 'AttemptRejected', 7))).toEqual([]);
    expect(outcomes(policy, reviewed('Clean', 'AttemptVerified'))).toEqual([]);
  });

  it('onboarding would be rejected as before', () => {
    const practised = historyOf(...[[created({ isSampleAttempt: true })], [started()], [submitted('09:20')]], [
      review('Suspicious'),
      judged('AttemptRejected'),
    ]);
    expect(outcomes(policy, practised, { supportsOnboarding: true })).toEqual([]);
  });

  it('a status that an operator gave would stay', () =>
    expect(
      outcomes(
        policy,
        historyOf(
          [created()],
          [started()],
          [submitted('09:20')],
          [review('Clean'), judged('AttemptVerified')],
          [event('AttemptRejected', '13:00')],
        ),
      ),
    ).toEqual([]));

  it('and if it were not, an attempt that waits for it would be rejected', () =>
    expect(outcomes({ requiresSecondReview: false }, reviewed('Suspicious', 'SecondReviewRequired'))).toEqual(
      status('second_review_required', 'rejected'),
    ));
});

describe('under another list of passing statuses', () => {
  it('what passes would be verified, what does not would be rejected or an error', () => {
    const strict = { passingStatuses: ['Clean'] } as const;
    expect(outcomes(strict, reviewed('Rules Violation', 'AttemptVerified'))).toEqual(status('verified', 'rejected'));
    expect(outcomes({ passingStatuses: ['Suspicious'] }, reviewed('Suspicious', 'AttemptRejected'))).toEqual(
      status('rejected', 'verified'),
    );
    expect(outcomes({ passingStatuses: [] }, reviewed('Not Reviewed', 'AttemptVerified'))).toEqual([
      { attemptId: 5, differences: expect.arrayContaining(status('verified', 'error')[0]!.differences) },
    ]);
  });

  it('an attempt that was never submitted would be an error where a pass needs a submission', () => {
    const neverSubmitted = historyOf([created()], [review('Suspicious'), judged('AttemptRejected')]);
    const judgedUnder = (release: object) => outcomes({ passingStatuses: ['Suspicious'] }, neverSubmitted, { release });
    expect(judgedUnder(releases['4.16'])).toEqual(status('rejected', 'verified'));
    expect(judgedUnder(releases['6.1'])[0]!.differences).toContainEqual(status('rejected', 'error')[0]!.differences[0]);
  });

  it('a second review is asked for as now, for the history cannot say it of an attempt that passed', () =>
    expect(
      outcomes({ passingStatuses: [] }, reviewed('Clean', 'AttemptVerified'), { requiresSecondReview: true }),
    ).toEqual(status('verified', 'second_review_required')));
});

describe('where a second person must agree to a rejection', () => {
  const proposed = (...more: LearnerAtExamEvent[]) => [
    review('Suspicious', 7),
    event('RejectionProposed', '12:00', { proposedBy: 7 }),
    ...more,
  ];
  const submittedAttempt = [[created()], [started()], [submitted('09:20')]];
  const waiting = historyOf(...submittedAttempt, proposed(judged('SecondReviewRequired')));
  const again = historyOf(
    ...submittedAttempt,
    [review('Rules Violation'), judged('SecondReviewRequired')],
    proposed(), // it waited before, so no event says it again
  );

  it('an attempt that waits for that person stays so, whatever the settings of now are', () => {
    for (const history of [waiting, again])
      for (const demandsSecondPerson of [false, true])
        expect(outcomes({}, history, { demandsSecondPerson, requiresSecondReview: demandsSecondPerson })).toEqual([]);
  });

  it('it would be verified if its review passed', () => {
    for (const history of [waiting, again])
      expect(outcomes({ passingStatuses: ['Suspicious'] }, history)).toEqual(
        status('second_review_required', 'verified'),
      );
  });

  it('an attempt that had passed would wait for that person', () =>
    expect(
      outcomes({ passingStatuses: [] }, reviewed('Clean', 'AttemptVerified', 7), { demandsSecondPerson: true }),
    ).toEqual(status('verified', 'second_review_required')));

  it('a review of a removed attempt has no consequences', () => {
    const removed = [event('AttemptRemoved', '10:00', { because: 'staff' })];
    const history = historyOf(...submittedAttempt, removed, [review('Clean')]);
    expect(outcomes({ passingStatuses: [] }, history)).toEqual([]);
  });
});

describe('under another time limit', () => {
  const differences = (policy: OtherPolicy, history: RecordedEvent[], present = {}) =>
    Object.fromEntries(
      (outcomes(policy, history, present)[0]?.differences ?? []).map(({ field, before, after }) => [
        field,
        [before, after],
      ]),
    );

  it('an attempt that was handed in later than that would have been submitted when its time was over', () => {
    const history = historyOf([created()], [started()], [submitted('09:20')]);
    expect(differences({ timeLimitMins: 5 }, history)).toEqual({
      completedAt: [on('09:20'), on('09:15')],
      allowedTimeLimitMins: [40, 15],
    });
    expect(differences({ timeLimitMins: 5, keepsTimedOutState: true }, history)).toMatchObject({
      status: ['submitted', 'timed_out'],
      completedAt: [on('09:20'), null],
    });
  });

  it('its review would count all the same', () => {
    const { status: _, ...others } = differences({ timeLimitMins: 5 }, reviewed('Clean', 'AttemptVerified'));
    expect(_).toBeUndefined();
    expect(others).toHaveProperty('completedAt', [on('09:20'), on('09:15')]);
  });

  it('an attempt whose time ran out would have gone on to the end of the other time', () =>
    expect(differences({ timeLimitMins: 60 }, historyOf([created()], [started()], [ranOut]))).toEqual({
      completedAt: [on('09:40'), on('10:10')],
      allowedTimeLimitMins: [40, 70],
    }));

  it('an error would leave as much time as the other limit has', () =>
    expect(
      differences(
        { timeLimitMins: 60 },
        historyOf([created()], [started()], [event('AttemptErrored', '09:10', { timeRemainingSeconds: 1800 })]),
      ),
    ).toEqual({ allowedTimeLimitMins: [40, 70], timeRemainingSeconds: [1800, 3600] }));

  it('the due date would cut it as it cuts every time', () =>
    expect(
      differences({ timeLimitMins: 600 }, historyOf([created()], [started()], [ranOut]), { dueAt: on('10:00') }),
    ).toEqual({ completedAt: [on('09:40'), on('10:00')], allowedTimeLimitMins: [40, 60] }));
});

it('an attempt that stayed timed out would be submitted under the other rule', () =>
  expect(
    outcomes({ keepsTimedOutState: false }, historyOf([created()], [started()], [event('AttemptTimedOut', '09:41')])),
  ).toEqual([
    {
      attemptId: 5,
      differences: [
        { field: 'status', before: 'timed_out', after: 'submitted' },
        { field: 'completedAt', before: null, after: on('09:40') },
      ],
    },
  ]));
