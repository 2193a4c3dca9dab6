import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the LMS said what the roster has, so that older facts never replace newer ones, in whatever order they come. */
export class RosterTimes7000000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table enrollments add told_at timestamptz not null default now();
      alter table courses add told_at timestamptz not null default now();

      -- A person may have several roles in a course, and keeps each until that one is taken away.
      alter table course_staff
        add told_at timestamptz not null default now(),
        add is_active boolean not null default true,
        drop constraint course_staff_pkey,
        add primary key (user_id, course_id, role);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}
