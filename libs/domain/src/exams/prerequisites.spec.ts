import { prerequisitesOf, type Requirement, standingOf } from './prerequisites.js';

const exam = 'block@exam';
const requirement = (name: string, status: string | null, order = 1, namespace = 'proctored_exam'): Requirement => ({
  namespace,
  name,
  status,
  order,
});
const standing = (...requirements: Requirement[]) => standingOf(prerequisitesOf(requirements, exam));

describe('prerequisites of an exam', () => {
  it('are the requirements before it in their order; the order of the list does not matter', () => {
    const given = [requirement(exam, null, 3), requirement('late', 'failed', 4), requirement('first', 'satisfied', 1)];
    expect(prerequisitesOf(given, exam)).toEqual({ satisfied: [given[2]], failed: [], pending: [], declined: [] });
  });

  it('are all requirements if the exam is not one of them', () =>
    expect(standing(requirement('one', 'satisfied'), requirement('late', 'failed', 9))).toBe('failed'));

  it('do not include grades', () => expect(standing(requirement('grade', 'failed', 1, 'grade'))).toBe('satisfied'));

  it.each([null, 'pending', 'submitted', 'nonsense'])('that are %s are pending', (status) =>
    expect(standing(requirement('one', status))).toBe('pending'),
  );

  it('are declined before failed, and failed before pending', () => {
    const [pending, failed, declined] = ['pending', 'failed', 'declined'].map((status) => requirement(status, status));
    expect(standing(pending!, failed!, declined!)).toBe('declined');
    expect(standing(pending!, failed!)).toBe('failed');
    expect(standing(pending!)).toBe('pending');
    expect(standing()).toBe('satisfied');
  });
});
