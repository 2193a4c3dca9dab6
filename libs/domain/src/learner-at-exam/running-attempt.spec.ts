import fc from 'fast-check';
import { StartAttempt, StopAttempt, SubmitAttempt, TimeOutAttempt } from '../attempts/attempt.commands.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import { isInProgress } from '../attempts/attempt.statuses.js';
import { allowedMinutesOf, expiryOf, remainingSeconds } from '../attempts/attempt.time.js';
import { secondsLost } from '../attempts/outage.js';
import {
  EndAttempt,
  EndPause,
  GiveExtraTime,
  MarkError,
  PauseAttempt,
  TakeBackExtraTime,
} from '../attempts/running-attempt.commands.js';
import type { Outage } from '../attempts/running-attempt.events.js';
import { decide, fold } from '../decider.js';
import { plusMs } from '../instants.js';
import { SendMessage } from '../messages/message.js';
import { Refusal } from '../refusal.js';
import { specOf } from '../testing.js';
import {
  after,
  attemptId,
  byLearner,
  created,
  historyOf,
  informed,
  learner,
  noon,
  started,
  stopped,
  submitted,
} from './attempt.examples.js';
import { type AnyLearnerAtExamCommand, learnerAtExam } from './learner-at-exam.decider.js';
import { attemptOf, type LearnerAtExam } from './learner-at-exam.js';

const given = specOf(learnerAtExam);
const byStaff = { actor: { kind: 'user', userId: 7 } } as const;
const about = <C extends AnyLearnerAtExamCommand>(
  Command: new (who: typeof learner, data: any, origin: any) => C,
  minutes: number,
  data: object = {},
): C => informed(new Command(learner, { attemptId, at: after(minutes), ...data }, byStaff));
const give = (minutes: number, seconds: number, grantId = 'grant', cause?: Outage) =>
  Object.assign(about(GiveExtraTime, minutes, { grantId, seconds, reason: 'alarm', givenBy: 7, cause }), {
    sealed: 'v2.x',
  });
const takeBack = (minutes: number, grantId = 'grant') => about(TakeBackExtraTime, minutes, { grantId });
const extra = (seconds: number, minutes: number, grantId = 'grant', cause?: Outage): AttemptEvent => ({
  type: 'ExtraTimeGiven',
  data: { attemptId, grantId, seconds, sealed: 'v2.x', givenBy: 7, ...(cause && { cause }), at: after(minutes) },
});
const takenBack = (seconds: number, minutes: number): AttemptEvent => ({
  type: 'ExtraTimeTakenBack',
  data: { attemptId, grantId: 'grant', seconds, at: after(minutes) },
});
const paused = (minutes: number): AttemptEvent => ({ type: 'AttemptPaused', data: { attemptId, at: after(minutes) } });
const ended = (minutes: number): AttemptEvent => ({ type: 'PauseEnded', data: { attemptId, at: after(minutes) } });
const attemptAfter = (...events: AttemptEvent[]) => attemptOf(fold(learnerAtExam, events), attemptId);

/** The exam of these stories has 90 minutes and begins at noon. */
describe('extra time', () => {
  it('moves the end of a running attempt, and the minutes that the learner sees', () => {
    given(created, started).when(give(10, 630)).then(extra(630, 10));
    const attempt = attemptAfter(created, started, extra(630, 10));
    expect(expiryOf(attempt)).toBe(after(100.5));
    expect(remainingSeconds(attempt, after(90))).toBe(630);
    expect(allowedMinutesOf(attempt)).toBe(100);
  });

  it('goes past a due date that cut the time at the start', () => {
    const allowed = { ...started.data.allowed, minutes: 30, dueAt: after(30) };
    const cut = { ...started, data: { ...started.data, allowed } };
    expect(expiryOf(attemptAfter(created, cut, extra(600, 10)))).toBe(after(40));
  });

  it('of one decision is given once, and of several decisions adds up', () => {
    given(created, started, extra(60, 10)).when(give(11, 60)).then();
    const attempt = attemptAfter(created, started, extra(60, 10), extra(120, 11, 'another'));
    expect(expiryOf(attempt)).toBe(after(93));
  });

  it.each(['created', 'submitted', 'error', 'verified'] as const)('is refused for an attempt that is %s', (status) =>
    given(...historyOf(status))
      .when(give(10, 60))
      .thenRefused('attempt_not_running', `The attempt does not run: its status is ${status}.`),
  );

  it('is refused once the time is over, whether or not the attempt was submitted yet', () => {
    given(created, started).when(give(90, 60)).then(extra(60, 90));
    given(created, started)
      .when(give(90.001, 60))
      .thenRefused('attempt_not_running', `The time of the attempt was over at ${after(90)}.`);
  });

  it('counts for the time that a resumed attempt gets', () =>
    given(created, started, extra(600, 10))
      .when(about(MarkError, 60))
      .thenMatching({ type: 'AttemptErrored', data: { timeRemainingSeconds: 40 * 60 } }));

  it('for an outage is given once', () => {
    const outage = (from: number, until: number) => ({ from: after(from), until: after(until) });
    const history = [created, started, extra(300, 20, 'grant', outage(10, 15))];
    given(...history)
      .when(give(21, 300, 'again', outage(14, 19)))
      .thenRefused('outage_already_compensated');
    given(...history)
      .when(give(21, 240, 'again', outage(15, 19)))
      .then(extra(240, 21, 'again', outage(15, 19)));
    given(...history, takenBack(300, 21))
      .when(give(22, 300, 'again', outage(10, 15)))
      .then(extra(300, 22, 'again', outage(10, 15)));
    given(created, started)
      .when(give(22, 0, 'grant', outage(10, 15)))
      .thenRefused('attempt_not_affected');
  });
});

