import type { Finding } from './finding.js';
import type { LeafDifference } from './tile-comparison.js';

type Sides = {
  /** Whether the events lead to the signed root, and whether the tiles do. */
  isLogRight: boolean;
  areTilesRight: boolean;
  /** The later leaf that has, in the tiles, the hash that the log has at the difference. */
  laterInTiles?: number;
};

/** Says what is different at the first leaf that the log and the tiles do not have in common. */
export function findingOf(difference: LeafDifference, sides: Sides): Finding {
  const { leaf, event } = difference;
  const named = event && { eventId: event.id, stream: event.stream, version: event.version, type: event.type };
  return { problem: problemOf(difference, sides), leaf, ...named };
}

function problemOf(
  { leaf, inTiles, event, foundAgainAt }: LeafDifference,
  { isLogRight, areTilesRight, laterInTiles }: Sides,
): string {
  const name = event ? `${event.stream} version ${event.version} (${event.type})` : 'the first leaf';
  if (isLogRight) {
    const how = inTiles ? 'have another hash' : 'have no hash';
    return `The tiles were changed: at leaf ${leaf} they ${how}. The event there, ${name}, is as it was signed.`;
  }
  const judgement = areTilesRight ? '' : ' The tiles do not lead to the signed root either.';
  return `${changeOf(leaf, name, laterInTiles, foundAgainAt)}${judgement}`;
}

function changeOf(leaf: number, name: string, laterInTiles?: number, foundAgainAt?: number): string {
  if (laterInTiles !== undefined && foundAgainAt !== undefined)
    return `Leaf ${leaf}: ${name} was moved here from leaf ${laterInTiles}, and the event of leaf ${leaf} to leaf ${foundAgainAt}.`;
  if (laterInTiles !== undefined)
    return `Leaves ${leaf} to ${laterInTiles - 1}: their events are missing or were moved; ${name} follows.`;
  if (foundAgainAt !== undefined)
    return `Leaf ${leaf}: ${foundAgainAt - leaf} events were added or moved here; the first is ${name}.`;
  return `Leaf ${leaf}: ${name} was changed: its position, its time, or its hash.`;
}
