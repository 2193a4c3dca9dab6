/** A difference that a verification found, and where it is. `leaf` is the index of an event in the tree. */
export type Finding = {
  problem: string;
  leaf?: number;
  /** The change is at a leaf from the first up to the second. */
  leaves?: readonly [first: number, last: number];
  eventId?: string;
  stream?: string;
  version?: number;
  type?: string;
};
