import { attackInTurn } from './attack.js';
import { type AttackedLog, openAttackedLog } from './attacked-log.js';

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

it(`each of 300 attacks by the owner of the database is found and located (seed ${seed})`, async () => {
  expect(await attackInTurn(log, 300, seed)).toEqual([]);
  expect(await log.findings()).toEqual([]);
}, 240_000);
