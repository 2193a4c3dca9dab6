import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Disclosure, falseDisclosures } from '../../libs/evidence/src/index.js';
import {
  cosignerOf,
  newestSignedCheckpoint,
  parseNote,
  readLogKeys,
  signatureLine,
} from '../../libs/merkle-log/src/index.js';
import { merkleLogOf, type TestedLog } from '../../libs/merkle-log/src/testing.js';
import { courseId, openService, type Person, people, publishedExam, roster, tokenOf } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const auditor: Person = { user_id: 9, preferred_username: 'auditor', scopes: ['audit:read'] };
const root = '/api/edx_proctoring/v1/proctored_exam';
const reason = 'Notes on the desk';

const witnessNamed = (name: string) => cosignerOf(name, generateKeyPairSync('ed25519').privateKey, () => 1_930_000_000);
const witness = witnessNamed('witness.example.org');

let service: Awaited<ReturnType<typeof openService>>;
let worker: TestedLog;
let folder: string;
let attempt: number;

const ask = (...request: Parameters<typeof service.request>) => service.request(...request);
const path = (query = '') => `/api/audit/v1/attempts/${attempt}/evidence${query}`;

async function bundle(query = '', person: Person = teacher): Promise<Buffer> {
  const { authorization } = await headersOf(person);
  const answer = await service.app.inject({ url: path(query), headers: { authorization } });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('application/zip');
  return answer.rawPayload;
}
const headersOf = async (person: Person) => ({ authorization: `JWT ${await tokenOf(person)}` });

