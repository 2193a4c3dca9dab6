import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export const folder = fileURLToPath(new URL('.', import.meta.url));

export const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');

/** A migration that runs an SQL file. The number at the start of the file's name orders it. */
export const sqlMigration = (file: string) =>
  class implements MigrationInterface {
    // TypeORM orders by the 13 digits at the end.
    readonly name = file.replace(/^(\d+)-(.*)\.sql$/, (_, number, words) => `${words}${number.padStart(13, '0')}`);

    async up(runner: QueryRunner): Promise<void> {
      await runner.query(textOf(file));
    }

    async down(): Promise<void> {
      throw new Error('Migrations go forward only.');
    }
  };
