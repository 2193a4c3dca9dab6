import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which message of which event is where in Kafka, and how often followers failed. */
export class Deliveries6000000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table deliveries (
        event_id uuid,
        topic text,
        partition integer,
        "offset" bigint,
        ce_id text not null,
        published_at timestamptz not null default now(),
        primary key (event_id, topic, partition, "offset")
      );
      grant select, insert, update, delete on deliveries to proctoring_app;

      alter table checkpoints add failures bigint not null default 0;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