/** Unpacks a bundle into a new folder. */
function unpacked(zip: Buffer): string {
  const into = mkdtempSync(join(folder, 'bundle-'));
  writeFileSync(`${into}.zip`, zip);
  const { status, stderr } = spawnSync('python3', ['-m', 'zipfile', '-e', `${into}.zip`, into], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return into;
}

/** Runs the verifier of a bundle without any environment, in a folder with nothing else. */
function verify(verifier: string, ...args: string[]) {
  const cwd = mkdtempSync(join(folder, 'empty-'));
  const program = join(verifier, 'verify.mjs');
  return spawnSync(process.execPath, [program, ...args], { cwd, env: {}, encoding: 'utf8' });
}

const filesIn = (bundleFolder: string) =>
  readdirSync(bundleFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(bundleFolder.length + 1));

const signedAgain = async () => {
  const size = (await worker.size())!;
  await worker.sign();
  return size;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  service = await openService({ WITNESSES: `${witness.vkey} http://127.0.0.1:9` });
  worker = merkleLogOf(service.database.pool);
  await ask(staff, 'PUT', '/api/lms/v1/roster', roster);
  const published = await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, [
    publishedExam('midterm'),
  ]);
  const asked = { exam_id: published.body[0].exam_id, attempt_proctored: 'true', start_clock: 'true' };
  attempt = (await ask(alice, 'POST', `${root}/attempt`, asked)).body.exam_attempt_id;
});
afterAll(async () => {
  await worker.close();
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

it('there is no evidence before a signed checkpoint covers the attempt', async () => {
  for (const url of [path(), `${path()}/timeline`])
    expect(await ask(teacher, 'GET', url)).toMatchObject({ status: 202, headers: { 'retry-after': '10' } });
});

describe('the evidence about an attempt', () => {
  let zip: Buffer;
  let original: string;
  beforeAll(async () => {
    expect((await ask(alice, 'PUT', `${root}/attempt/${attempt}`, { action: 'submit' })).status).toBe(200);
    expect((await ask(teacher, 'POST', `/api/exams/v1/attempts/${attempt}/reject`, { reason })).status).toBe(200);
    worker.build();
    const { rows } = await service.database.pool.query('select count(*)::int as events from events');
    await worker.grown(rows[0].events + 1);
    await signedAgain();
    zip = await bundle();
    original = unpacked(zip);
  });

  it('has a timeline that is also downloaded alone', async () => {
    const answer = await service.app.inject({ url: `${path()}/timeline`, headers: await headersOf(teacher) });
    expect(answer.headers['content-type']).toBe('application/pdf');
    expect(answer.rawPayload.equals(readFileSync(join(original, 'timeline.pdf')))).toBe(true);
  });

  it('is verified in an empty folder, without the service and the project', async () => {
    const [{ publicKey }] = (await readLogKeys(worker.events)) as unknown as [{ publicKey: string }];
    const { status, stdout, stderr } = verify(original, '--key', publicKey);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(publicKey);
    expect(verify(original)).toMatchObject({ status: 0, stdout: expect.stringContaining('compare it with the key') });
    const other = createHash('sha256').update('another key').digest('base64');
    expect(verify(original, '--key', other)).toMatchObject({
      status: 1,
      stderr: 'checkpoint.txt: the given key has not signed it\n',
    });
    expect(verify(original, '--key').status).toBe(1);
  });

  it('has the same bytes for the same signed checkpoint', async () => {
    expect(zip.equals(await bundle())).toBe(true);
    await ask(alice, 'GET', `/api/exams/v1/me/attempts/${attempt}/timeline`);
    expect(zip.equals(await bundle('', staff))).toBe(true);
  });

  it('is what a committee can read, and has no text of people', () => {
    const html = readFileSync(join(original, 'timeline.html'), 'utf8');
    expect(html).toContain('The exam was handed in.');
    expect(html).toContain('The attempt was rejected. It does not count as proctored. Its text is encrypted');
    expect(html).toContain(`staff (user ${teacher.user_id})`);
    const pdf = readFileSync(join(original, 'timeline.pdf'), 'latin1');
    expect(pdf).toMatch(/^%PDF-1\.7/);
    for (const tag of ['/MarkInfo', '/StructTreeRoot', '/Lang (en-GB)', 'pdfuaid']) expect(pdf).toContain(tag);
    const states = readFileSync(join(original, 'states.ndjson'), 'utf8').trim().split('\n');
    expect(states.map((line) => JSON.parse(line).state.status)).toEqual([
      'created',
      'started',
      'submitted',
      'rejected',
    ]);
    for (const name of filesIn(original)) expect(readFileSync(join(original, name), 'utf8')).not.toContain(reason);
  });

  it('has the checkpoint that a witness cosigned, and the verifier checks the cosignature', async () => {
    expect(verify(original, '--witness', witness.vkey)).toMatchObject({
      status: 1,
      stderr: 'checkpoint.txt: the given witness has not cosigned it\n',
    });
    const { pool } = service.database;
    const { tree, note, head } = (await newestSignedCheckpoint(pool))!;
    const cosigned = note + signatureLine(parseNote(note).text, witness);
    const text = 'insert into signed_checkpoints (tree, size, note, witnesses) values ($1, $2, $3, $4)';
    await pool.query(text, [tree, head.size, cosigned, [witness.vkey]]);
    const witnessed = unpacked(await bundle());
    expect(verify(witnessed, '--witness', witness.vkey)).toMatchObject({ status: 0, stderr: '' });
    expect(verify(witnessed, '--witness', witnessNamed('witness.example.org').vkey).status).toBe(1);
  });

  it('shows a change of one byte in any of its files, and names the file', () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
    console.info(`SEED=${seed}`);
    const next = randomNumbers(seed);
    const names = filesIn(original);
    expect(names).toEqual(expect.arrayContaining(['SHA256SUMS', 'verify.mjs', 'timeline.pdf', 'proofs/1.txt']));
    for (const name of names) {
      const changed = mkdtempSync(join(folder, 'changed-'));
      cpSync(original, changed, { recursive: true });
      const bytes = readFileSync(join(changed, name));
      const at = next(bytes.length || 1);
      if (bytes.length === 0) writeFileSync(join(changed, name), 'x');
      else {
        bytes[at] = bytes[at]! ^ (1 + next(255));
        writeFileSync(join(changed, name), bytes);
      }
      const { status, stderr } = verify(original, changed);
      const named = stderr.split('\n').some((line) => line.startsWith(`${name}: `));
      expect({ name, at, status, named }).toEqual({ name, at, status: 1, named: true });
      rmSync(changed, { recursive: true });
    }
  });

  it('shows a change of the events even if all digests are made anew', () => {
    for (const [name, before, after] of [
      ['events.ndjson', 'AttemptRejected', 'AttemptVerified'],
      ['leaves.ndjson', '"recordedAt":"2', '"recordedAt":"1'],
      ['checkpoint.txt', '\n', '1\n'],
    ] as const) {
      const forged = mkdtempSync(join(folder, 'forged-'));
      cpSync(original, forged, { recursive: true });
      writeFileSync(join(forged, name), readFileSync(join(forged, name), 'utf8').replace(before, after));
      writeSums(forged);
      const { status, stderr } = verify(original, forged);
      expect(status).toBe(1);
      expect(stderr).toContain(name);
      expect(stderr).not.toContain('was changed');
    }
  });

  it('shows a file that was added or removed', () => {
    const changed = mkdtempSync(join(folder, 'changed-'));
    cpSync(original, changed, { recursive: true });
    mkdirSync(join(changed, 'more'));
    writeFileSync(join(changed, 'more', 'note.txt'), 'x');
    writeFileSync(join(changed, 'SHA256SUMS.more'), 'x');
    rmSync(join(changed, 'access.ndjson'));
    const { stderr } = verify(original, changed);
    expect(stderr).toContain('more/note.txt: was added\n');
    expect(stderr).toContain('SHA256SUMS.more: was added\n');
    expect(stderr).toContain('access.ndjson: is missing\n');
  });

  it('has personal data for staff who ask for it, and the access log says that the learner key was used', async () => {
    expect(await ask(auditor, 'GET', path('?personal=true'))).toMatchObject({ status: 403 });
    expect(await ask(bob, 'GET', path())).toMatchObject({ status: 403 });
    expect(await ask(teacher, 'GET', path('?personal=yes'))).toMatchObject({ status: 400 });
    const disclosed = unpacked(await bundle('?personal=true'));
    expect(verify(disclosed).status).toBe(0);
    expect(JSON.parse(readFileSync(join(disclosed, 'personal.ndjson'), 'utf8'))).toMatchObject({ text: reason });
    expect(readFileSync(join(disclosed, 'timeline.html'), 'utf8')).toContain(`Text: ${reason}`);
    const { body } = await ask(staff, 'GET', `/api/audit/v1/access?object=learner-key:${alice.user_id}`);
    const uses = String(body)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(uses).toContainEqual(
      expect.objectContaining({
        user_id: teacher.user_id,
        action: 'GET /api/audit/v1/attempts/:attemptId/evidence',
        outcome: 'begun',
      }),
    );
    expect(uses.every(({ user_id }) => user_id === teacher.user_id)).toBe(true);
  });
});

describe('an operator, in another time zone', () => {
  const program = 'dist/apps/cli/src/main.js';
  beforeAll(() => {
    if (!existsSync(program)) throw new Error(`${program} is missing: npm test builds it, and so does npm run build`);
  });

  const operate = (...args: string[]) => {
    const { configuration, database } = service;
    const settings = {
      WITNESSES: `${witness.vkey} http://127.0.0.1:9`,
      DATA_DIR: configuration.dataDir,
      TZ: 'Asia/Tokyo',
      NODE_OPTIONS: '',
    };
    const env = { ...process.env, ...database.environment, ...settings };
    return spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });
  };

  it('writes the same bytes into a new file', async () => {
    const out = join(folder, 'by-operator.zip');
    const args = ['evidence', '--attempt', String(attempt), '--out', out];
    expect(operate(...args)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(out).equals(await bundle())).toBe(true);
    expect(operate(...args)).toMatchObject({ status: 1, stderr: expect.stringContaining('file already exists') });
  });

  it('gets and checks disclosed texts, and the access log says so', async () => {
    const out = join(folder, 'personal.zip');
    const args = ['--attempt', String(attempt)];
    expect(operate('evidence', ...args, '--personal', '--out', out).status).toBe(0);
    const file = join(unpacked(readFileSync(out)), 'personal.ndjson');
    expect(operate('check-disclosures', ...args, '--file', file)).toMatchObject({
      status: 0,
      stdout: 'Texts that encrypt to those in the log: 1.\n',
    });
    writeFileSync(file, readFileSync(file, 'utf8').replace(reason, 'Nothing on the desk'));
    expect(operate('check-disclosures', ...args, '--file', file)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Not the texts in the log'),
    });
    const { body } = await ask(staff, 'GET', `/api/audit/v1/access?object=learner-key:${alice.user_id}`);
    for (const action of ['ops evidence', 'ops check-disclosures']) expect(body).toContain(`"action":"${action}"`);
  });
});

