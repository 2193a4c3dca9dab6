import { setMaxListeners } from 'node:events';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Database } from '#connections';
import { type Lease, type LeaseOptions, whileLeading } from '#event-store';
import { failureLog, runEvery } from './run-every.js';

export abstract class LeaseSettings implements Pick<LeaseOptions, 'leaseMs'> {
  readonly leaseMs?: number;
}

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;

type Work = (signal: AbortSignal) => Promise<unknown>;

/** Runs work beside the requests until the application shuts down; the shutdown waits for it. */
@Injectable()
export class Background implements BeforeApplicationShutdown {
  private readonly ending = new AbortController();
  private readonly running: Promise<unknown>[] = [];

  constructor(
    private readonly database: Database,
    readonly lease: LeaseSettings,
  ) {
    // All work listens to this signal. Node's warning about more than ten listeners is not for it.
    setMaxListeners(0, this.ending.signal);
  }

  run(work: Work): void {
    this.running.push(work(this.ending.signal));
  }

  /** Repeats work in every process. */
  every(ms: number, name: string, work: Work): void {
    this.run((signal) => runEvery(ms, name, signal, () => work(signal)));
  }

  /** Repeats work in one process at a time, and never in a process for which `doubt` gives a reason. */
  inOneProcess(ms: number, name: string, work: Work, doubt: () => string | undefined = () => undefined): void {
    const log = new Logger(name);
    const report = failureLog(name);
    const unlessInDoubt = async (leading: AbortSignal, lease: Lease) => {
      const reason = doubt();
      if (reason) lease.lose(reason);
      else await work(leading);
    };
    this.run((signal) =>
      whileLeading(
        this.database,
        name,
        signal,
        (leading, lease) => runEvery(ms, name, leading, () => unlessInDoubt(leading, lease)),
        {
          ...this.lease,
          mayLead: () => doubt() === undefined,
          onLead: (line) => log.log(line),
          onError: (error) => report((error as Error).message),
        },
      ),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.ending.abort();
    await Promise.all(this.running);
  }
}
