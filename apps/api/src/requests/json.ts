import { setImmediate as nextTurn } from 'node:timers/promises';
import { refused } from '../http/http-answer.js';

const deepest = 200;
/** A text this long is read in steps, so that other requests are answered between them. */
const stepLength = 1024 * 1024;

/** Reads JSON that is nested at most 200 deep and has at most `most` values. Answers an error for any other text. */
export async function readJson(text: string, most: number): Promise<unknown> {
  if (text.startsWith('\uFEFF')) return refused(400, 'JSON parse error - Unexpected UTF-8 BOM');
  const problem = await problemOf(text, most);
  if (problem) return refused(400, problem);
  try {
    return JSON.parse(text);
  } catch (error) {
    return refused(400, `JSON parse error - ${(error as Error).message}`);
  }
}

/** Parsing millions of values takes seconds, counting their commas and brackets does not. */
async function problemOf(text: string, most: number): Promise<string | undefined> {
  let values = 0;
  let depth = 0;
  let nextStep = stepLength;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfText(text, at);
    else if (code === comma) values++;
    else if (code === openBrace || code === openBracket) {
      values++;
      depth++;
    } else if (code === closeBrace || code === closeBracket) depth--;
    if (values > most) return `JSON parse error - more than ${most} values`;
    if (depth > deepest) return `JSON parse error - nested more than ${deepest} deep`;
    if (at < nextStep) continue;
    nextStep = at + stepLength;
    await nextTurn();
  }
  return undefined;
}

const [quote, comma, openBrace, closeBrace, openBracket, closeBracket] = [...'",{}[]'].map((sign) =>
  sign.charCodeAt(0),
) as [number, number, number, number, number, number];

/** The index of the quote that ends the text which begins at `start`. */
function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at;
    while (text[before - 1] === '\\') before--;
    if ((at - before) % 2 === 0) return at;
  }
  return text.length;
}
