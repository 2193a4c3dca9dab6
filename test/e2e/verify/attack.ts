import { Random } from '../../conformance/random.js';
import type { AttackedLog } from './attacked-log.js';
import { attacks } from './attacks.js';

/** Attacks the log in all ways in turn. Answers each attack that was not found, or not located. */
export async function attackInTurn(log: AttackedLog, times: number, seed: number): Promise<object[]> {
  const random = new Random(String(seed));
  const below = (limit: number) => Math.floor(random.next() * limit);
  const kinds = Object.entries(attacks);
  const missed: object[] = [];
  for (let round = 0; round < times; round++) {
    const [kind, attack] = kinds[round % kinds.length]!;
    const isLocated = await attack(log, below);
    const findings = await log.findings();
    if (!findings.some(isLocated)) missed.push({ kind, round, seed, findings });
    await log.restore();
  }
  return missed;
}