describe('extra time that is taken back', () => {
  it('moves the end back', () => {
    given(created, started, extra(600, 10)).when(takeBack(20)).then(takenBack(600, 20));
    expect(expiryOf(attemptAfter(created, started, extra(600, 10), takenBack(600, 20)))).toBe(after(90));
  });

  it('is taken back once, and only from attempts that got it', () => {
    given(created, started, extra(600, 10), takenBack(600, 20)).when(takeBack(21)).then();
    given(created, started).when(takeBack(21)).thenRefused('extra_time_not_found');
  });

  it('never ends an attempt at once', () => {
    given(created, started, extra(600, 10)).when(takeBack(89.9)).then(takenBack(600, 89.9));
    given(created, started, extra(600, 10))
      .when(takeBack(90))
      .thenRefused(
        'extra_time_in_use',
        'Only 600 seconds are left, so the attempt would end at once without these 600 seconds of extra time.',
      );
  });

  it('stays with an attempt that is over', () =>
    given(created, started, extra(600, 10), submitted).when(takeBack(20)).thenRefused('attempt_not_running'));
});

describe('a paused attempt', () => {
  it('keeps its remaining time until the pause ends', () => {
    given(created, started).when(about(PauseAttempt, 30)).then(paused(30));
    const attempt = attemptAfter(created, started, paused(30));
    expect(expiryOf(attempt)).toBeNull();
    expect(remainingSeconds(attempt, after(300))).toBe(3600);
    given(created, started, paused(30)).when(about(EndPause, 300)).then(ended(300));
    expect(expiryOf(attemptAfter(created, started, paused(30), ended(300)))).toBe(after(360));
  });

  it('is not submitted when its time would be over', () =>
    given(created, started, paused(30)).when(about(TimeOutAttempt, 1000)).then());

  it('is paused once, and its pause ends once', () => {
    given(created, started, paused(30)).when(about(PauseAttempt, 31)).then();
    given(created, started, paused(30), ended(31)).when(about(EndPause, 32)).then();
  });

  it('can be submitted by its learner, which ends the pause', () => {
    const spec = given(created, started, paused(30)).when(
      informed(new SubmitAttempt(learner, { attemptId, at: after(40) }, byLearner)),
    );
    spec.thenMatching({ type: 'AttemptSubmitted', data: { completedAt: after(40), because: 'handed_in' } });
    expect(attemptOf(spec.state(), attemptId)).toMatchObject({ pausedAt: null, pausedMs: 600_000 });
  });

  it('stays paused when its learner stops and goes on', () => {
    const continued: AttemptEvent = { type: 'AttemptContinued', data: { attemptId, effects: [], at: after(41) } };
    expect(attemptAfter(created, started, paused(30), stopped, continued)).toMatchObject({ pausedAt: after(30) });
  });

  it('gets extra time, and gives it back', () => {
    given(created, started, paused(30)).when(give(400, 60)).then(extra(60, 400));
    given(created, started, paused(30), extra(60, 40)).when(takeBack(400)).then(takenBack(60, 400));
  });

  it.each([PauseAttempt, EndPause, EndAttempt, MarkError])(
    'must run: %p is refused for an attempt that is over',
    (Command) => {
      given(created, started, submitted)
        .when(about<AnyLearnerAtExamCommand>(Command, 10))
        .thenRefused('attempt_not_running');
      given(created, started).when(about<AnyLearnerAtExamCommand>(Command, 91)).thenRefused('attempt_not_running');
    },
  );
});

it('staff end a running attempt', () =>
  given(created, started)
    .when(about(EndAttempt, 10))
    .thenMatching({ type: 'AttemptSubmitted', data: { completedAt: after(10), because: 'handed_in' } }));

it('staff write to the learner of an attempt, whatever its status', () => {
  const send = Object.assign(about(SendMessage, 10, { text: 'Please stay.' }), { sealed: 'v2.x' });
  const sent = { type: 'MessageSent', data: { attemptId, sealed: 'v2.x', at: after(10) } } as const;
  given(created, started).when(send).then(sent);
  given(created, started, submitted).when(send).then(sent);
  given().when(send).thenRefused('attempt_not_found');
});

