import { type Change, countsForCourse, type Effect, effectsOf } from './attempt.effects.js';
import { type Status, statuses } from './attempt.statuses.js';

describe('a change of status reaches credit, grades, certificates and mail (domain.md §9.1)', () => {
  const others = statuses.filter((to) => !['declined', 'error', 'submitted', 'verified', 'rejected'].includes(to));

  it('always at a practice exam, and with only one attempt', () => {
    for (const to of statuses) {
      expect(countsForCourse(to, [to, 'rejected', 'declined'], true)).toBe(true);
      expect(countsForCourse(to, [to], false)).toBe(true);
    }
  });

  it.each<[Status, Status[], boolean]>([
    ['declined', ['declined', 'rejected'], true],
    ['error', ['error', 'rejected'], true],
    ['submitted', ['submitted', 'verified'], true],
    ['submitted', ['submitted', 'rejected'], false],
    ['verified', ['verified', 'verified'], true],
    ['verified', ['verified', 'submitted'], false],
    ['rejected', ['rejected', 'verified'], true],
    ['rejected', ['rejected', 'rejected'], false],
    ['rejected', ['rejected', 'declined'], false],
    ['rejected', ['submitted', 'verified', 'rejected'], true],
  ])('to %s beside %j: %j', (to, all, isOpen) => expect(countsForCourse(to, all, false)).toBe(isOpen));

  it('never to another status with several attempts', () => {
    for (const to of others) expect(countsForCourse(to, [to, 'verified'], false)).toBe(false);
  });
});

describe('the effects of a change', () => {
  const provider = { provider: 'test', examExternalId: 'exam', attemptExternalId: 'attempt' };
  const change: Change = {
    from: 'created',
    to: 'created',
    all: ['created'],
    isPractice: false,
    hasProvider: true,
    providerIds: provider,
    providerName: 'Watchers',
    supportsOnboarding: true,
    isFirstStart: false,
    isFirstCompletion: false,
    sendsMail: true,
    overridesGradeOnRejection: true,
    by: 9,
  };
  const signal: Effect = { kind: 'status_signal', isPracticeExam: false, supportsOnboarding: true };
  const effectsFor = (to: Status, changes: Partial<Change> = {}) => effectsOf({ ...change, to, all: [to], ...changes });
  const notified = (effects: Effect[]) => effects.filter(({ kind }) => kind === 'provider');

  it('notify the provider of the first start only', () => {
    const action = { kind: 'provider', action: 'start', ...provider };
    expect(effectsFor('started', { isFirstStart: true })).toEqual([action, signal]);
    expect(effectsFor('started')).toEqual([signal]);
  });

  it.each([
    ['submitted', 'stop'],
    ['error', 'mark_erroneous'],
  ] as const)('notify the provider of %s: %s', (to, action) => {
    expect(notified(effectsFor(to))).toEqual([{ kind: 'provider', action, ...provider }]);
    expect(notified(effectsFor(to, { hasProvider: false }))).toEqual([]);
  });

  it('do not notify the provider of any other status', () => {
    for (const to of statuses.filter((each) => each !== 'submitted' && each !== 'error'))
      expect(notified(effectsFor(to))).toEqual([]);
  });

  it('set the credit status', () => {
    const credit = (to: Status) => effectsFor(to).filter(({ kind }) => kind === 'credit');
    const creditStatuses = {
      verified: 'satisfied',
      submitted: 'submitted',
      declined: 'declined',
      rejected: 'failed',
      error: 'failed',
    };
    for (const to of statuses) {
      const status = creditStatuses[to as keyof typeof creditStatuses];
      expect(credit(to)).toEqual(status ? [{ kind: 'credit', status }] : []);
    }
  });

  it('override the grade on a rejection, with a comment that names the provider, and invalidate the certificate', () => {
    const override = (comment: string) => [
      { kind: 'grade', action: 'override', overriddenBy: 9, comment },
      { kind: 'certificate', action: 'invalidate' },
    ];
    const grades = (changes: Partial<Change>) =>
      effectsFor('rejected', changes).filter(({ kind }) => kind === 'grade' || kind === 'certificate');
    expect(grades({})).toEqual(override('Failed Watchers proctoring'));
    expect(grades({ providerName: null })).toEqual(override('Failed Proctoring'));
    expect(grades({ overridesGradeOnRejection: false })).toEqual([]);
  });

  it('undo the override when a rejected attempt is verified, and only then', () => {
    const grades = (to: Status, changes: Partial<Change>) =>
      effectsFor(to, changes).filter(({ kind }) => kind === 'grade');
    expect(grades('verified', { from: 'rejected' })).toEqual([{ kind: 'grade', action: 'undo' }]);
    expect(grades('verified', { from: 'submitted' })).toEqual([]);
    expect(grades('verified', { from: 'rejected', overridesGradeOnRejection: false })).toEqual([]);
    expect(grades('submitted', { from: 'rejected' })).toEqual([]);
  });

  it('send a mail when an attempt is submitted, verified or rejected', () => {
    const mails = (to: Status, changes: Partial<Change> = {}) =>
      effectsFor(to, changes).filter(({ kind }) => kind === 'mail');
    for (const to of statuses)
      expect(mails(to)).toEqual(
        ['submitted', 'verified', 'rejected'].includes(to) ? [{ kind: 'mail', template: to }] : [],
      );
    expect(mails('verified', { sendsMail: false })).toEqual([]);
  });

  it('complete the learner’s state first', () =>
    expect(effectsFor('submitted', { isFirstCompletion: true })[0]).toEqual({
      kind: 'learner_state',
      action: 'complete',
    }));
});
