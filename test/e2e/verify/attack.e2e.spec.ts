import type { VerifiedTree } from '../../../libs/merkle-log/src/index.js';
import { attackInTurn } from './attack.js';
import { type AttackedLog, openAttackedLog } from './attacked-log.js';
import { forge } from './attacks.js';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
let log: AttackedLog;
beforeAll(async () => {
  log = await openAttackedLog();
});
afterAll(() => log.close());

it('a log that nobody attacked leads to the checkpoint of the witness', async () => {
  const events = log.events.length;
  expect(await log.verify()).toEqual([{ tree: 1, events, covered: events + 1, notCoveredSince: null, findings: [] }]);
  expect(await log.findings(log.events.at(-1)!.recordedAt)).toEqual([]);
});

it('an event that the owner adds at the end is no difference, but it is not covered', async () => {
  const { stream, recordedAt } = await forge(log, log.events.at(-1)!, () => 7);
  const [{ covered, notCoveredSince, findings }] = (await log.verify()) as [VerifiedTree];
  expect({ covered, notCoveredSince }).toEqual({ covered: log.events.length + 1, notCoveredSince: recordedAt });
  expect(findings).toMatchObject([{ stream, problem: expect.stringContaining('Table streams') }]);
  await log.restore();
});

it(`each of 300 attacks by the owner of the database is found and located (seed ${seed})`, async () => {
  expect(await attackInTurn(log, 300, seed)).toEqual([]);
  expect(await log.findings()).toEqual([]);
}, 240_000);
