/** The HTTP status of a refusal by its code. All others are 400, even for a missing object (rest-api.md §2.6). */
const statuses: Readonly<Record<string, number>> = {
  exam_past_due_forbidden: 403,
  appeal_needs_another_person: 403,
  rejection_needs_another_person: 403,
  own_attempt: 403,
  too_many_changes: 429,
  removal_not_confirmed: 502,
};

export const statusOf = (code: string): number => statuses[code] ?? 400;
