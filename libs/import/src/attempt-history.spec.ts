import { type Attempt, type AttemptEvent, evolveAttempt } from '#domain';
import { attemptEvents } from './attempt-history.js';
import type { OldAttempt, Recorded } from './old-rows.js';

const at = (minute: number) => `2031-05-05T12:${String(minute).padStart(2, '0')}:00.000125Z`;

const created: OldAttempt = {
  id: 100,
  examId: 7,
  userId: 42,
  attemptCode: '6E1F6B2C-0E0A-4F0B-9C2A-2F1D3C4B5A69',
  externalId: 'test-attempt-100',
  status: 'created',
  takingAsProctored: true,
  isSampleAttempt: false,
  reviewPolicyId: null,
  startedAt: null,
  completedAt: null,
  allowedTimeLimitMins: null,
  isStatusAcknowledged: false,
  timeRemainingSeconds: null,
  isResumable: false,
  readyToResume: false,
  resumed: false,
  created: at(0),
  modified: at(0),
};
const started: OldAttempt = {
  ...created,
  status: 'started',
  startedAt: '2031-05-05T12:01:00.000001Z',
  allowedTimeLimitMins: 30,
  modified: at(1),
};
const submitted: OldAttempt = { ...started, status: 'submitted', completedAt: at(9), modified: at(10) };
const verified: OldAttempt = { ...submitted, status: 'verified', modified: at(11) };

const saved = (row: OldAttempt, isDeletion = false): Recorded<OldAttempt> => ({
  row,
  isDeletion,
  at: row.modified,
  userId: 42,
});
const eventsOf = (history: Recorded<OldAttempt>[], row: OldAttempt | undefined, known?: Attempt) =>
  attemptEvents({ id: 100, history, row, nextId: undefined }, known).map(({ event }) => event);
const fold = (events: readonly AttemptEvent[]) =>
  events.reduce<Attempt | undefined>((attempt, event) => evolveAttempt(attempt, event), undefined);
const typesOf = (events: readonly AttemptEvent[]) => events.map(({ type }) => type);

describe('the events of an old attempt', () => {
  it('are the changes of its history, with their times', () => {
    const events = eventsOf(
      [created, started, submitted, verified].map((row) => saved(row)),
      verified,
    );
    expect(typesOf(events)).toEqual(['AttemptCreated', 'AttemptStarted', 'AttemptSubmitted', 'AttemptVerified']);
    expect(events.map(({ data }) => data.at)).toEqual([at(0), at(1), at(10), at(11)]);
    expect(fold(events)).toMatchObject(verified);
  });

  it('are the creation and the present status when there is no history', () => {
    const events = eventsOf([], verified);
    expect(typesOf(events)).toEqual(['AttemptCreated', 'AttemptVerified']);
    expect(fold(events)).toMatchObject(verified);
  });

  it('end with the removal of a removed attempt', () => {
    const removed = saved({ ...started, modified: at(1) }, true);
    expect(typesOf(eventsOf([saved(created), saved(started), removed], undefined))).toEqual([
      'AttemptCreated',
      'AttemptStarted',
      'AttemptRemoved',
    ]);
  });

  it('have no event of its own for a save that changes no status', () => {
    const known = { ...started, externalId: 'another', modified: at(2) };
    const events = eventsOf([saved(created), saved(started), saved(known)], known);
    expect(typesOf(events)).toEqual(['AttemptCreated', 'AttemptStarted']);
    expect(fold(events)).toMatchObject(known);
  });

  it('are only those that the log lacks', () => {
    const known = fold(eventsOf([saved(created), saved(started)], started));
    const events = eventsOf(
      [created, started, submitted].map((row) => saved(row)),
      submitted,
      known,
    );
    expect(typesOf(events)).toEqual(['AttemptSubmitted']);
    expect(eventsOf([saved(created), saved(started)], started, known)).toEqual([]);
  });

  it('say whether the time ran out', () => {
    const timedOut = { ...submitted, completedAt: '2031-05-05T12:31:00.000001Z', modified: at(40) };
    expect(eventsOf([], timedOut).at(-1)).toMatchObject({ data: { because: 'time_ran_out' } });
    expect(eventsOf([], submitted).at(-1)).toMatchObject({ data: { because: 'handed_in' } });
  });

  it('have no effects', () => {
    for (const { data } of eventsOf(
      [created, started, submitted].map((row) => saved(row)),
      submitted,
    ))
      expect(data).toMatchObject({ effects: [] });
  });
});
