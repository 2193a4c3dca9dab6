import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { isAlive, startPostgres, stopPostgres } from './embedded-postgres.js';

describe('the PostgreSQL that comes along', () => {
  let home: string;
  let dataDir: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'embedded-postgres-'));
    // Nobody but its owner may enter, as with root's own home.
    await mkdir(join(home, 'closed'), { mode: 0o700 });
    dataDir = join(home, 'closed', 'data');
    const { url, stop } = await startPostgres({ dataDir });
    await query(url, 'create table exams as select 4 as id');
    await stop();
  });
  afterAll(async () => {
    await stopPostgres(dataDir);
    await rm(home, { recursive: true });
  });

  async function query(url: string, text: string) {
    const client = new pg.Client(url);
    await client.connect();
    return client.query(text).finally(() => client.end());
  }
  const exams = async (url: string) => (await query(url, 'select id from exams')).rows;
  const pidFile = () => join(dataDir, 'cluster/postmaster.pid');
  const postmaster = async () => Number((await readFile(pidFile(), 'utf8')).split('\n')[0]);
  const endedProcess = async () => {
    const { pid } = await once(spawn('true'), 'exit').then(() => spawn('true'));
    return pid!;
  };

  it('keeps what was written, with checksums, and ends when it is told to', async () => {
    const { url, stop } = await startPostgres({ dataDir });
    expect(await exams(url)).toEqual([{ id: 4 }]);
    expect((await query(url, 'show data_checksums')).rows).toEqual([{ data_checksums: 'on' }]);
    const pid = await postmaster();
    await stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is not for everybody on the machine', async () => {
    const { url, stop } = await startPostgres({ dataDir });
    const wrong = Object.assign(new URL(url), { password: 'guessed' }).href;
    await expect(query(wrong, 'select 1')).rejects.toThrow('password');
    await stop();
  });

  it('is shared with a second process of the same service, and stays while the first lives', async () => {
    const first = await startPostgres({ dataDir });
    const second = await startPostgres({ dataDir });
    expect(second.url).toBe(first.url);
    await second.stop();
    expect(await exams(first.url)).toEqual([{ id: 4 }]);
    await first.stop();
  });

  it('is taken over from a process that was killed', async () => {
    const { url } = await startPostgres({ dataDir });
    await writeFile(join(dataDir, 'owner'), String(await endedProcess()));
    const next = await startPostgres({ dataDir });
    expect(next.url).toBe(url);
    await next.stop();
    expect(existsSync(pidFile())).toBe(false);
  });

  it('starts again after it was killed itself', async () => {
    await startPostgres({ dataDir });
    process.kill(await postmaster(), 'SIGKILL');
    const { url, stop } = await startPostgres({ dataDir });
    expect(await exams(url)).toEqual([{ id: 4 }]);
    await stop();
  });

  it('starts although its number belongs to another process by now', async () => {
    await startPostgres({ dataDir });
    const left = (await readFile(pidFile(), 'utf8')).replace(/^\d+/, String(process.pid));
    await stopPostgres(dataDir);
    await writeFile(pidFile(), left);
    const { url, stop } = await startPostgres({ dataDir });
    expect(await exams(url)).toEqual([{ id: 4 }]);
    await stop();
  });

  it('is made once when two processes start at the same time', async () => {
    const fresh = join(home, 'closed', 'fresh');
    const [first, second] = await Promise.all([startPostgres({ dataDir: fresh }), startPostgres({ dataDir: fresh })]);
    expect(second.url).toBe(first.url);
    await stopPostgres(fresh);
  });

  it('says what is wrong when it cannot start', async () => {
    await expect(startPostgres({ dataDir, settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
      'invalid value for parameter "shared_buffers"',
    );
  });
});
