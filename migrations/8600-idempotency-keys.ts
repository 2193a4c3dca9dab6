import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The Idempotency-Keys of HTTP requests, each with the one request that may use it. They and the commands' answers are pruned. */
export class IdempotencyKeys8600000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table idempotency_keys (
        -- A hash of the caller and the key.
        key text primary key,
        -- A hash of the whole request: caller, key, method, path and body. It is also the key in commands.
        fingerprint text not null,
        -- Until then one request does the work and others are refused. Null: no request runs.
        running_until timestamptz,
        -- Null until the request succeeded.
        answer json,
        recorded_at timestamptz(3) not null default now()
      );
      create index on idempotency_keys (recorded_at);
      create index on commands (recorded_at);
      grant select, insert, update, delete on idempotency_keys to proctoring_app;
      grant delete on commands to proctoring_app;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
