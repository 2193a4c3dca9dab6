/** A credit requirement of a course with a learner's status at it, as the LMS tells it (domain.md §12). */
export type Requirement = { namespace: string; name: string; status: string | null; order: number };

export type Prerequisites<R extends Requirement = Requirement> = {
  satisfied: R[];
  failed: R[];
  pending: R[];
  declined: R[];
};

/** Sorts what must be fulfilled before an exam: the requirements that come before it in order, grades excluded. */
export const prerequisitesOf = <R extends Requirement>(
  requirements: readonly R[],
  contentId: string,
): Prerequisites<R> => {
  const ordered = requirements
    .filter(({ namespace }) => namespace !== 'grade')
    .toSorted((one, other) => one.order - other.order);
  const own = ordered.findIndex(({ name }) => name === contentId);
  const before = own === -1 ? ordered : ordered.slice(0, own);
  const sorted: Prerequisites<R> = { satisfied: [], failed: [], pending: [], declined: [] };
  for (const requirement of before) sorted[groupOf(requirement.status)].push(requirement);
  return sorted;
};

const groupOf = (status: string | null): keyof Prerequisites =>
  status === 'satisfied' || status === 'failed' || status === 'declined' ? status : 'pending';

/** The outcome of a learner's prerequisites for an exam that was not begun: the first of these that holds. */
export type Standing = 'declined' | 'failed' | 'pending' | 'satisfied';

export const standingOf = ({ declined, failed, pending }: Prerequisites): Standing => {
  if (declined.length > 0) return 'declined';
  if (failed.length > 0) return 'failed';
  return pending.length > 0 ? 'pending' : 'satisfied';
};
