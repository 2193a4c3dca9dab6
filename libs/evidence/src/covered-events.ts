import type { Database } from '#connections';
import { hashedText, isBelowHorizon, type RawEvent, rawEventColumns, start } from '#event-store';
import {
  inclusionProofs,
  indexesOf,
  newestSignedCheckpoints,
  newestWitnessedCheckpoint,
  proofText,
  type SignedCheckpoint,
  signedAt,
  tileReader,
  type WitnessPolicy,
} from '#merkle-log';

/** An event as it is stored. `hashed` is the text under its hash, made of the stored texts of its data and metadata. */
export type EventText = Omit<RawEvent, 'data' | 'metadata'> & { hashed: string };

/** A stream up to a signed checkpoint, with a proof for each event. `signedAt` is the time of the checkpoint. */
export type CoveredStream = {
  checkpoint: SignedCheckpoint;
  signedAt: string;
  events: readonly EventText[];
  proofs: readonly string[];
};

export async function eventTexts(database: Database, stream: string): Promise<EventText[]> {
  const { rows } = await database.query<RawEvent>(
    `select ${rawEventColumns} from events e where e.stream = $1 and ${isBelowHorizon} order by e.version`,
    [stream],
  );
  return rows.map(({ data, metadata, ...event }, index) => ({
    ...event,
    hashed: hashedText(rows[index - 1]?.hash ?? start.hash, event, data, metadata),
  }));
}

/**
 * The stream up to the signed checkpoint that covers most of it, and a witnessed one if it covers as much. Undefined when no
 * checkpoint covers its first event.
 */
export async function coveredStream(
  database: Database,
  policy: WitnessPolicy,
  stream: string,
): Promise<CoveredStream | undefined> {
  const events = await eventTexts(database, stream);
  let best: { checkpoint: SignedCheckpoint; indexes: number[] } | undefined;
  const witnessed = await newestWitnessedCheckpoint(database, policy);
  for (const checkpoint of [...(witnessed ? [witnessed] : []), ...(await newestSignedCheckpoints(database))]) {
    const all = await indexesOf(database, events, checkpoint.tree);
    const uncovered = all.findIndex((index) => index >= checkpoint.head.size);
    const indexes = uncovered === -1 ? all : all.slice(0, uncovered);
    if (indexes.length > (best?.indexes.length ?? 0)) best = { checkpoint, indexes };
  }
  if (!best) return undefined;
  const { checkpoint, indexes } = best;
  const { tree, head, note } = checkpoint;
  const paths = await inclusionProofs(indexes, head.size, tileReader(database, tree));
  const proofs = indexes.map((index, at) => proofText({ index, hashes: paths[at]!, checkpoint: note }));
  return {
    checkpoint,
    signedAt: await signedAt(database, checkpoint),
    events: events.slice(0, indexes.length),
    proofs,
  };
}
