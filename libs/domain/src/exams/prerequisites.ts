/** A credit requirement of a course and a learner's status, from the LMS (domain.md §12). */
export type Requirement = { namespace: string; name: string; status: string | null; order: number };

export type Prerequisites<R extends Requirement = Requirement> = {
  satisfied: R[];
  failed: R[];
  pending: R[];
  declined: R[];
};

/** Groups the requirements that come before an exam in their order; grades do not count. */
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

/** The state of a learner's prerequisites before an exam: the first of these words that holds. */
export type Standing = 'declined' | 'failed' | 'pending' | 'satisfied';

export const standingOf = ({ declined, failed, pending }: Prerequisites): Standing => {
  if (declined.length > 0) return 'declined';
  if (failed.length > 0) return 'failed';
  return pending.length > 0 ? 'pending' : 'satisfied';
};
