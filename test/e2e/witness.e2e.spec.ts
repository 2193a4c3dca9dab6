import { hash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addCheckpointBody } from '../../libs/merkle-log/src/add-checkpoint.js';
import {
  consistencyProof,
  leafHash,
  openCheckpoint,
  privateKeyOf,
  rootOf,
  type Signer,
  signCheckpoint,
  signerOf,
  verifierOf,
} from '../../libs/merkle-log/src/index.js';
import { type WitnessProcess, witnessProcess } from '../support/witness.js';

const key = privateKeyOf(Buffer.alloc(32, 1));
const stranger = signerOf('exams.example.org/log/1', privateKeyOf(Buffer.alloc(32, 2)));

/** A tree of a log: all its leaves are exams of one learner. */
function treeOf(learner: string, signer: Signer = signerOf('exams.example.org/log/1', key)) {
  const leaves = Buffer.concat(Array.from({ length: 200 }, (_, exam) => leafHash(`${learner} ${exam}`)));
  const read = async (ids: readonly object[]) => ids.map(() => leaves);
  return {
    note: async (size: number, signers = [signer]) =>
      signCheckpoint({ origin: signer.name, size, root: await rootOf(size, read), extensions: ['log-id 1'] }, signers),
    proof: (from: number, to: number) => consistencyProof(from, to, read),
  };
}

const tree = treeOf('alice');
let witness: WitnessProcess;
beforeEach(async () => {
  witness = await witnessProcess('witness.example.org', [signerOf('exams.example.org/log', key).vkey]);
});
afterEach(() => witness.close());

async function sends(body: string) {
  const answer = await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
}

const asks = async (oldSize: number, size: number, from = tree, proofFrom = oldSize) =>
  sends(
    addCheckpointBody({
      ...{ oldSize, note: await from.note(size) },
      proof: proofFrom === 0 ? [] : await from.proof(proofFrom, size),
    }),
  );
const statusOf = async (...given: Parameters<typeof asks>) => (await asks(...given)).status;

const newestCosigned = async (origin = 'exams.example.org/log/1') =>
  (await fetch(`${witness.url}/${hash('sha256', origin)}/checkpoint`)).text();

