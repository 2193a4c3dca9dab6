import { StartAttempt, StopAttempt, SubmitAttempt } from '../attempts/attempt.commands.js';
import { fold } from '../decider.js';
import { after, attemptId, byLearner, created, informed, learner, started, submitted } from './attempt.examples.js';
import { learnerAtExam } from './learner-at-exam.decider.js';
import { changesPerExam, changesPerMinute, countChange, noChanges, refuseTooManyChanges } from './learner-changes.js';

const metadata = { ...byLearner, ...learner };
const state = fold(learnerAtExam, [created, started]);
const stop = (at: string, origin: any = byLearner) => informed(new StopAttempt(learner, { attemptId, at }, origin));
const minute = (count: number, by: any = metadata) =>
  Array(count)
    .fill({ data: { at: after(0) }, metadata: by })
    .reduce(countChange, noChanges);
const refusalOf = (act: () => void): any => {
  try {
    act();
  } catch (refusal) {
    return refusal;
  }
};

describe('a learner', () => {
  it(`may make ${changesPerMinute} changes a minute at an exam`, () => {
    refuseTooManyChanges(minute(changesPerMinute - 1), state, stop(after(0)));
    const refusal = refusalOf(() => refuseTooManyChanges(minute(changesPerMinute), state, stop(after(0.75))));
    expect(refusal).toMatchObject({ code: 'too_many_changes', retryAfterSeconds: 15 });
    expect(refusal.message).toMatch('Please wait');
    refuseTooManyChanges(minute(changesPerMinute), state, stop(after(1)));
  });

  it(`may make ${changesPerExam} changes at an exam in all`, () => {
    refuseTooManyChanges(minute(changesPerExam - 1), state, stop(after(5)));
    const refusal = refusalOf(() => refuseTooManyChanges(minute(changesPerExam), state, stop(after(5))));
    expect(refusal).toMatchObject({ code: 'too_many_changes', retryAfterSeconds: 86_400 });
    expect(refusal.message).toBe(
      `You have made ${changesPerExam} changes at this exam, and no more are possible. Please contact the course team.`,
    );
  });

  it('can always submit a running attempt, but not the same one again and again', () => {
    const submit = informed(new SubmitAttempt(learner, { attemptId, at: after(0) }, byLearner));
    refuseTooManyChanges(minute(changesPerExam), state, submit);
    const over = fold(learnerAtExam, [created, started, submitted]);
    expect(refusalOf(() => refuseTooManyChanges(minute(changesPerExam), over, submit))).toBeDefined();
  });

  it('can submit the running attempt beside an older one, but not the older one', () => {
    const older = { ...created, data: { ...created.data, attemptId: 99 } };
    const both = fold(learnerAtExam, [older, created, started]);
    const submit = (id: number) => informed(new SubmitAttempt(learner, { attemptId: id, at: after(0) }, byLearner));
    refuseTooManyChanges(minute(changesPerExam), both, submit(attemptId));
    expect(refusalOf(() => refuseTooManyChanges(minute(changesPerExam), both, submit(99)))).toBeDefined();
  });

  it('has only own changes counted, and the times of the last ones remembered', () => {
    expect(minute(3, { actor: { kind: 'provider', name: 'test', userId: learner.userId }, ...learner })).toEqual(
      noChanges,
    );
    expect(minute(changesPerMinute + 5).recent).toHaveLength(changesPerMinute);
  });

  it.each([
    ['staff', { kind: 'user', userId: 1 }],
    ['a provider', { kind: 'provider', name: 'test' }],
    ['the clock', { kind: 'clock' }],
  ])('is limited, but %s is not', (_, actor) => {
    refuseTooManyChanges(minute(changesPerExam), state, stop(after(0), { actor }));
    const start = informed(new StartAttempt(learner, { at: after(0) }, byLearner));
    refuseTooManyChanges(minute(changesPerExam, { actor, ...learner }), state, start);
  });
});
