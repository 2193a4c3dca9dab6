import { Logger } from '@nestjs/common';
import { openDatabase, type TestDatabase } from '../../../test/support/database.js';
import { Clock } from '../../clock/src/index.js';
import { writableGenerationOf } from '../../event-store/src/index.js';
import { created, started, until } from '../../event-store/src/testing.js';
import { openNote, readLogKeys, submissionReceipt, treeHeadOf, verifierOf, vkeyOf } from './index.js';
import { receiptTextOf, SubmissionReceipts } from './submission-receipts.js';
import { merkleLogOf, type TestedLog } from './testing.js';

Logger.overrideLogger(false);

const at = '2031-05-05T12:00:00.000Z';
const submitted = {
  type: 'AttemptSubmitted',
  data: { attemptId: 1, completedAt: at, because: 'handed_in', effects: [], at },
};

let db: TestDatabase;
let log: TestedLog;
let end: AbortController;
let running: Promise<void>;
beforeEach(async () => {
  db = await openDatabase();
  log = merkleLogOf(db.pool);
  const clock = new Clock(db.pool);
  await clock.synchronize();
  end = new AbortController();
  running = new SubmissionReceipts({ ...log, database: db.pool, clock }, { pollMs: 5 }).run(end.signal);
});
afterEach(async () => {
  end.abort();
  await running;
  await log.close();
  await db.close();
});

const receiptOf = async ({ id }: { id: string }) => {
  await until('the receipt is signed', async () => (await submissionReceipt(db.pool, id)) !== undefined);
  return (await submissionReceipt(db.pool, id))!;
};
const verifier = async () => {
  const { logId } = await writableGenerationOf(db.pool);
  const [key] = await readLogKeys(log.events);
  return verifierOf(vkeyOf(`proctoring/${logId}`, Buffer.from(key!.publicKey, 'base64')));
};

describe('a submission receipt', () => {
  it('says what was submitted and when, and the key that the log introduced verifies it', async () => {
    const [, , submission] = await log.sit('7', [created, started, submitted]);
    const receipt = await receiptOf(submission!);
    const { text } = openNote(receipt, [await verifier()]);
    expect(text).toBe(receiptTextOf(submission as never));
    expect(text).toMatch(/^exam-proctoring\/submission-receipt\/v1\nattempt \d+\nexam \d+\nlearner \d+\nsubmitted 2/);
    for (const line of [
      `event ${submission!.id}`,
      `hash ${submission!.hash}`,
      `stream ${submission!.stream} version 3`,
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toContain('A signed checkpoint of this log will cover the event.');
  });

  it('is no longer verified if a byte of it is changed, and it never reads as a signed checkpoint', async () => {
    const [, , submission] = await log.sit('7', [created, started, submitted]);
    const receipt = await receiptOf(submission!);
    const known = [await verifier()];
    const changed = receipt.replace(/learner (\d+)/, (_, id) => `learner ${Number(id) + 1}`);
    expect(() => openNote(changed, known)).toThrow('is false');
    expect(() => treeHeadOf(openNote(receipt, known).text)).toThrow('not a checkpoint');
  });

  it('is for each submission alone, once', async () => {
    const [, , first] = await log.sit('7', [created, started, submitted]);
    await log.sit('8', [created, started]);
    const [, , second] = await log.sit('9', [created, started, submitted]);
    await receiptOf(second!);
    const { rows } = await db.pool.query('select event_id from submission_receipts order by recorded_at');
    expect(rows.map(({ event_id }) => event_id)).toEqual([first!.id, second!.id]);
  });

  it('cannot be changed or deleted, not even by the owner of the database', async () => {
    const [, , submission] = await log.sit('7', [created, started, submitted]);
    await receiptOf(submission!);
    for (const statement of [`update submission_receipts set receipt = ''`, 'delete from submission_receipts'])
      await expect(db.owner.query(statement)).rejects.toThrow('append-only');
  });
});
