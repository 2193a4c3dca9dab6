import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { started } from '../../libs/event-store/src/testing.js';
import { logVerifiers, newestSignedCheckpoint, openCheckpoint, readLogKeys } from '../../libs/merkle-log/src/index.js';
import { merkleLogOf, type TestedLog } from '../../libs/merkle-log/src/testing.js';
import { openDatabase, type TestDatabase } from '../support/database.js';

const program = 'dist/apps/cli/src/main.js';
let database: TestDatabase;
let log: TestedLog;
beforeAll(async () => {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm test builds it, and so does npm run build`);
  database = await openDatabase();
  log = merkleLogOf(database.pool);
  log.build();
  await log.grown(1);
  await log.sign();
  await log.grown(2); // the first key
});
afterAll(async () => {
  await log.close();
  await database.close();
});

async function ops(...args: string[]) {
  const env = { ...process.env, ...database.environment, DATA_DIR: log.folder, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, [program, ...args, '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? -1)));
  const [out, said, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const lines = out.split('\n').filter(Boolean);
  return { code, said, lines: lines.map((line) => JSON.parse(line)) };
}

let learners = 0;
/** The keys that sign the tree after it has grown by 1,000 events more. */
async function signersOfNext(): Promise<string[]> {
  await log.sit(String(learners++), Array(1000).fill(started));
  const { rows } = await database.owner.query('select count(*)::int as events from events');
  await log.grown(1 + rows[0].events);
  await log.sign();
  const { note, head, tree } = (await newestSignedCheckpoint(database.pool))!;
  const keys = await readLogKeys(log.events);
  const { signatures } = openCheckpoint(note, logVerifiers(keys, head.origin, tree, head.size));
  return signatures.map(({ verifier }) => verifier.publicKey.export({ format: 'jwk' }).x!).map(asBase64);
}

const asBase64 = (text: string) => Buffer.from(text, 'base64url').toString('base64');
const keyFile = () => readFileSync(join(log.folder, 'log-signing-key'), 'utf8').trim().split('\n');

it('a key is rotated: a dry run changes nothing, then both sign, then the new one alone', async () => {
  const first = (await readLogKeys(log.events))[0]!.publicKey;
  expect(await ops('rotate-log-key', '--dry-run')).toMatchObject({
    code: 0,
    lines: [{ events: ['LogKeyIntroduced'] }],
  });
  expect(keyFile()).toHaveLength(1);
  expect(await ops('retire-log-key', '--key', first)).toMatchObject({
    code: 1,
    lines: [{ error: 'This is the only key that signs: rotate the key first.' }],
  });

  const { code, lines } = await ops('rotate-log-key');
  expect(code).toBe(0);
  const second = lines[0].key;
  expect(keyFile()).toHaveLength(2);
  expect((await signersOfNext()).sort()).toEqual([first, second].sort());

  expect(await ops('retire-log-key', '--key', first)).toMatchObject({
    code: 0,
    lines: [{ events: ['LogKeyRetired'] }],
  });
  expect(await signersOfNext()).toEqual([second]);
  const { rows } = await database.owner.query("select metadata from events where type = 'LogKeyRetired'");
  expect(rows[0].metadata).toMatchObject({ actor: { kind: 'operator' }, requestId: expect.any(String) });
});

it('a key is revoked from a size on: nobody trusts what it signs from there, and a new one takes over', async () => {
  const stolen = (await readLogKeys(log.events)).find(({ signs }) => signs)!.publicKey;
  const { head } = (await newestSignedCheckpoint(database.pool))!;
  const where = ['--tree', '1', '--from-size', String(head.size)];
  const revoked = await ops('revoke-log-key', '--key', stolen, ...where, '--reason', 'The file was copied.');
  expect(revoked).toMatchObject({ code: 0, lines: [{ events: ['LogKeyRevoked'] }] });
  const [{ key: fresh }] = (await ops('rotate-log-key')).lines;
  expect(await signersOfNext()).toEqual([fresh]);
  const keys = await readLogKeys(log.events);
  const trusted = (size: number) => logVerifiers(keys, head.origin, 1, size).length;
  expect([trusted(head.size - 1), trusted(head.size)]).toEqual([3, 2]);
});

it.each([
  [['retire-log-key', '--key', 'short'], '--key must be a public key of the log'],
  [
    ['revoke-log-key', '--key', `${'A'.repeat(43)}=`, '--tree', '1', '--from-size', '0', '--reason', 'x'],
    '--from-size must be',
  ],
  [['revoke-log-key', '--key', `${'A'.repeat(43)}=`], 'required option'],
])('%j is refused before anything is written', async (args, reason) => {
  const { code, said } = await ops(...args);
  expect({ code, said }).toEqual({ code: 2, said: expect.stringContaining(reason) });
});

it('a key that the log does not know is neither retired nor revoked', async () => {
  const key = `${'A'.repeat(43)}=`;
  const unknown = { code: 1, lines: [{ error: `The log has no key ${key}.` }] };
  expect(await ops('retire-log-key', '--key', key)).toMatchObject(unknown);
  expect(await ops('revoke-log-key', '--key', key, '--tree', '1', '--from-size', '1', '--reason', 'x')).toMatchObject(
    unknown,
  );
});
