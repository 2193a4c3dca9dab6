/** The HTTP status of a Refusal, by its code; any other code is 400 (rest-api.md §2.6). */
export const statuses: Readonly<Record<string, number>> = {};

export const statusOf = (code: string): number => statuses[code] ?? (code.endsWith('_forbidden') ? 403 : 400);
