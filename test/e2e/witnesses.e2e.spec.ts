import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../apps/worker/src/worker.js';
import { kafkaClient, lastOffsets, logCheckpointTopic, readUntil } from '../../libs/integration/src/index.js';
import {
  newestSignedCheckpoint,
  openCheckpoint,
  privateKeyOf,
  signerOf,
  unverifiedTreeHead,
  verifierOf,
} from '../../libs/merkle-log/src/index.js';
import { openExam, until } from '../support/relay.exams.js';
import { type WitnessProcess, witnessProcess } from '../support/witness.js';

const origin = 'exams.example.org/log';
const seed = Buffer.alloc(32, 7);
const folder = mkdtempSync(join(tmpdir(), 'proctoring-witnesses-'));
const keyFile = join(folder, 'log-signing-key');
const file = join(folder, 'witnessed');

let exam: Awaited<ReturnType<typeof openExam>>;
let witness: WitnessProcess;
let worker: { close(): Promise<void> };
beforeAll(async () => {
  writeFileSync(keyFile, seed.toString('base64'));
  witness = await witnessProcess('witness.example.org', [signerOf(origin, privateKeyOf(seed)).vkey]);
  exam = await openExam(undefined, {
    ...{ LOG_ORIGIN: origin, LOG_SIGNING_KEY_FILE: keyFile, UNWITNESSED_MAX_SECONDS: '60' },
    ...{ WITNESSES: `${witness.vkey} ${witness.url}/`, WITNESSED_CHECKPOINT_FILE: file },
  });
});
afterAll(async () => {
  await exam.close();
  await witness.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  worker = await startWorker(exam.configuration, exam.database.urls.worker);
});
afterEach(() => worker.close());

const notesInFile = (): string[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [];
const sizes = (notes: string[]) => notes.map((note) => unverifiedTreeHead(note).size);

async function messages() {
  const kafka = kafkaClient(exam.configuration);
  const topic = exam.prefix + logCheckpointTopic;
  const found: { id: string; note: string }[] = [];
  await readUntil(kafka, topic, await lastOffsets(kafka, topic), ({ value, headers }) => {
    found.push({ id: String(headers?.ce_id), note: JSON.parse(String(value)).note });
  });
  return found;
}

const health = async () => (await exam.request(undefined, 'GET', '/health/ready')).body.witnesses;
const metric = async (name: string) => {
  const { body } = await exam.request(undefined, 'GET', '/metrics');
  return Number(new RegExp(`^proctoring_log_${name} (.+)$`, 'm').exec(body)?.[1]);
};

it('the worker has a signed checkpoint witnessed, and publishes it to a file and to Kafka', async () => {
  await until(async () => notesInFile().length > 0, 'a checkpoint is in the file');
  const [note] = notesInFile();
  const verifiers = [verifierOf(signerOf(`${origin}/1`, privateKeyOf(seed)).vkey), verifierOf(witness.vkey)];
  const { signatures } = openCheckpoint(note!, verifiers);
  expect(signatures.map(({ verifier }) => verifier.name)).toEqual([`${origin}/1`, 'witness.example.org']);
  await until(async () => {
    const found = await messages().catch(() => []);
    return found.some((message) => message.note === note);
  }, 'the checkpoint is in Kafka');
  const { statusCode, body } = await exam.app.inject({ url: '/api/audit/v1/log/checkpoint' });
  expect(statusCode).toBe(200);
  expect(body).toContain('— witness.example.org ');
  expect(await health()).toEqual({ unwitnessedSeconds: 0, problem: null });
  expect(await metric('unwitnessed_seconds')).toBe(0);
});

it('while the witness is away the service is ready, and says for how long checkpoints have lacked witnesses', async () => {
  const before = notesInFile();
  await witness.kill();
  for (const learner of [2, 3, 4]) await exam.learner(learner).creates();
  const newest = async () => (await newestSignedCheckpoint(exam.pool))!;
  await until(async () => (await newest()).head.size >= sizes(before).at(-1)! + 3, 'the next checkpoint is signed');
  expect((await health()).unwitnessedSeconds).toBeGreaterThan(0);
  expect((await health()).problem).toBeNull();
  expect(await metric('unwitnessed_too_long')).toBe(0);
  // A minute later. The row stands before the one of the worker.
  const { tree, head, note } = await newest();
  await exam.database.owner.query(
    `insert into signed_checkpoints (tree, size, note, created_at)
     select $1, $2, $3, created_at - interval '61 s' from signed_checkpoints where size = $4 limit 1`,
    [tree, head.size - 1, note, head.size],
  );
  const { status, body } = await exam.request(undefined, 'GET', '/health/ready');
  expect(status).toBe(200);
  expect(body.witnesses).toEqual({
    unwitnessedSeconds: expect.any(Number),
    problem: 'Signed checkpoints have lacked witnesses for more than 60 seconds.',
  });
  expect(await metric('unwitnessed_too_long')).toBe(1);
  expect(notesInFile()).toEqual(before);

  await witness.start();
  await until(async () => sizes(notesInFile()).at(-1)! >= head.size, 'the checkpoint is witnessed');
  expect((await health()).problem).toBeNull();
});

it('a worker that starts again publishes nothing to the file twice, and to Kafka with the same id', async () => {
  await worker.close();
  const before = notesInFile();
  const published = await messages();
  worker = await startWorker(exam.configuration, exam.database.urls.worker);
  await until(async () => (await messages()).length > published.length, 'Kafka has a message of this worker');
  expect(new Set(notesInFile()).size).toBe(notesInFile().length);
  expect(notesInFile().slice(0, before.length)).toEqual(before);
  const ids = new Map((await messages()).map(({ id, note }) => [id, note]));
  expect(new Set(ids.values()).size).toBe(ids.size);
});
