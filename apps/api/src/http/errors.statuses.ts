/** The HTTP status of a Refusal by its code; all others are 400, also what is not found (rest-api.md §2.6). */
const statuses: Readonly<Record<string, number>> = { exam_past_due_forbidden: 403, too_many_changes: 429 };

export const statusOf = (code: string): number => statuses[code] ?? 400;
