import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';

/** The rest between two rounds of a loop: at least `leastMs`, and at most `mostMs` unless somebody wakes it. */
export class Rest {
  private wasWoken = false;
  private wakeUp = () => {};

  constructor(
    private readonly leastMs: number,
    private readonly mostMs: number,
  ) {}

  readonly wake = (): void => {
    this.wasWoken = true;
    this.wakeUp();
  };

  async take(): Promise<void> {
    await pause(this.leastMs);
    if (!this.wasWoken)
      await new Promise<void>((done) => {
        const timer = setTimeout(done, this.mostMs - this.leastMs);
        this.wakeUp = () => {
          clearTimeout(timer);
          done();
        };
      });
    this.wasWoken = false;
  }
}

/** Does the work when at least `ms` have passed since it was done last. */
export function regular(ms: number, work: () => Promise<void>): () => Promise<void> {
  let doneAt = performance.now();
  return async () => {
    if (performance.now() - doneAt < ms) return;
    doneAt = performance.now();
    await work();
  };
}

/** Logs once when an outage begins, and once when it ends. */
export function outageLogOf(log: Logger): (error?: Error) => void {
  let hasFailed = false;
  return (error) => {
    if (error && !hasFailed) log.warn(`Readers get no changes of running attempts at the moment: ${error.message}`);
    if (!error && hasFailed) log.log('Readers get the changes of running attempts again.');
    hasFailed = error !== undefined;
  };
}
