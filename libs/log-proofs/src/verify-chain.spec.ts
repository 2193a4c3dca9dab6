import { generateKeyPairSync } from 'node:crypto';
import { hashedText, hashOfJson } from '#event-store';
import {
  cosignerOf,
  inclusionProof,
  leafHash,
  leafOf,
  proofText,
  publicBytesOf,
  rootOf,
  signCheckpoint,
  signerOf,
  vkeyOf,
} from '#merkle-log';
import { type Link, verifyChain } from './verify-chain.js';
import type { Trust } from './verify-checkpoint.js';

const origin = 'exams.example.org/log/1';
const { privateKey } = generateKeyPairSync('ed25519');
const witnessKey = generateKeyPairSync('ed25519').privateKey;
const witness = cosignerOf('witness.example.org', witnessKey, () => 1_934_000_000);
const publicKey = publicBytesOf(privateKey).toString('base64');
const trust: Trust = {
  keys: [{ public_key: publicKey, signs: true, revoked: null }],
  witnesses: [{ name: witness.name, verifier_key: witness.vkey }],
};

/** The events of a learner as they were recorded, after a first leaf that is no event. */
function recorded(types: string[]) {
  let previous = '';
  return types.map((type, at) => {
    const event = {
      ...{ id: `00000000-0000-7000-8000-00000000000${at}`, stream: 'attempts-1-2', version: at + 1, type },
      ...{
        schemaVersion: 1,
        generation: 1,
        position: String(at + 1),
        xid: '7',
        recordedAt: '2031-05-05T12:00:00.000Z',
      },
    };
    const [data, metadata] = [`{"attemptId":1}`, '{}'];
    const hashed = hashedText(previous, event, data, metadata);
    previous = hashOfJson(previous, event, data, metadata);
    return { event: { ...event, hash: previous }, hashed };
  });
}

async function chainOf(events: ReturnType<typeof recorded>, covered = events.length): Promise<Link[]> {
  const leaves = ['first leaf', ...events.slice(0, covered).map(({ event }) => leafOf(event))];
  const tile = Buffer.concat(leaves.map(leafHash));
  const read = async () => [tile];
  const size = leaves.length;
  const head = { origin, size, root: await rootOf(size, async (ids) => ids.map(() => tile)), extensions: [] };
  const note = signCheckpoint(head, [signerOf(origin, privateKey), witness]);
  return Promise.all(
    events.map(async ({ event, hashed }, at) => ({
      hashed,
      leaf: leafOf(event),
      proof:
        at < covered
          ? proofText({ index: at + 1, hashes: await inclusionProof(at + 1, size, read), checkpoint: note })
          : null,
    })),
  );
}

const problemsOf = async (links: Link[], more: Partial<Trust> = {}) => {
  const { events, checkpoints } = await verifyChain(links, { ...trust, ...more });
  return [...events.map(({ problem }) => problem), ...checkpoints.map(({ problem }) => problem)];
};

const types = ['AttemptCreated', 'AttemptStarted', 'AttemptSubmitted'];

it('a history that nobody changed is verified up to the root that the log and a witness signed', async () => {
  const links = await chainOf(recorded(types));
  const { events, checkpoints } = await verifyChain(links, trust);
  expect(events.map(({ problem }) => problem)).toEqual([undefined, undefined, undefined]);
  for (const { path } of events) expect(path!.steps.at(-1)!.hash).toBe(path!.root);
  expect(checkpoints).toMatchObject([
    {
      origin,
      size: 4,
      signedBy: [{ key: publicKey, source: 'server' }],
      cosignedBy: [{ name: witness.name, at: '2031-04-15T06:13:20.000Z', source: 'server' }],
    },
  ]);
});

it('an event that no checkpoint covers yet has no path and no problem', async () => {
  const { events } = await verifyChain(await chainOf(recorded(types), 2), trust);
  expect(events.map(({ path, problem }) => [path !== undefined, problem])).toEqual([
    [true, undefined],
    [true, undefined],
    [false, undefined],
  ]);
});

it('it names the event whose content was changed, also if all hashes were computed anew', async () => {
  const links = await chainOf(recorded(types));
  const changed = links.map((link, at) =>
    at === 1 ? { ...link, hashed: link.hashed.replace('"attemptId":1', '"attemptId":9') } : link,
  );
  expect(await problemsOf(changed)).toEqual([undefined, 'content', undefined, undefined]);
  const anew = recorded(['AttemptCreated', 'AttemptReadied', 'AttemptSubmitted']);
  const forged = links.map((link, at) => ({ ...link, hashed: anew[at]!.hashed, leaf: leafOf(anew[at]!.event) }));
  expect(await problemsOf(forged)).toEqual([undefined, 'proof', 'proof', undefined]);
});

it('it names an event that is missing, or another one in its place', async () => {
  const links = await chainOf(recorded(types));
  expect((await problemsOf([links[0]!, links[2]!]))[1]).toBe('missing');
  const other = await chainOf(recorded(['AttemptDeclined', 'AttemptStarted', 'AttemptSubmitted']));
  expect((await problemsOf([other[0]!, links[1]!, links[2]!]))[1]).toBe('order');
});

it('it names an event of another learner, and a text that cannot be read', async () => {
  const links = await chainOf(recorded(types));
  const other = links.map((link) => ({ ...link, hashed: link.hashed.replace('attempts-1-2', 'attempts-1-3') }));
  expect((await problemsOf([links[0]!, other[1]!, links[2]!]))[1]).toBe('missing');
  expect((await problemsOf([links[0]!, { ...links[1]!, leaf: '{' }, links[2]!]))[1]).toBe('unreadable');
  expect((await verifyChain(links, trust)).stream).toBe('attempts-1-2');
});

it('the key that the auditor has must have signed, and a revoked key does not count', async () => {
  const links = await chainOf(recorded(types));
  const stranger = vkeyOf('exams.example.org/log', publicBytesOf(generateKeyPairSync('ed25519').privateKey));
  const ofCheckpoint = async (more: Partial<Trust>) => (await problemsOf(links, more)).at(-1);
  for (const given of [publicKey, vkeyOf('exams.example.org/log', publicBytesOf(privateKey)), witness.vkey])
    expect(await ofCheckpoint({ given })).toBeUndefined();
  expect(await ofCheckpoint({ given: stranger })).toBe('given_key');
  const revoked = [{ public_key: publicKey, signs: false, revoked: { tree: 1, from_size: 4 } }];
  expect(await ofCheckpoint({ keys: revoked })).toBe('not_signed');
});
