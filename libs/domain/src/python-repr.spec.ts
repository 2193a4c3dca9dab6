import { pythonRepr } from './python-repr.js';

describe('a value of a request in a message', () => {
  it.each([
    ['x', 'x'],
    [5, '5'],
    [null, 'None'],
    [undefined, 'None'],
    [true, 'True'],
    [['x', 1, null, false], "['x', 1, None, False]"],
    [{ a: 1, b: { c: [] } }, "{'a': 1, 'b': {'c': []}}"],
    [["it's"], `["it's"]`],
    [[`'"`], `['\\'"']`],
    [['a\n\\'], "['a\\n\\\\']"],
  ])('%j is printed %s', (value, text) => expect(pythonRepr(value)).toBe(text));
});
