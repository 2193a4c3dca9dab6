/** A fact about an exam or a learner at an exam. `data` is JSON only: what a test sees is what Postgres keeps. */
export type Event<Type extends string = string, Data extends object = object> = {
  readonly type: Type;
  readonly data: Data;
};