describe('a witness', () => {
  it('cosigns the first checkpoint of a log, and each that continues it', async () => {
    for (const [oldSize, size] of [
      [0, 5],
      [5, 64],
      [64, 65],
      [65, 65],
      [65, 200],
    ] as const) {
      const { status, body } = await asks(oldSize, size);
      expect(status).toBe(200);
      const keys = [verifierOf(witness.vkey), verifierOf(signerOf('exams.example.org/log/1', key).vkey)];
      const { head, signatures } = openCheckpoint((await tree.note(size)) + body, keys);
      expect(head.size).toBe(size);
      expect(signatures.at(-1)).toMatchObject({ verifier: { name: 'witness.example.org', type: 'cosignature' } });
      expect(signatures.at(-1)!.at).toBeGreaterThan(1_700_000_000);
      expect(await newestCosigned()).toBe((await tree.note(size)) + body);
    }
  });

  it('answers 409 with the size that it has when the old size is another', async () => {
    expect(await asks(5, 7)).toEqual({ status: 409, type: 'text/x.tlog.size', body: '0\n' });
    await asks(0, 7);
    for (const oldSize of [0, 5, 8])
      expect(await asks(oldSize, 9)).toEqual({ status: 409, type: 'text/x.tlog.size', body: '7\n' });
  });

  it('never cosigns a smaller tree', async () => {
    await asks(0, 7);
    expect(await statusOf(7, 5, tree, 0)).toBe(400);
    expect(await statusOf(5, 5)).toBe(409);
    expect(await statusOf(0, 5)).toBe(409);
  });

  it('cosigns one of two trees that a log shows, and refuses the other with 422', async () => {
    const other = treeOf('mallory');
    expect(await statusOf(0, 5)).toBe(200);
    expect(await statusOf(5, 5, other)).toBe(422);
    expect(await statusOf(5, 9, other)).toBe(422);
    expect(await statusOf(5, 9, other, 0)).toBe(422); // without a proof
    expect(await statusOf(5, 9, tree, 4)).toBe(422); // a proof from another size
    expect(await statusOf(5, 9)).toBe(200);
  });

  it('refuses a proof that begins at the empty tree, and an empty tree with another root', async () => {
    expect(await statusOf(0, 5, tree, 3)).toBe(422);
    const signer = signerOf('exams.example.org/log/1', key);
    const empty = (root: Buffer) => signCheckpoint({ origin: signer.name, size: 0, root, extensions: [] }, [signer]);
    const body = (root: Buffer) => addCheckpointBody({ oldSize: 0, proof: [], note: empty(root) });
    expect((await sends(body(Buffer.alloc(32)))).status).toBe(422);
    expect((await sends(body(hash('sha256', '', 'buffer')))).status).toBe(200);
    expect(await statusOf(0, 5)).toBe(200);
  });

  it('answers 404 for a log that it does not know, and keeps the trees of a log apart', async () => {
    const unknown = treeOf('alice', signerOf('exams.example.org/other/1', key));
    expect(await statusOf(0, 5, unknown)).toBe(404);
    await asks(0, 7);
    expect(await statusOf(0, 5, treeOf('bob', signerOf('exams.example.org/log/2', key)))).toBe(200);
    expect(await statusOf(7, 9)).toBe(200);
    expect(await newestCosigned('exams.example.org/log/2')).toMatch(/^exams.example.org\/log\/2\n5\n/);
    expect(await newestCosigned('exams.example.org/log/3')).toBe('No checkpoint of this log is cosigned.\n');
  });

  it('answers 403 when the key of the log has not signed, or its signature is false', async () => {
    const by = async (signers: Signer[], changed = (note: string) => note) =>
      sends(addCheckpointBody({ oldSize: 0, proof: [], note: changed(await tree.note(5, signers)) }));
    const known = signerOf('exams.example.org/log/1', key);
    expect((await by([stranger])).status).toBe(403);
    expect((await by([known], (note) => note.replace('\n5\n', '\n6\n'))).status).toBe(403);
    expect((await by([stranger, known])).status).toBe(200); // as while a key is rotated
  });

  it('answers 400 to a body in another form, and 413 to one that is too large', async () => {
    const note = await tree.note(5);
    for (const body of ['', 'old 0', `old 0\n${note}`, `old x\n\n${note}`, 'old 0\n\nnot a note\n', note])
      expect((await sends(body)).status).toBe(400);
    expect((await sends('x'.repeat(100_000))).status).toBe(413);
    expect((await fetch(witness.url)).status).toBe(404);
    expect(await statusOf(0, 5)).toBe(200);
  });

  it('cosigns one of many that come at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => statusOf(0, 100 + index)));
    expect(answers.filter((status) => status === 200)).toHaveLength(1);
    expect(answers.filter((status) => status === 409)).toHaveLength(19);
  });
});

describe('a witness that was killed', () => {
  it('still knows what it cosigned, with the same key', async () => {
    await asks(0, 7);
    const before = await newestCosigned();
    await witness.kill();
    expect((await witness.start()).split(' ').at(-1)).toBe(witness.vkey);
    expect(await newestCosigned()).toBe(before);
    expect((await asks(5, 9)).body).toBe('7\n');
    expect(await statusOf(7, 9)).toBe(200);
    expect(readFileSync(witness.file, 'utf8').split('\n')).toHaveLength(3);
  });

  it('forgets a line that it had not finished, and nothing else', async () => {
    await asks(0, 7);
    await witness.kill();
    appendFileSync(witness.file, JSON.stringify(await tree.note(9)).slice(0, -20));
    await witness.start();
    expect((await asks(9, 10)).body).toBe('7\n');
    expect(await statusOf(7, 9)).toBe(200);
    await witness.kill();
    await witness.start();
    expect((await asks(0, 10)).body).toBe('9\n');
  });

  it('does not start with a damaged file, or with another key than that of the file', async () => {
    await asks(0, 7);
    await witness.kill();
    const lines = readFileSync(witness.file, 'utf8');
    writeFileSync(witness.file, `{}\n${lines}`);
    expect(await witness.start()).toContain('Line 1 of');
    await witness.kill();
    writeFileSync(witness.file, lines);
    rmSync(join(witness.folder, 'key'));
    expect(await witness.start()).toBe('No known key has signed the note.');
  });

  it('cosigns nothing more when another process writes its file', async () => {
    await asks(0, 7);
    appendFileSync(witness.file, `${JSON.stringify(await tree.note(9))}\n`);
    await expect(asks(7, 8)).rejects.toThrow('fetch failed');
    await expect(asks(7, 8)).rejects.toThrow('fetch failed');
  });
});
