import { tileOfPath, tilePath } from './tile-path.js';

it.each([
  [1_234_067, 256, 'x001/x234/067'],
  [0, 256, '000'],
  [999, 256, '999'],
  [1000, 256, 'x001/000'],
  [273, 112, '273.p/112'],
  [1_234_067, 1, 'x001/x234/067.p/1'],
])('tile %i with %i hashes has the path %s, as C2SP tlog-tiles writes it', (index, width, path) => {
  expect(tilePath(index, width)).toBe(path);
  expect(tileOfPath('1', path)).toEqual({ level: 1, index, width });
});

it.each([
  ['0', '1'],
  ['0', '0001'],
  ['0', 'x000/001'],
  ['0', 'x001'],
  ['0', '000/x001'],
  ['0', '000.p/0'],
  ['0', '000.p/256'],
  ['0', '000.p/01'],
  ['0', '000.p/'],
  ['0', '../000'],
  ['01', '000'],
  ['64', '000'],
  ['entries', '000'],
])('level %s has no tile %s', (level, path) => expect(tileOfPath(level, path)).toBeUndefined());
