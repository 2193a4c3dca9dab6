import type pg from 'pg';

/** The arguments of each part. */
export type Bench = {
  /** The PostgreSQL server of all contenders. */
  server: string;
  /** Connections to it as its owner. */
  admin: pg.Pool;
  dir: string;
  effort: Effort;
  say(line: string): void;
};

/**
 * `seconds`: how long one contender is measured in a round. `listed`: attempts in one list. `replayed`, `small`, `large`,
 * `published`, `rebuilt` and `imported`: numbers of events.
 */
export type Effort = {
  rounds: number;
  seconds: number;
  learners: number;
  replayed: number;
  small: number;
  large: number;
  listed: number;
  published: number;
  rebuilt: number;
  imported: number;
};