describe('after the retirement of the learner', () => {
  const learner = () => ({ stream: `attempts-1-${alice.user_id}`, examId: 1, userId: alice.user_id });
  let before: string;
  let disclosed: Disclosure;
  beforeAll(async () => {
    before = unpacked(await bundle('?personal=true'));
    disclosed = JSON.parse(readFileSync(join(before, 'personal.ndjson'), 'utf8'));
  });

  it('disclosed texts encrypted again to the logged ones while the key lived, and others did not', async () => {
    const { pool } = service.database;
    expect(await falseDisclosures(pool, learner(), [disclosed])).toEqual([]);
    const other = { ...disclosed, text: 'Nothing on the desk' };
    expect(await falseDisclosures(pool, learner(), [other, { ...disclosed, version: 1 }])).toEqual([
      disclosed.version,
      1,
    ]);
  });

  it('the older bundle, a new one, the history and the chain verify', async () => {
    const retirement: Person = { user_id: 8, preferred_username: 'retirement_worker' };
    const url = `/api/edx_proctoring/v1/retire_user/${alice.user_id}/`;
    expect((await ask(retirement, 'POST', url)).status).toBe(204);
    const { rows } = await service.database.pool.query('select count(*)::int as events from events');
    await worker.grown(rows[0].events + 1);
    expect(verify(before).status).toBe(0);

    const after = unpacked(await bundle('?personal=true'));
    expect(verify(after).status).toBe(0);
    expect(JSON.parse(readFileSync(join(after, 'personal.ndjson'), 'utf8'))).toEqual({ ...disclosed, text: null });
    const { body } = await ask(auditor, 'GET', `/api/audit/v1/attempts/${attempt}/history`);
    expect(body.is_intact).toBe(true);
    await expect(falseDisclosures(service.database.pool, learner(), [disclosed])).rejects.toThrow('was destroyed');
  });
});

function writeSums(bundleFolder: string) {
  const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
  const names = filesIn(bundleFolder).filter((name) => !name.startsWith('SHA256SUMS'));
  const sums = names
    .sort()
    .map((name) => `${sha256(readFileSync(join(bundleFolder, name)))}  ${name}\n`)
    .join('');
  writeFileSync(join(bundleFolder, 'SHA256SUMS'), sums);
  writeFileSync(join(bundleFolder, 'SHA256SUMS.sha256'), `${sha256(sums)}  SHA256SUMS\n`);
}

/** Numbers from 0 up to but not including a limit, the same for the same seed. */
function randomNumbers(seed: number) {
  let state = seed;
  return (limit: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % limit;
  };
}
