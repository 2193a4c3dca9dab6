import { after, attemptCode, attemptId, learner, noon } from '../learner-at-exam/attempt.examples.js';
import type { AttemptEvent } from './attempt.events.js';
import { type Attempt, evolveAttempt } from './attempt.js';

const fold = (...events: AttemptEvent[]): Attempt =>
  events.reduce<Attempt | undefined>((attempt, event) => evolveAttempt(attempt, event), undefined)!;

const creation: AttemptEvent = {
  type: 'AttemptCreated',
  data: {
    attemptId,
    ...learner,
    attemptCode,
    status: 'created',
    externalId: 'test-attempt-101',
    takingAsProctored: true,
    isSampleAttempt: false,
    reviewPolicyId: null,
    timeRemainingSeconds: null,
    at: noon,
  },
};

describe('an imported event', () => {
  it('leads to the fields of the old row', () => {
    const imported = { startedAt: after(1), allowedTimeLimitMins: 90, modified: after(60) };
    const rejected: AttemptEvent = {
      type: 'AttemptRejected',
      data: { attemptId, at: after(50), effects: [], imported },
    };
    expect(fold(creation, rejected)).toMatchObject({ ...imported, status: 'rejected', created: noon });
  });

  it('leaves the fields that it does not name as its event leads to them', () => {
    const ready: AttemptEvent = {
      type: 'AttemptReadied',
      data: { attemptId, at: after(1), effects: [], imported: {} },
    };
    expect(fold(creation, ready)).toMatchObject({ status: 'ready_to_start', modified: after(1) });
  });
});
