import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';

/** Logs each new failure once, and its end. The text of no failure is ''. */
export function failureLog(name: string): (failure: string) => void {
  const log = new Logger(name);
  let last = '';
  return (failure) => {
    if (failure !== '' && failure !== last) log.warn(failure);
    if (failure === '' && last !== '') log.log('It works again.');
    last = failure;
  };
}

/** Repeats `work` every `ms` milliseconds until `signal` is aborted, even after failures. */
export async function runEvery(
  ms: number,
  name: string,
  signal: AbortSignal,
  work: () => Promise<unknown>,
): Promise<void> {
  const report = failureLog(name);
  while (!signal.aborted) {
    await work().then(
      () => report(''),
      (error: Error) => report(error.message),
    );
    await pause(ms, undefined, { signal }).catch(() => {});
  }
}
