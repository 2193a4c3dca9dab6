import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import { type SignedCheckpoint, signedCheckpointOf } from './signed-checkpoints.js';
import { type Verifier, verifierOf } from './signed-note.js';

/** A witness of C2SP tlog-witness. `url` is its submission prefix. */
export type LogWitness = { vkey: string; url: string; verifier: Verifier };

/** The witnesses of the log, and how many of them must have cosigned a checkpoint. */
export type WitnessPolicy = { witnesses: readonly LogWitness[]; quorum: number };

/** @throws BadNote for a false verifier key */
export function witnessPolicyOf({ witnesses, witnessQuorum }: Configuration): WitnessPolicy {
  const all = witnesses.map((witness) => ({ ...witness, verifier: verifierOf(witness.vkey) }));
  return { witnesses: all, quorum: witnessQuorum ?? all.length };
}

/** Whether a row of signed_checkpoints is witnessed: $1 are the keys of the witnesses, $2 is the quorum. */
const isWitnessed = `witnesses <> '{}'
  and cardinality(array(select unnest(witnesses) intersect select unnest($1::text[]))) >= $2`;

const valuesOf = ({ witnesses, quorum }: WitnessPolicy) => [witnesses.map(({ vkey }) => vkey), quorum];

/** The signed checkpoint of the newest tree and size that enough witnesses cosigned. */
export async function newestWitnessedCheckpoint(
  database: Database,
  policy: WitnessPolicy,
): Promise<SignedCheckpoint | undefined> {
  const { rows } = await database.read<{ tree: number; note: string; witnesses: string[] }>({
    name: 'newest witnessed checkpoint',
    text: `select tree, note, witnesses from signed_checkpoints
      where ${isWitnessed} order by tree desc, size desc, id desc limit 1`,
    values: valuesOf(policy),
  });
  return rows[0] && signedCheckpointOf(rows[0]);
}

/** The age of the oldest signed checkpoint that came after the newest witnessed one; 0 without one, and without witnesses. */
export async function unwitnessedSeconds(database: Database, policy: WitnessPolicy): Promise<number> {
  if (policy.witnesses.length === 0) return 0;
  const { rows } = await database.query<{ seconds: number }>(
    `select extract(epoch from clock_timestamp() - created_at)::float as seconds from signed_checkpoints,
       (select coalesce(max(tree), 0) as tree, coalesce(max(size), 0) as size from (
          select tree, size from signed_checkpoints where ${isWitnessed} order by tree desc, size desc limit 1) newest) witnessed
     where (signed_checkpoints.tree, signed_checkpoints.size) > (witnessed.tree, witnessed.size)
     order by signed_checkpoints.tree, signed_checkpoints.size, id limit 1`,
    valuesOf(policy),
  );
  return rows[0]?.seconds ?? 0;
}
