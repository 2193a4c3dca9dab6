import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What passes between this service and proctoring vendors. */
export class Vendors4000000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Reviews that could not be understood. Without a user nobody knows whose it is. Bodies are sealed.
      create table quarantined_callbacks (
        id bigint primary key generated always as identity,
        route text not null,
        external_id text,
        user_id bigint,
        body text not null,
        digest bytea not null unique,
        reason text not null,
        times integer not null default 1,
        received_at timestamptz not null default now()
      );

      -- Attempts that a vendor knows and the log does not yet: those that stay are removed at the vendor.
      create table unclaimed_registrations (
        provider text not null,
        attempt_external_id text not null,
        exam_external_id text,
        recorded_at timestamptz not null default now(),
        primary key (provider, attempt_external_id)
      );

      -- Events of the batch in hand that a vendor has heard of, so that a repeated batch does not tell them again.
      create table vendor_deliveries (
        provider text not null,
        event_id uuid not null,
        primary key (provider, event_id)
      );

      create table vendor_circuits (
        provider text primary key,
        state text not null,
        since timestamptz not null default now()
      );

      -- Where an attempt's history is, for those who know nothing but its code.
      create index attempt_codes on events ((data->>'attemptCode')) where type = 'AttemptCreated';

      grant select, insert, update, delete on quarantined_callbacks, unclaimed_registrations, vendor_deliveries,
        vendor_circuits to proctoring_app;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
