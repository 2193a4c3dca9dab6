import { renameSync, writeFileSync } from 'node:fs';

/**
 * The clock of both servers: the reference reads it in a file, the service's database is told. It stands still while they
 * answer, so they see the same instant and their times can be compared exactly.
 */
export class Clock {
  private milliseconds = Date.parse('2031-05-05T10:00:00Z');

  constructor(readonly file: string) {
    this.pass(0);
  }

  get now(): Date {
    return new Date(this.milliseconds);
  }

  pass(seconds: number) {
    this.milliseconds += Math.round(seconds * 1000);
    // The reference reads the file at every look at the clock: it must never find half of it.
    writeFileSync(`${this.file}.new`, `${this.now.toISOString().slice(0, -1).replace('T', ' ')}\n`);
    renameSync(`${this.file}.new`, this.file);
  }

  /** On to the next whole hour: what happens from here on can be repeated at other hours. */
  passToNextHour() {
    this.pass(3600 - ((this.milliseconds / 1000) % 3600));
  }
}
