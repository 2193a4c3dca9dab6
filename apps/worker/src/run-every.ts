import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';

/** Repeats `work` every `ms` milliseconds until `signal` is aborted, even after failures. Logs each new failure once. */
export async function runEvery(
  ms: number,
  name: string,
  signal: AbortSignal,
  work: () => Promise<unknown>,
): Promise<void> {
  const log = new Logger(name);
  let failure = '';
  while (!signal.aborted) {
    const message = await work().then(
      () => '',
      (error: Error) => error.message,
    );
    if (message !== '' && message !== failure) log.warn(message);
    if (message === '' && failure !== '') log.log('It works again.');
    failure = message;
    await pause(ms, undefined, { signal }).catch(() => {});
  }
}
