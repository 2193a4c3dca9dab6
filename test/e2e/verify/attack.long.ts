import { attackInTurn } from './attack.js';
import { openAttackedLog } from './attacked-log.js';

const attacks = Number(process.env.ATTACKS ?? 10_000);
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

it(`each of ${attacks} attacks by the owner of the database is found and located (seed ${seed})`, async () => {
  const log = await openAttackedLog();
  try {
    expect(await attackInTurn(log, attacks, seed)).toEqual([]);
  } finally {
    await log.close();
  }
}, 7_200_000);
