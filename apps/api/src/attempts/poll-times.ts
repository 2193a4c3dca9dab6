import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Database, unabortable } from '#connections';
import { type AttemptPoll, recordAttemptPolls } from '#read-models';

const flushMs = 2_000;
const minute = 60_000;

/** Records when learners' pages poll, for staff who watch an exam. No poll waits for it. */
@Injectable()
export class PollTimes implements OnApplicationShutdown {
  private readonly log = new Logger('PollTimes');
  private waiting: AttemptPoll[] = [];
  /** When each attempt's poll was recorded last, in milliseconds; the oldest first. */
  private readonly recorded = new Map<number, number>();
  private timer?: NodeJS.Timeout;
  private hasFailed = false;

  constructor(private readonly database: Database) {}

  record({ id: attemptId, userId }: { id: number; userId: number }, polledAt: string): void {
    const now = Date.parse(polledAt);
    const before = this.recorded.get(attemptId);
    if (before !== undefined && before > now - minute) return;
    this.recorded.delete(attemptId);
    this.recorded.set(attemptId, now);
    this.waiting.push({ attemptId, userId, polledAt });
    this.timer ??= setTimeout(() => void this.flush(), flushMs);
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    if (this.waiting.length > 0) await this.flush();
  }

  private async flush(): Promise<void> {
    this.timer = undefined;
    const polls = this.waiting;
    this.waiting = [];
    this.forgetOld(Date.parse(polls.at(-1)!.polledAt));
    try {
      await unabortable(() => recordAttemptPolls(this.database, polls));
      this.hasFailed = false;
    } catch (error) {
      for (const { attemptId } of polls) this.recorded.delete(attemptId);
      if (!this.hasFailed) this.log.warn(`The times of polls cannot be recorded: ${(error as Error).message}`);
      this.hasFailed = true;
    }
  }

  private forgetOld(now: number): void {
    for (const [attemptId, at] of this.recorded) {
      if (at > now - minute) return;
      this.recorded.delete(attemptId);
    }
  }
}
