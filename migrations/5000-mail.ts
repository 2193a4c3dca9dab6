import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What became of the mail that an event led to: no event is mailed twice. Ids only. */
export class Mail5000000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table mails (
        event_id uuid primary key,
        outcome text not null,
        recorded_at timestamptz not null default now()
      );
      grant select, insert on mails to proctoring_app;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
