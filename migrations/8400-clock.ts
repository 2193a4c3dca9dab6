import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The decision time by the clock of the database. Tests replace the function to move or stop the time; only the owner of
 * the database can do so.
 */
export class Clock8400000000000 implements MigrationInterface {
  async up(db: QueryRunner) {
    await db.query(`
      create function decision_time(at timestamptz) returns timestamptz language sql stable as 'select at'`);
  }

  async down(db: QueryRunner) {
    await db.query('drop function decision_time');
  }
}
