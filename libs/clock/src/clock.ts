import { Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Database } from '#connections';
import { driftBetween, extrapolate, type Sample, sampleOf } from './sample.js';

const sampleEveryMs = 2_000;
const firstSamples = 3;
/** The sample with the shortest round trip is used, out of this many. */
const keptSamples = 8;
/** A clock that gains or loses more than this between two samples has jumped. */
const jumpMs = 1_000;
const stableMs = 60_000;
/** A skew above the first limit is logged. Above the second, this process ends no attempt. */
const apartMs = 1_000;
const farApartMs = 60_000;

/** The database has not been reached yet, so the time is unknown and no decision is possible. */
export class ClockNotSynchronised extends Error {
  override readonly name = 'ClockNotSynchronised';
}

export type ClockState = {
  /** The present decision time, as ISO 8601. */
  now: string;
  /** How far the clock of this process is ahead of the database's, in seconds. */
  skewSeconds: number;
  /** Why this process ends no attempt at the moment; null when it does. */
  endsNoAttempt: string | null;
};

/**
 * The time of every decision: PostgreSQL's clock, extrapolated by the monotonic clock of this process. It needs no query,
 * and the wall clock of this process plays no part. After PostgreSQL's clock jumps, the old time goes on until the new one
 * has been stable for a minute.
 */
export class Clock implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('clock');
  /** The samples since the last jump, at most `keptSamples`. */
  private samples: Sample[] = [];
  private trusted?: Sample;
  /** The monotonic time of the last jump, until a stable minute has followed. */
  private jumpedAt?: number;
  private distance = 'together';
  private timer?: NodeJS.Timeout;

  constructor(private readonly database: Database) {}

  async onModuleInit(): Promise<void> {
    for (let each = 0; each < firstSamples; each++) await this.synchronize();
    // While the database is unreachable, the time is extrapolated.
    this.timer = setInterval(() => this.synchronize().catch(() => {}), sampleEveryMs).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** The decision time, as ISO 8601. @throws ClockNotSynchronised */
  now(): string {
    return new Date(this.milliseconds()).toISOString();
  }

  /** The decision time, in milliseconds since 1970. @throws ClockNotSynchronised */
  milliseconds(): number {
    if (!this.trusted) throw new ClockNotSynchronised('The time of the database is not known yet. Please try again.');
    const { decision, rate, database } = this.samples.at(-1)!;
    return decision + rate * (extrapolate(this.trusted, performance.now()) - database);
  }

  /** Why this process must not end an attempt whose time is over; undefined when it may. */
  reasonToEndNoAttempt(): string | undefined {
    if (this.jumpedAt !== undefined) return 'the clock of the database jumped less than a minute ago';
    if (Math.abs(this.skewMs()) > farApartMs) return 'the clocks of process and database are more than a minute apart';
    return undefined;
  }

  state(): ClockState {
    return {
      now: this.now(),
      skewSeconds: this.skewMs() / 1000,
      endsNoAttempt: this.reasonToEndNoAttempt() ?? null,
    };
  }

  /** Takes a sample of the database's clock. */
  async synchronize(): Promise<void> {
    const sample = await sampleOf(this.database);
    const last = this.samples.at(-1);
    if (last && sample.monotonic - sample.roundTrip / 2 < last.monotonic - last.roundTrip / 2) return; // an older one
    const jump = last ? driftBetween(shortest(this.samples), sample) : 0;
    if (Math.abs(jump) > jumpMs) {
      this.samples = [];
      this.jumpedAt = sample.monotonic;
      this.log.warn(`The clock of the database jumped by ${seconds(jump)}. No attempt is ended for a minute.`);
    }
    this.samples = [...this.samples, sample].slice(-keptSamples);
    if (this.jumpedAt !== undefined && sample.monotonic - this.jumpedAt >= stableMs) {
      this.jumpedAt = undefined;
      this.log.log('The clock of the database has been stable for a minute: attempts are ended again.');
    }
    if (this.jumpedAt === undefined) this.trusted = shortest(this.samples);
    this.reportDistance();
  }

  private skewMs(): number {
    if (!this.trusted) return 0;
    return Date.now() - extrapolate(shortest(this.samples), performance.now());
  }

  private reportDistance() {
    const skew = this.skewMs();
    const distance = Math.abs(skew) > farApartMs ? 'far apart' : Math.abs(skew) > apartMs ? 'apart' : 'together';
    if (distance === this.distance) return;
    this.distance = distance;
    if (distance === 'together') return this.log.log('The clocks of process and database agree again.');
    const ends = distance === 'far apart' ? 'This process ends no attempt.' : "Decisions follow the database's.";
    this.log.warn(`The clock of this process differs from the database's by ${seconds(skew)}. ${ends}`);
  }
}

const shortest = (samples: readonly Sample[]): Sample =>
  samples.reduce((best, each) => (each.roundTrip < best.roundTrip ? each : best));

const seconds = (milliseconds: number) => `${milliseconds > 0 ? '+' : ''}${(milliseconds / 1000).toFixed(1)} s`;
