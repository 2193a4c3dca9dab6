import { type Exam, type ExamEvent, evolveExam } from '#domain';
import { examEvents } from './exam-history.js';
import type { OldExam, OldPolicy } from './old-rows.js';

const at = (minute: number) => `2031-05-05T12:${String(minute).padStart(2, '0')}:00.000125Z`;

const row: OldExam = {
  id: 7,
  courseId: 'course-v1:OrgX+Demo+2031',
  contentId: 'midterm',
  externalId: null,
  examName: 'Midterm',
  timeLimitMins: 60,
  dueDate: null,
  isProctored: true,
  isPracticeExam: false,
  isActive: true,
  hideAfterDue: false,
  backend: 'test',
  created: at(0),
  modified: at(0),
};
const policy = (policyId: number, text: string, created: string): OldPolicy => ({
  id: policyId,
  policyId,
  examId: 7,
  setBy: 1,
  policy: text,
  created,
  modified: created,
});

const fold = (events: readonly ExamEvent[]) => events.reduce<Exam | null>(evolveExam, null);
const eventsOf = (formerPolicies: OldPolicy[], current: OldPolicy | undefined, known: readonly ExamEvent[] = []) =>
  examEvents({ row, history: [], formerPolicies, policy: current }, known).map(({ event }) => event);
const typesOf = (events: readonly ExamEvent[]) => events.map(({ type }) => type);

describe('the events of an old exam', () => {
  it('are its creation and its review policy, with their times', () => {
    const events = eventsOf([], policy(3, 'No calculators.', at(5)));
    expect(typesOf(events)).toEqual(['ExamCreated', 'ReviewPolicySet']);
    expect(fold(events)).toMatchObject({ reviewPolicyId: 3, reviewPolicy: 'No calculators.' });
  });

  it('end with the newer review policy when an earlier one was removed', () => {
    const current = policy(4, 'No books.', at(9));
    const events = eventsOf([policy(3, 'No calculators.', at(6))], current);
    expect(typesOf(events)).toEqual(['ExamCreated', 'ReviewPolicySet', 'ReviewPolicyRemoved', 'ReviewPolicySet']);
    expect(fold(events)).toMatchObject({ reviewPolicyId: 4, reviewPolicy: 'No books.' });
  });

  it('are only those that the log lacks', () => {
    const first = policy(3, 'No calculators.', at(5));
    const known = eventsOf([], first);
    expect(eventsOf([], first, known)).toEqual([]);
    const later = eventsOf([policy(3, 'No calculators.', at(6))], policy(4, 'No books.', at(9)), known);
    expect(typesOf(later)).toEqual(['ReviewPolicyRemoved', 'ReviewPolicySet']);
    expect(fold([...known, ...later])).toMatchObject({ reviewPolicyId: 4, reviewPolicy: 'No books.' });
  });

  it('are in their order when all have one time', () => {
    const events = eventsOf([policy(3, 'No calculators.', at(0))], policy(4, 'No books.', at(0)));
    expect(fold(events)).toMatchObject({ reviewPolicyId: 4, reviewPolicy: 'No books.' });
  });
});
