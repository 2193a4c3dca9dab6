/** A fact about an exam or a learner at an exam. `data` has JSON values only, so PostgreSQL keeps what a test sees. */
export type Event<Type extends string = string, Data extends object = object> = {
  readonly type: Type;
  readonly data: Data;
};
