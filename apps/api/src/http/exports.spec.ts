import { once } from 'node:events';
import { csvFile, pagesBehind } from './exports.js';

it('a list of 100,000 rows is read page by page, as fast as the client reads the file', async () => {
  const [rows, size] = [100_000, 1_000];
  let read = 0;
  const pages = pagesBehind<{ id: number }>(async (last) => {
    const first = (last?.id ?? 0) + 1;
    read = Math.min(rows, first + size - 1);
    return Array.from({ length: read - first + 1 }, (_, index) => ({ id: first + index }));
  });
  const stream = (await csvFile('numbers', ['id'], pages)).getStream();
  let lines = 0;
  let ahead = 0;
  for await (const chunk of stream) {
    lines += String(chunk).split('\r\n').length - 1;
    ahead = Math.max(ahead, read - lines);
    await new Promise(setImmediate);
  }
  expect(lines).toBe(rows + 1);
  expect(ahead).toBeLessThan(25 * size);
});

it('a list that cannot be read is an error, not a file that breaks off', async () => {
  const pages = pagesBehind<{ id: number }>(() => Promise.reject(new Error('unreachable')));
  await expect(csvFile('numbers', ['id'], pages)).rejects.toThrow('unreachable');
});

it('a list without rows has the line of names', async () => {
  const stream = (await csvFile('numbers', ['id'], [])).getStream();
  const [chunk] = await once(stream, 'data');
  expect(String(chunk)).toBe('\uFEFF"id"\r\n');
});
