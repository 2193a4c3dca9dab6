/** The time of a request: handed into every decision, so that the domain has no clock of its own. */
export const now = (): string => new Date().toISOString();
