import type { Database } from '#connections';
import type { EventStore, RecordedEvent } from '#event-store';
import { proofsUnder } from './event-proof.js';
import { logKeysOrProblem, logVerifiers } from './log-keys.js';
import { openCheckpoint } from './signed-checkpoint.js';
import { newestSignedCheckpoints, type SignedCheckpoint } from './signed-checkpoints.js';
import { parseProof } from './tlog-proof.js';
import { leafHash, verifyInclusion } from './tree.js';

/** The events of a stream that a signed checkpoint covers. */
export type Coverage = {
  /** The last version that is covered; 0 for none. */
  coveredToVersion: number;
  /** When the first event was recorded that is not covered; null when all are. */
  notCoveredSince: string | null;
  /** Names the first event that is not in the log as it was signed. */
  problem?: string;
};

/** Proves each event under the first of these signed checkpoints that covers it. The events come in the order of their stream. */
export async function coverageOf(
  database: Database,
  events: readonly RecordedEvent[],
  checkpoints: readonly SignedCheckpoint[],
): Promise<Coverage> {
  const proofs = await proofsUnder(database, checkpoints, events);
  let coveredToVersion = 0;
  for (const [at, { stream, version, type, recordedAt }] of events.entries()) {
    const proof = proofs[at];
    if (!proof) return { coveredToVersion, notCoveredSince: recordedAt };
    const { head, index, leaf, text } = proof;
    if (!verifyInclusion(leafHash(leaf), index, head.size, parseProof(text).hashes, head.root)) {
      const problem = `${stream} version ${version} (${type}) is not in the log as it was signed`;
      return { coveredToVersion, notCoveredSince: recordedAt, problem };
    }
    coveredToVersion = version;
  }
  return { coveredToVersion, notCoveredSince: null };
}

/** The newest signed checkpoint of each tree, the newest tree first, without those that no key of the log has signed that counts. */
export async function trustedCheckpoints(database: Database, store: EventStore): Promise<SignedCheckpoint[]> {
  const [checkpoints, { keys }] = [await newestSignedCheckpoints(database), await logKeysOrProblem(store)];
  return checkpoints.filter(({ note, tree, head }) => {
    try {
      openCheckpoint(note, logVerifiers(keys, head.origin, tree, head.size));
      return true;
    } catch {
      return false;
    }
  });
}
