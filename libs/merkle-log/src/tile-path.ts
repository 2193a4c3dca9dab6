import { type TileId, tileWidth } from './tree.js';

/** The end of a tile's path as C2SP tlog-tiles writes it: `x001/x234/067`, with `.p/112` if it has only 112 hashes. */
export function tilePath(index: number, width = tileWidth): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g)!;
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return width === tileWidth ? path : `${path}.p/${width}`;
}

/** The tile of a level and the end of its path, and how many hashes are asked for. Undefined when it is no such path. */
export function tileOfPath(level: string, path: string): (TileId & { width: number }) | undefined {
  const [, groups = '', partial] = /^((?:x\d{3}\/){0,3}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  const index = Number(groups.replace(/\D/g, ''));
  const width = partial === undefined ? tileWidth : Number(partial);
  if (!/^\d$/.test(level) || width === 0 || tilePath(index, width) !== path) return undefined;
  return { level: Number(level), index, width };
}
