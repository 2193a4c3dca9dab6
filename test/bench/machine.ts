import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import type pg from 'pg';

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;

export const loadAverage = (): string =>
  loadavg()
    .map((value) => value.toFixed(2))
    .join(', ');

/** The facts on which the figures depend, by name. */
export async function machine(admin: pg.Pool): Promise<Record<string, string>> {
  const settings = [
    'fsync',
    'synchronous_commit',
    'full_page_writes',
    'shared_buffers',
    'max_wal_size',
    'checkpoint_timeout',
  ];
  const shown = async (name: string) => `${name} ${(await admin.query(`show ${name}`)).rows[0][name]}`;
  const { rows } = await admin.query('show server_version');
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    CPU: `${cpus()[0].model.trim()}, ${cpus().length} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    system: `${platform()} ${release()} ${arch()}`,
    'load before': loadAverage(),
    Node: process.version,
    PostgreSQL: `${rows[0].server_version}, embedded; ${(await Promise.all(settings.map(shown))).join(', ')}`,
    packages: ['pg', 'fastify', '@nestjs/core', '@event-driven-io/emmett-postgresql']
      .map((name) => `${name} ${versionOf(name)}`)
      .join(', '),
  };
}
