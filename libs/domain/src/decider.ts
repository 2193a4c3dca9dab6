import type { Event } from './event.js';

type Message = { readonly type: string };

/** A table with one pure function for each type of message. */
export type Handlers<State, M extends Message, Result> = {
  readonly [T in M['type']]: (state: State, message: M & { type: T }) => Result;
};

/** Calls the function for the message's type. `T` ties the message to that function, so no cast is needed. */
export const dispatch = <S, M extends Message, R, T extends M['type']>(
  handlers: Handlers<S, M, R>,
  state: S,
  message: M & { type: T },
): R => handlers[message.type](state, message);

/** The write side of one kind of stream: two tables of pure functions. */
export type Decider<State, Command extends Message, E extends Event> = {
  readonly initial: State;
  readonly decide: Handlers<State, Command, E[]>;
  readonly evolve: Handlers<State, E, State>;
};

/** The state that a history leads to. */
export const fold = <S, C extends Message, E extends Event, T extends E['type']>(
  decider: Decider<S, C, E>,
  events: readonly (E & { type: T })[],
  from: S = decider.initial,
): S => events.reduce((state, event) => dispatch(decider.evolve, state, event), from);

/** The events that a command leads to; throws Refusal. */
export const decide = <S, C extends Message, E extends Event, T extends C['type']>(
  decider: Decider<S, C, E>,
  state: S,
  command: C & { type: T },
): E[] => dispatch(decider.decide, state, command);
