/** The one who asked for something. */
export type Actor =
  | { kind: 'user'; userId: number }
  | { kind: 'provider'; name: string }
  | { kind: 'clock' }
  | { kind: 'operator'; name: string }
  | { kind: 'lms' };

/** The origin of a command. With a key, repeating the command gets the first answer. */
export type Origin = { actor: Actor; key?: string };
