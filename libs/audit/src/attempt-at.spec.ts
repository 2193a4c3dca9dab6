import type { RecordedEvent } from '#event-store';
import { attemptAt, differencesBetween, eventsOfAttempt } from './attempt-at.js';
import { momentIn, until } from './moment.js';

const created = {
  ...{ attemptId: 5, examId: 1, userId: 2, attemptCode: 'CODE', status: 'created', externalId: 'test-5' },
  ...{ takingAsProctored: true, isSampleAttempt: false, reviewPolicyId: null, timeRemainingSeconds: null },
};
const allowed = { minutes: 30, limitMinutes: 30, additionalMinutes: 0, carriedSeconds: null, dueAt: null };
const history = [
  ['AttemptCreated', '2031-03-01T09:00:00.000Z', created],
  ['AttemptStarted', '2031-03-01T09:05:00.000Z', { attemptId: 5, allowed }],
  ['AttemptCreated', '2031-03-01T09:06:00.000Z', { ...created, attemptId: 6 }],
  ['AttemptSubmitted', '2031-03-01T09:30:00.000Z', { attemptId: 5, completedAt: '2031-03-01T09:30:00.000Z' }],
  ['AttemptRemoved', '2031-03-01T10:00:00.000Z', { attemptId: 5 }],
].map(
  ([type, at, data], index) =>
    ({ type, version: index + 1, data: { ...(data as object), at } }) as unknown as RecordedEvent,
);
const events = eventsOfAttempt(5, history);
const at = (text: string) => attemptAt(events, momentIn(text)!);

describe('an attempt at a moment', () => {
  it('is after the event of a version', () => {
    expect(at('2')).toMatchObject({ version: 2, attempt: { status: 'started', allowedTimeLimitMins: 30 } });
    expect(at('3')).toMatchObject({ version: 2, attempt: { status: 'started' } });
  });

  it('is after all events up to a time, in any offset', () => {
    expect(at('2031-03-01T09:29:59Z')).toMatchObject({ version: 2, attempt: { status: 'started' } });
    expect(at('2031-03-01T10:30:00+01:00')).toMatchObject({ version: 4, attempt: { status: 'submitted' } });
  });

  it('is nothing before it was created, and once it is removed', () => {
    expect(at('2031-03-01T08:59:59Z')).toEqual({ version: 0, attempt: undefined });
    expect(at('0')).toEqual({ version: 0, attempt: undefined });
    expect(at('5')).toEqual({ version: 5, attempt: undefined });
  });

  it('is named by a version or a time, and by nothing else', () =>
    expect(['yesterday', '-1', '1.5', '2031-02-30T00:00:00Z', ''].map(momentIn)).toEqual(Array(5).fill(undefined)));

  it('has the events before one of them, even if their own time is later: clocks of servers differ', () => {
    const [first, second] = history.map((event) => ({ ...event, data: { ...event.data } }));
    (first!.data as { at: string }).at = '2031-03-01T09:05:00.003Z';
    expect(until([first!, second!], { at: '2031-03-01T09:05:00.001Z' })).toEqual([first, second]);
  });
});

describe('the difference between two moments', () => {
  it('is each field with its value before and after', () =>
    expect(differencesBetween(at('1').attempt, at('4').attempt)).toEqual([
      { field: 'status', before: 'created', after: 'submitted' },
      { field: 'startedAt', before: null, after: '2031-03-01T09:05:00.000Z' },
      { field: 'completedAt', before: null, after: '2031-03-01T09:30:00.000Z' },
      { field: 'allowedTimeLimitMins', before: null, after: 30 },
      { field: 'modified', before: '2031-03-01T09:00:00.000Z', after: '2031-03-01T09:30:00.000Z' },
    ]));

  it('is every field that is not empty when the attempt was created or removed in between', () => {
    const appeared = differencesBetween(at('0').attempt, at('1').attempt);
    expect(appeared).toContainEqual({ field: 'status', before: null, after: 'created' });
    expect(appeared.map(({ field }) => field)).not.toContain('startedAt');
    expect(differencesBetween(at('4').attempt, at('5').attempt)).toContainEqual({
      ...{ field: 'status', before: 'submitted', after: null },
    });
  });

  it('is nothing between a moment and itself', () =>
    expect(differencesBetween(at('4').attempt, at('4').attempt)).toEqual([]));
});