describe('an outage', () => {
  const outage = { from: after(10), until: after(30) };
  const lost = (...events: AttemptEvent[]) => secondsLost(events, attemptId, outage);
  const startedAt = (minutes: number) => ({ ...started, data: { ...started.data, at: after(minutes) } });

  it('costs the time in which the attempt ran', () => {
    expect(lost(created, started)).toBe(1200);
    expect(lost(created, startedAt(25))).toBe(300);
    expect(lost(created, startedAt(30))).toBe(0);
    expect(lost(created)).toBe(0);
  });

  it('costs nothing while the attempt was paused, and after it was over', () => {
    expect(lost(created, started, paused(12), ended(15))).toBe(1020);
    expect(lost(created, started, paused(5))).toBe(0);
    const over = { ...submitted.data, at: after(29), completedAt: after(20), because: 'time_ran_out' } as const;
    expect(lost(created, started, { type: 'AttemptSubmitted', data: over })).toBe(600);
  });

  it('costs another attempt nothing', () => expect(secondsLost([created, started], 999, outage)).toBe(0));
});

/** Happenings at an attempt, each a while after the one before. */
const happening = fc.record({
  kind: fc.constantFrom('poll', 'pause', 'end pause', 'give', 'take back', 'stop', 'start', 'submit'),
  wait: fc.integer({ min: 0, max: 40 * 60_000 }),
  seconds: fc.integer({ min: 1, max: 1800 }),
  grant: fc.integer({ min: 0, max: 3 }),
});

const commandOf = (kind: string, at: string, grantId: string, seconds: number): AnyLearnerAtExamCommand => {
  const data = { attemptId, at };
  switch (kind) {
    case 'pause':
      return informed(new PauseAttempt(learner, data, byStaff));
    case 'end pause':
      return informed(new EndPause(learner, data, byStaff));
    case 'give':
      return Object.assign(
        informed(new GiveExtraTime(learner, { ...data, grantId, seconds, givenBy: 7, reason: '' }, byStaff)),
        { sealed: '' },
      );
    case 'take back':
      return informed(new TakeBackExtraTime(learner, { ...data, grantId }, byStaff));
    case 'stop':
      return informed(new StopAttempt(learner, data, byLearner));
    case 'start':
      return informed(new StartAttempt(learner, data, byLearner));
    case 'submit':
      return informed(new SubmitAttempt(learner, data, byLearner));
    default:
      return informed(new TimeOutAttempt(learner, data, byLearner));
  }
};

describe('whatever staff and the learner do', () => {
  it('the remaining time is what a stop watch shows, and the attempt never ends before it would have without staff', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
        let state: LearnerAtExam = fold(learnerAtExam, [created, started]);
        // The model: a stop watch that counts down while it is not held.
        let left = 90 * 60_000;
        let isHeld = false;
        const grants = new Map<string, number>();
        let now = 0;
        for (const { kind, wait, seconds, grant } of happenings) {
          const before = { left, isHeld };
          now += wait;
          if (!isHeld) left -= wait;
          const at = plusMs(noon, now);
          const grantId = `grant ${grant}`;
          const isOver = left < 0;
          // Each poll, and each request of the learner, submits an attempt whose time is over.
          if (isOver) state = fold(learnerAtExam, decide(learnerAtExam, state, commandOf('poll', at, '', 0)), state);
          const attempt = attemptOf(state, attemptId);
          expect(isInProgress(attempt.status)).toBe(!isOver);
          if (isOver) {
            expect(attempt.completedAt).toBe(plusMs(noon, now - wait + before.left));
            expect(now - wait + before.left).toBeGreaterThanOrEqual(90 * 60_000);
            return;
          }
          expect(remainingSeconds(attempt, at)).toBe(left / 1000);
          const refused = refusedOrDone(() => {
            state = fold(learnerAtExam, decide(learnerAtExam, state, commandOf(kind, at, grantId, seconds)), state);
          });
          if (kind === 'pause') isHeld = true;
          if (kind === 'end pause') isHeld = false;
          if (kind === 'give' && !grants.has(grantId)) {
            left += seconds * 1000;
            grants.set(grantId, seconds);
          }
          if (kind === 'take back') {
            const given = grants.get(grantId);
            const mayTake = given !== undefined && (given === 0 || Math.floor(left / 1000) > given);
            expect(refused).toBe(!mayTake);
            if (mayTake) {
              left -= given * 1000;
              grants.set(grantId, 0);
            }
          }
          if (kind === 'submit') {
            expect(attemptOf(state, attemptId)).toMatchObject({ status: 'submitted', completedAt: at, pausedAt: null });
            return;
          }
          expect(remainingSeconds(attemptOf(state, attemptId), at)).toBe(left / 1000);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

function refusedOrDone(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof Refusal) return true;
    throw error;
  }
}
