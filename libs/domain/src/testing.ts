import { type Decider, decide, fold } from './decider.js';
import type { Event } from './event.js';
import { Refusal } from './refusal.js';

/** Makes specs of a decider: given(…events).when(command).then(…events), or .thenRefused(code, message). */
export const specOf =
  <S, C extends { type: string }, E extends Event>(decider: Decider<S, C, E>) =>
  (...history: readonly E[]) => ({
    when: (command: C) => {
      const act = () => decide(decider, fold(decider, history), command);
      return {
        then: (...events: readonly E[]) => expect(act()).toEqual(events),
        thenMatching: (...events: readonly { type: E['type']; data?: object }[]) => {
          const got = act();
          expect(got.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
          expect(got).toMatchObject(events);
        },
        thenRefused: (code: string, message?: string) => {
          const refusals: unknown[] = [];
          try {
            act();
          } catch (error) {
            refusals.push(error);
          }
          expect(refusals).toEqual([expect.any(Refusal)]);
          expect(refusals[0]).toMatchObject(message === undefined ? { code } : { code, message });
        },
        state: () => fold(decider, act(), fold(decider, history)),
      };
    },
  });
