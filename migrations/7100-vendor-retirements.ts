import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which vendors have said that they deleted a learner. Ids only. `backend` as the exam has it; '' where it names none. */
export class VendorRetirements7100000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table vendor_retirements (
        user_id bigint,
        backend text,
        told_at timestamptz not null default now(),
        primary key (user_id, backend)
      );
      grant select, insert, update on vendor_retirements to proctoring_app;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
