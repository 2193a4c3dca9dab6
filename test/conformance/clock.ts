import { renameSync, writeFileSync } from 'node:fs';

/**
 * The clock of both servers: the reference reads it from a file, the service from its database. It stands still while they
 * answer. So both see the same instant, and their times can be compared exactly.
 */
export class Clock {
  private milliseconds = Date.parse('2031-05-05T10:00:00Z');

  constructor(readonly file: string) {
    this.advance(0);
  }

  get now(): Date {
    return new Date(this.milliseconds);
  }

  advance(seconds: number) {
    this.milliseconds += Math.round(seconds * 1000);
    // The reference reads the file at any moment. The rename prevents that it reads half a file.
    writeFileSync(`${this.file}.new`, `${this.now.toISOString().slice(0, -1).replace('T', ' ')}\n`);
    renameSync(`${this.file}.new`, this.file);
  }

  /** Each world begins at a whole hour, so that its steps give the same result again at another hour. */
  advanceToNextHour() {
    this.advance(3600 - ((this.milliseconds / 1000) % 3600));
  }
}
