import { humanizedMinutes, roundHalfEven } from './attempt.words.js';

it.each([
  [0, '0 minutes'],
  [1, '1 minute'],
  [10, '10 minutes'],
  [60, '1 hour'],
  [61, '1 hour and 1 minute'],
  [62, '1 hour and 2 minutes'],
  [120, '2 hours'],
  [121, '2 hours and 1 minute'],
  [-5, '55 minutes'],
  [-75, 'error'],
])('%d minutes are called "%s"', (minutes, words) => expect(humanizedMinutes(minutes)).toBe(words));

it.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [2.4, 2],
  [2.6, 3],
])('%d is rounded to %d', (value, rounded) => expect(roundHalfEven(value)).toBe(rounded));
