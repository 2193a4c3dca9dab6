import type { Shape } from '../../api/client.js';

export type LogEvent = Shape<'FoundEvents'>['results'][number];
export type History = Shape<'AttemptHistory'>;
export type Actor = Shape<'Actor'>;

/** The attempt that an event is about; undefined for events of exams, learners and keys. */
export const attemptOf = ({ data }: Pick<LogEvent, 'data'>): number | undefined =>
  (data as { attemptId?: number }).attemptId;

/** The facts of an event that its sentence does not say. Consequences and encrypted texts are shown elsewhere. */
export const factsOf = ({ data }: Pick<LogEvent, 'data'>): [string, unknown][] =>
  Object.entries(data).filter(([name]) => !['at', 'effects', 'sealed', 'attemptId'].includes(name));
