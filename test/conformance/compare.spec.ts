import { compare, Ids } from './compare.js';
import type { Answer } from './server.js';

const json = (body: unknown, status = 200): Answer => ({ status, type: 'application/json', body });
const attempt = (id: number, code: string, more: object = {}) => ({
  id,
  external_id: `test-attempt-${id}`,
  status: 'created',
  proctored_exam: { id: id + 10, content_id: 'x' },
  attempt_code: code,
  ...more,
});
const [code, otherCode] = ['8D470DC7-8C27-4380-8650-D5DB3E420FD6', '49307562-7F3A-4FA0-9258-9D989ED2B8BF'];

describe('the comparison of answers', () => {
  it('takes equal answers as equal', () =>
    expect(compare(json({ a: [1, null] }), json({ a: [1, null] }), new Ids())).toEqual([]));

  it.each([
    ['another status', json({}), json({}, 400)],
    ['another value', json({ a: 1 }), json({ a: 2 })],
    ['another type of value', json({ a: 1 }), json({ a: '1' })],
    ['a missing value', json({ a: null }), json({})],
    ['another order of keys', json({ a: 1, b: 2 }), json({ b: 2, a: 1 })],
    ['a shorter list', json([1, 2]), json([1])],
    ['a body where there is none', { status: 200 }, json({})],
    ['a time a microsecond later', json({ at: '2031-05-05T10:00:00.000001Z' }), json({ at: '2031-05-05T10:00:00Z' })],
    ['a code that is no UUID', json(attempt(1, code)), json(attempt(1, 'abc'))],
  ])('notices %s', (_, reference, ours) => expect(compare(reference, ours, new Ids())).not.toEqual([]));

  it('lets ids differ if each stands for the same thing everywhere', () => {
    const ids = new Ids();
    expect(compare(json(attempt(1, code)), json(attempt(5, otherCode)), ids)).toEqual([]);
    expect(compare(json({ exam_attempt_id: 1 }), json({ exam_attempt_id: 5 }), ids)).toEqual([]);
    expect(compare(json({ exam_attempt_id: 1 }), json({ exam_attempt_id: 6 }), ids)).not.toEqual([]);
    expect(compare(json({ exam_attempt_id: 2 }), json({ exam_attempt_id: 5 }), ids)).not.toEqual([]);
  });

  it('finds ids in sentences and addresses', () => {
    const ids = new Ids();
    compare(json(attempt(1, code)), json(attempt(5, otherCode)), ids);
    const sentence = (exam: number, attempt: number) =>
      json({ detail: `exam_id=${exam} attempt_id=${attempt}`, url: `/attempt/${attempt}` });
    expect(compare(sentence(11, 1), sentence(15, 5), ids)).toEqual([]);
    expect(compare(sentence(11, 1), sentence(11, 5), ids)).not.toEqual([]);
    expect(compare(json({ detail: 'exam_id=999' }), json({ detail: 'exam_id=999' }), ids)).toEqual([]);
  });

  it('does not compare HTML pages', () =>
    expect(
      compare({ status: 404, type: 'text/html', body: '<p>' }, json({ detail: 'Not found.' }, 404), new Ids()),
    ).toEqual([]));
});
