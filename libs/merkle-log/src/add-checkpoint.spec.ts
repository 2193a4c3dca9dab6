import { addCheckpointBody, parseAddCheckpoint } from './add-checkpoint.js';

/** The example of C2SP tlog-witness. */
const example = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;

it('the example of C2SP tlog-witness is read and written', () => {
  const read = parseAddCheckpoint(example);
  expect(read.oldSize).toBe(20_852_014);
  expect(read.proof.map((hash) => hash.length)).toEqual([32, 32, 32, 32]);
  expect(read.note).toMatch(/^example.com\/behind-the-sofa\n20852163\n/);
  expect(addCheckpointBody(read)).toBe(example);
});

it('a request without hashes has an empty line after the old size', () => {
  const first = { oldSize: 0, proof: [], note: 'a note\n' };
  expect(addCheckpointBody(first)).toBe('old 0\n\na note\n');
  expect(parseAddCheckpoint('old 0\n\na note\n')).toEqual(first);
});

it.each([
  ['no old size', 'example.com\n\na note\n'],
  ['an old size with a leading zero', 'old 01\n\na note\n'],
  ['an old size below zero', 'old -1\n\na note\n'],
  ['no empty line', 'old 1\na note\n'],
  ['a hash that is too short', 'old 1\nPlRN\n\na note\n'],
  ['a line that is not base64', `old 1\n${'?'.repeat(44)}\n\na note\n`],
  ['64 hashes', `old 1\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\na note\n`],
])('a request with %s is refused', (_, body) => {
  expect(() => parseAddCheckpoint(body)).toThrow('not an add-checkpoint');
});
