/** A node and the last node of its level, on the way up: "fn" and "sn" of RFC 9162. */
export class Ancestors {
  constructor(
    private node: number,
    private last: number,
  ) {}

  get isRoot() {
    return this.last === 0;
  }

  /** Goes up to the next parent. Answers whether the sibling is the left one. */
  climbs(): boolean {
    const isRight = this.node % 2 === 1 || this.node === this.last;
    if (isRight) while (this.node % 2 === 0 && this.node > 0) this.up();
    this.up();
    return isRight;
  }

  skipRightEdges() {
    while (this.node % 2 === 1) this.up();
  }

  private up() {
    this.node = Math.floor(this.node / 2);
    this.last = Math.floor(this.last / 2);
  }
}

export type Side = 'left' | 'right';

/**
 * On which side the siblings of an inclusion proof are, from the leaf up to the root (RFC 9162, 2.1.3.2). Undefined if a proof of
 * this length does not end at the root.
 */
export function siblingSides(index: number, size: number, length: number): Side[] | undefined {
  if (!(index >= 0 && index < size)) return undefined;
  const at = new Ancestors(index, size - 1);
  const sides: Side[] = [];
  while (sides.length < length) {
    if (at.isRoot) return undefined;
    sides.push(at.climbs() ? 'left' : 'right');
  }
  return at.isRoot ? sides : undefined;
}
