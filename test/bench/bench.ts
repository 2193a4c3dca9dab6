import type pg from 'pg';

/** The arguments of every part. */
export type Bench = {
  /** The PostgreSQL of all contenders, and connections to it as its owner. */
  server: string;
  admin: pg.Pool;
  dir: string;
  effort: Effort;
  say(line: string): void;
};

/**
 * `seconds` is what one contender is measured for in a round; `replayed`, `small` and `large` are numbers of events,
 * `flowed` and `rebuilt` too, `listed` of attempts in one list.
 */
export type Effort = {
  rounds: number;
  seconds: number;
  learners: number;
  replayed: number;
  small: number;
  large: number;
  listed: number;
  flowed: number;
  rebuilt: number;
};
