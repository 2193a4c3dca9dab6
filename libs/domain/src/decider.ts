import type { Event } from './event.js';

type Message = { readonly type: string };
type Of<M extends Message, T> = Extract<M, { type: T }>;

/** Everything the write side knows about one kind of stream: two tables of pure functions. */
export type Decider<State, Command extends Message, E extends Event> = {
  readonly initial: State;
  readonly decide: { [T in Command['type']]: (state: State, command: Of<Command, T>) => E[] };
  readonly evolve: { [T in E['type']]: (state: State, event: Of<E, T>) => State };
};

/** The state that a history leads to. */
export const fold = <S, C extends Message, E extends Event>(
  decider: Decider<S, C, E>,
  events: readonly E[],
  from: S = decider.initial,
): S => events.reduce((state, event) => (decider.evolve as any)[event.type](state, event), from);

/** The events that a command leads to; throws Refusal. */
export const decide = <S, C extends Message, E extends Event>(decider: Decider<S, C, E>, state: S, command: C): E[] =>
  (decider.decide as any)[command.type](state, command);
