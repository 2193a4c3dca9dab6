import { AsyncLocalStorage } from 'node:async_hooks';

const signals = new AsyncLocalStorage<AbortSignal | undefined>();

/** Statements that `work` leads to end when `signal` is aborted: nobody waits for their answers any more. */
export const abortable = <T>(signal: AbortSignal, work: () => T): T => signals.run(signal, work);

/** Within abortable work, what must be done all the same. */
export const unabortable = <T>(work: () => T): T => signals.run(undefined, work);

/** For loops in abortable work. */
export const currentSignal = (): AbortSignal | undefined => signals.getStore();
