/** Who asked for something. */
export type Actor =
  | { kind: 'user'; userId: number }
  | { kind: 'provider'; name: string }
  | { kind: 'clock' }
  | { kind: 'operator'; name: string }
  | { kind: 'lms' };

/** Where a command comes from. With a key, repeating the command gets the first answer. */
export type Origin = { actor: Actor; key?: string };
