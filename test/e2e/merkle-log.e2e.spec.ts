import {
  hashSize,
  leafHash,
  leafOf,
  logVerifiers,
  openCheckpoint,
  readLogKeys,
  rootOf,
  tilePath,
  verifyConsistency,
} from '../../libs/merkle-log/src/index.js';
import { merkleLogOf, type TestedLog } from '../../libs/merkle-log/src/testing.js';
import { openService, people } from '../support/service.js';

const log = '/api/audit/v1/log';
let service: Awaited<ReturnType<typeof openService>>;
let worker: TestedLog;
beforeAll(async () => {
  service = await openService();
  worker = merkleLogOf(service.database.pool);
});
afterAll(async () => {
  await worker.close();
  await service.close();
});

const get = (path: string) => service.request(undefined, 'GET', `${log}/${path}`);
const many = Array.from({ length: 300 }, (_, index) => ({
  type: index === 0 ? 'AttemptCreated' : 'AttemptStarted',
  data: { attemptId: 1, at: '2031-05-05T12:00:00.000Z' },
}));

/** A tile as bytes: `inject` answers a text. */
async function tile(path: string) {
  const { statusCode, rawPayload, headers } = await service.app.inject({ url: `${log}/1/tile/${path}` });
  return { status: statusCode, bytes: rawPayload, headers };
}

it('a log without a signed checkpoint has none to show', async () => {
  for (const path of ['checkpoint', '1/checkpoint', '1/consistency?from=1', '1/tile/0/000'])
    expect(await get(path)).toMatchObject({ status: 404, body: { detail: expect.any(String) } });
});

describe('a monitor with the public key, and without a login', () => {
  const events: Awaited<ReturnType<TestedLog['sit']>> = [];
  beforeAll(async () => {
    events.push(...(await worker.sit('alice', many)));
    worker.build();
    await worker.grown(301);
    await worker.sign();
    await worker.grown(302);
  });

  const checkpoint = async () => {
    const { body } = await get('checkpoint');
    const origin = String(body).split('\n')[0]!;
    return openCheckpoint(body, logVerifiers(await readLogKeys(worker.events), origin, 1, 301)).head;
  };

  it('verifies the newest signed checkpoint, which no cache keeps', async () => {
    expect(await checkpoint()).toMatchObject({ size: 301 });
    const newest = await get('checkpoint');
    expect(newest).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain;charset=utf-8' } });
    expect(newest.headers['cache-control']).toBe('no-store');
    expect((await get('1/checkpoint')).body).toBe(newest.body);
    expect((await get('2/checkpoint')).status).toBe(404);
  });

  it('computes the root of the signed checkpoint from the tiles, whose hashes are those of the events', async () => {
    const head = await checkpoint();
    const root = await rootOf(head.size, async (ids) =>
      Promise.all(
        ids.map(async ({ level, index }) => {
          const width = level === 0 && index === 1 ? 45 : level === 1 ? 1 : 256;
          return (await tile(`${level}/${tilePath(index, width)}`)).bytes;
        }),
      ),
    );
    expect(root).toEqual(head.root);
    const { bytes } = await tile('0/000');
    expect(bytes.subarray(7 * hashSize, 8 * hashSize)).toEqual(leafHash(leafOf(events[6]!)));
  });

  it('gets full tiles and partial ones, which caches keep for a year', async () => {
    const full = await tile('0/000');
    expect(full).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'application/octet-stream',
        'cache-control': 'public, max-age=31536000, immutable',
      },
    });
    expect(full.bytes).toHaveLength(8192);
    const partial = await tile('0/001.p/44');
    expect(partial.bytes).toHaveLength(44 * hashSize);
    expect((await tile('0/000.p/3')).bytes).toEqual(full.bytes.subarray(0, 3 * hashSize));
    expect((await tile('1/000.p/1')).bytes).toHaveLength(hashSize);
  });

  it.each([
    '0/001',
    '0/001.p/47',
    '0/002.p/1',
    '2/000.p/1',
    '0/1',
    '0/x000/001',
    '0/x123/456/789',
    'entries/000',
    '64/000',
  ])('finds no tile %s', async (path) => {
    const { status, headers } = await tile(path);
    expect(status).toBe(404);
    expect(headers['cache-control']).not.toContain('immutable');
  });

  it('verifies that a tree is the beginning of a later one', async () => {
    const head = await checkpoint();
    const read = async (from: number) => (await get(`1/consistency?from=${from}`)).body;
    for (const from of [1, 255, 256, 257, 300, 301]) {
      const { hashes, ...rest } = await read(from);
      expect(rest).toEqual({ tree: 1, from, to: 301 });
      const proof = hashes.map((hash: string) => Buffer.from(hash, 'base64'));
      const tiles = async (ids: readonly { level: number; index: number }[]) =>
        Promise.all(
          ids.map(
            async ({ level, index }) =>
              (await tile(`${level}/${tilePath(index, level === 0 && index === 1 ? 45 : level === 1 ? 1 : 256)}`))
                .bytes,
          ),
        );
      expect(verifyConsistency(from, await rootOf(from, tiles), 301, head.root, proof)).toBe(true);
    }
    expect((await get('1/consistency?from=3&to=9')).body).toMatchObject({ from: 3, to: 9 });
  });

  it.each([
    ['', 'from: not a whole number above 0.'],
    ['?from=0', 'from: not a whole number above 0.'],
    ['?from=5&to=4', 'from: larger than to.'],
    ['?from=5&to=302', 'to: no checkpoint of this size is signed.'],
    ['?from=5&to=x', 'to: not a whole number above 0.'],
  ])('is told what is wrong with consistency%s', async (query, detail) =>
    expect(await get(`1/consistency${query}`)).toMatchObject({ status: 400, body: { detail } }),
  );
});

it('the keys of the log are in the export of events', async () => {
  const { body } = await service.request(people.staff, 'GET', '/api/audit/v1/events');
  const types = String(body)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).type);
  expect(types).toContain('LogKeyIntroduced');
});
