import {
  attemptId,
  created,
  errored,
  learner,
  rejected,
  started,
  submitted,
} from '../learner-at-exam/attempt.examples.js';
import type { LearnerAtExamEvent } from '../learner-at-exam/learner-at-exam.decider.js';
import type { Actor } from '../origin.js';
import { timelineOf } from './timeline.js';

const learnerActor: Actor = { kind: 'user', userId: learner.userId };
const entriesOf = (event: LearnerAtExamEvent, actor: Actor = learnerActor) =>
  timelineOf([{ ...event, metadata: { actor, ...learner } }], attemptId);
const at = '2031-05-05T12:00:00.000Z';

describe('the timeline of an attempt', () => {
  it('shows a learner what happened, in order', () => {
    const metadata = { actor: learnerActor, ...learner };
    const history = [created, started, submitted].map((event) => ({ ...event, metadata }));
    expect(timelineOf(history, attemptId)).toEqual([
      { at, what: 'created', by: 'learner' },
      { at, what: 'started', by: 'learner' },
      { at, what: 'handed_in', by: 'learner' },
    ]);
    expect(timelineOf(history, 999)).toEqual([]);
  });

  it.each<[Actor, string]>([
    [{ kind: 'user', userId: 7 }, 'staff'],
    [{ kind: 'provider', name: 'watchers' }, 'provider'],
    [{ kind: 'operator', name: 'Jo Doe' }, 'operator'],
    [{ kind: 'clock' }, 'service'],
    [{ kind: 'lms' }, 'platform'],
  ])('names only the role of %j', (actor, by) =>
    expect(entriesOf(errored, actor)).toEqual([{ at, what: 'errored', by }]),
  );

  it('shows that the time was over, at the instant when it was', () => {
    const late = { ...submitted.data, because: 'time_ran_out', completedAt: '2031-05-05T11:30:00.000Z' } as const;
    expect(entriesOf({ type: 'AttemptSubmitted', data: late }, { kind: 'clock' })).toEqual([
      { at: '2031-05-05T11:30:00.000Z', what: 'time_ran_out', by: 'service' },
    ]);
  });

  it('shows that an attempt waits for onboarding', () =>
    expect(entriesOf({ ...created, data: { ...created.data, status: 'onboarding_missing' } })).toMatchObject([
      { what: 'blocked' },
    ]));

  it('has the reason of a rejection, but not the text of a review', () => {
    const reason = { ...rejected, data: { ...rejected.data, sealed: 'v2.reason' } };
    expect(entriesOf(reason, { kind: 'user', userId: 7 })).toEqual([
      { at, what: 'rejected', by: 'staff', sealed: 'v2.reason' },
    ]);
    const review = {
      attemptId,
      attemptCode: '',
      status: 'Clean',
      reviewedBy: 7,
      commentCount: 0,
      sealed: 'v2.x',
      at,
    } as const;
    expect(entriesOf({ type: 'ReviewReceived', data: review })).toEqual([{ at, what: 'reviewed', by: 'learner' }]);
  });

  it('leaves out allowances and proposals to reject', () => {
    expect(entriesOf({ type: 'RejectionProposed', data: { attemptId, proposedBy: 7, at } })).toEqual([]);
    const allowance = { allowanceId: 1, key: 'additional_time_granted', at };
    expect(entriesOf({ type: 'AllowanceWithdrawn', data: allowance })).toEqual([]);
  });
});
