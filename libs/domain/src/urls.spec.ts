import { asUrl, inPath, mailtoUrl } from './urls.js';

describe('a text in a path', () => {
  it.each([
    ['course-v1:OrgX+Demo+2024', 'course-v1:OrgX+Demo+2024'],
    [
      'a b?c#d%e&f+g/h:é"<>[]@!$(),;=~{}|^`\\',
      'a%20b%3Fc%23d%25e&f+g/h:%C3%A9%22%3C%3E%5B%5D@!$(),;=~%7B%7D%7C%5E%60%5C',
    ],
    ['a%2Bb', 'a%252Bb'],
  ])('%s is encoded once, as the reference does it', (text, expected) => {
    expect(inPath(text)).toBe(expected);
    expect(decodeURIComponent(inPath(text))).toBe(text);
  });
});

describe('a URL from outside', () => {
  it.each([
    ['https://v.example.org/a%2Bb?c=%20d+e&f=%25', 'https://v.example.org/a%2Bb?c=%20d+e&f=%25'],
    ['https://v.example.org/é 1?"x"=<y>', 'https://v.example.org/%C3%A9%201?%22x%22=%3Cy%3E'],
    ['https://v.example.org/😀\ud800\r\n', 'https://v.example.org/%F0%9F%98%80%EF%BF%BD%0D%0A'],
  ])('%j is not encoded twice', (url, expected) => {
    expect(asUrl(url)).toBe(expected);
    expect(asUrl(expected)).toBe(expected);
  });
});

it('a mailto link encodes the address and the subject, if there is one', () => {
  expect(mailtoUrl('a+b&c?d%e@example.org', 'A & B')).toBe('mailto:a%2Bb%26c%3Fd%25e@example.org?subject=A%20%26%20B');
  expect(mailtoUrl('a@example.org')).toBe('mailto:a@example.org');
});
