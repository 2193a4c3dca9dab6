import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Rows that change often find room in their own page: then an update touches one page and no index. Tables of few rows
 * get the most room. The values count for pages that are written from now on.
 */
export class RoomForUpdates8410000000000 implements MigrationInterface {
  async up(db: QueryRunner) {
    await db.query(`
      alter table attempts set (fillfactor = 80);
      alter table attempt_groups set (fillfactor = 80);
      alter table attempt_learners set (fillfactor = 80);
      alter table enrollments set (fillfactor = 80);
      alter table credit_statuses set (fillfactor = 80);
      alter table checkpoints set (fillfactor = 20);
      alter table vendor_circuits set (fillfactor = 20);
    `);
  }

  async down(db: QueryRunner) {
    await db.query(`
      alter table attempts reset (fillfactor);
      alter table attempt_groups reset (fillfactor);
      alter table attempt_learners reset (fillfactor);
      alter table enrollments reset (fillfactor);
      alter table credit_statuses reset (fillfactor);
      alter table checkpoints reset (fillfactor);
      alter table vendor_circuits reset (fillfactor);
    `);
  }
}
