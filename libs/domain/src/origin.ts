/** The sender of a command. */
export type Actor =
  | { kind: 'user'; userId: number }
  | { kind: 'provider'; name: string }
  | { kind: 'clock' }
  | { kind: 'operator'; name: string }
  | { kind: 'lms' };

/** The origin of a command. A command that is repeated with the same key gets the first answer. */
export type Origin = { actor: Actor; key?: string };

/** The origin of one of the commands that a request consists of: each has a key of its own. */
export const originOfPart = ({ key, ...origin }: Origin, part: string): Origin =>
  key === undefined ? origin : { ...origin, key: `${key} ${part}` };
