import { limits } from '../limits.js';
import { Refusal } from '../refusal.js';
import { commentsOf, noAttemptMatches, parseReviewStatus } from './review.js';

const note = { comment: 'looked away', status: 'suspicious' };
const refusalOf = (comments: unknown) => {
  try {
    return commentsOf(comments);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).code).toBe('bad_review_comment');
    return (error as Error).message;
  }
};

describe('the comments of a review', () => {
  it.each([[undefined], [''], [[]], [{}]])('are none when the provider sends %j', (none) =>
    expect(commentsOf(none)).toEqual([]),
  );

  it.each([[null], ['looked away'], [5], [true], [{ 0: note }]])('are refused when they are %j', (value) =>
    expect(refusalOf(value)).toBe('comments: Expected a list.'),
  );

  it('have 0 for each time that the provider leaves out', () =>
    expect(commentsOf([note])).toEqual([{ ...note, start: 0, stop: 0, duration: 0 }]));

  it('have whole seconds, also from texts and below zero', () =>
    expect(commentsOf([{ ...note, start: '12.9', stop: -3.7, duration: limits.id }])).toEqual([
      { ...note, start: 12, stop: -3, duration: limits.id },
    ]));

  it.each(['start', 'stop', 'duration'])(
    'are refused when %s is no number, and the message names the field',
    (name) => {
      for (const value of ['', ' ', 'ten', null, true, [], Number.NaN, limits.id + 2, -limits.id - 2])
        expect(refusalOf([note, { ...note, [name]: value }])).toBe(`comments.1.${name}: A valid integer is required.`);
    },
  );

  it('may be numbers, which are kept as text', () =>
    expect(commentsOf([{ comment: 7, status: 1.5 }])).toMatchObject([{ comment: '7', status: '1.5' }]));

  it.each(['comment', 'status'])('are refused without a %s', (name) => {
    for (const value of [undefined, null, true, {}, []])
      expect(refusalOf([{ ...note, [name]: value }])).toBe(`comments.0.${name}: Not a valid string.`);
    for (const value of [null, 5, 'text']) expect(refusalOf([value])).toBe('comments.0.comment: Not a valid string.');
  });

  it('are refused when a text is too long or cannot be stored', () => {
    const longest = 'x'.repeat(limits.text);
    expect(commentsOf([{ ...note, comment: longest }])).toMatchObject([{ comment: longest }]);
    expect(refusalOf([{ ...note, comment: `${longest}x` }])).toBe(
      `comments.0.comment: Ensure this field has no more than ${limits.text} characters.`,
    );
    expect(refusalOf([{ ...note, status: 'a\0' }])).toBe('comments.0.status: A character cannot be stored.');
  });

  it(`are ${limits.comments} at most`, () => {
    expect(commentsOf(Array(limits.comments).fill(note))).toHaveLength(limits.comments);
    expect(refusalOf(Array(limits.comments + 1).fill(note))).toBe(
      `comments: At most ${limits.comments} comments are allowed.`,
    );
  });
});

it('a status is one of the four words of a provider, as a text', () => {
  expect(['passed', 'violation', 'suspicious', 'not_reviewed'].map(parseReviewStatus)).toEqual([
    'Clean',
    'Rules Violation',
    'Suspicious',
    'Not Reviewed',
  ]);
  for (const word of ['Clean', 'toString', ['passed'], null])
    expect(() => parseReviewStatus(word)).toThrow(expect.objectContaining({ code: 'bad_review_status' }));
});

it('every review without an attempt is refused with the same text', () =>
  expect(noAttemptMatches()).toMatchObject({ code: 'attempt_not_found', message: 'No attempt matches this review.' }));
