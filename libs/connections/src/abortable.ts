import { AsyncLocalStorage } from 'node:async_hooks';

const signals = new AsyncLocalStorage<AbortSignal | undefined>();

/** Ends the statements of `work` when `signal` aborts: their answers are not needed any more. */
export const abortable = <T>(signal: AbortSignal, work: () => T): T => signals.run(signal, work);

/** Does work within `abortable` that must be completed all the same. */
export const unabortable = <T>(work: () => T): T => signals.run(undefined, work);

/** The signal of the current `abortable` work, for loops. */
export const currentSignal = (): AbortSignal | undefined => signals.getStore();
