import { isDeepStrictEqual } from 'node:util';
import type { Reply } from './client.js';
import type { Exchange } from './stories.js';
import type { Variables } from './variables.js';

/** Numbers under these keys are ours to choose, unless the recording has a variable there (edx-exams.md §13). */
const idKeys = /^(id|exam_id|attempt_id|user_id|exam_attempt_id)$/;

/** These lists have no promised order. */
const unordered = /\/(exams\/course_id\/[^/]+(\/allowances)?|providers?|instructor_tool\/roster)\/?(\?|$)/;

/** One line for each difference between a recorded answer and ours. HTML is only named, so only its parts that matter count. */
export function differencesOf({ request, response }: Exchange, ours: Reply, variables: Variables): string[] {
  const found: string[] = [];
  const differ = (place: string, expected: unknown, got: unknown) =>
    found.push(`${place}: recorded ${show(expected)}, service ${show(got)}`);
  if (response.status !== ours.status) differ('status', response.status, ours.status);
  for (const [name, value] of Object.entries(response.headers ?? {})) compareHeader(name, value);
  if (ours.status < 500) compareBody();
  else if (response.status < 500) differ('body', response.body, ours.body);
  return found;

  function compareHeader(name: string, recorded: unknown) {
    const got = ours.headers[name.toLowerCase()];
    if (name === 'Location') {
      if (recorded !== 'as above') found.push(...compareValues('Location', recorded, ours.location, variables));
    } else if (name === 'Allow') {
      // Ours may name HEAD and OPTIONS, too.
      if (!listed(recorded).every((method) => listed(got).includes(method))) differ(name, recorded, got);
    } else if (/^(WWW-Authenticate|Access-Control-.*|Content-Disposition)$/.test(name)) {
      if (recorded !== got) differ(name, recorded, got);
    } else if (name === 'Set-Cookie' && request.path.startsWith('/csrf/')) {
      const names = (cookies: unknown) => [cookies ?? []].flat().map((cookie) => String(cookie).split('=')[0]);
      if (!names(recorded).every((cookie) => names(got).includes(cookie))) differ(name, recorded, got);
    }
  }

  function compareBody() {
    const { html } = (response.body ?? {}) as { html?: Record<string, unknown> };
    if (html && /^generic /.test(String(html.page))) return;
    if (html) {
      if (!ours.body?.html) differ('body', response.body, ours.body);
      const { page, reason, ...parts } = html;
      for (const [name, part] of Object.entries(parts))
        found.push(...compareValues(name, part, ours.body?.html?.[name], variables));
    } else if (request.method !== 'HEAD')
      found.push(...compareValues('body', response.body ?? null, ours.body, variables, unordered.test(request.path)));
  }
}

const listed = (methods: unknown) => String(methods).split(/, */);

/** One line for each difference between two values. The recorded one may contain variables and placeholders. */
export function compareValues(
  place: string,
  recorded: unknown,
  got: unknown,
  variables: Variables,
  inAnyOrder = false,
): string[] {
  if (typeof recorded === 'string' && /^<[^>]*>$/.test(recorded))
    return got ? [] : [`${place}: recorded ${recorded}, service ${show(got)}`];
  const expected = typeof recorded === 'string' ? variables.fill(recorded) : recorded;
  // Only the beginning is part of the contract: the rest is the text of Python's parser.
  if ([expected, got].every((text) => String(text).startsWith('JSON parse error - '))) return [];
  if (Array.isArray(expected) && Array.isArray(got)) {
    const others = inAnyOrder ? paired(expected, got, variables) : got;
    const lengths = expected.length === got.length ? [] : [`${place}.length: ${expected.length}, ${got.length}`];
    return [
      ...lengths,
      ...expected.flatMap((each, index) =>
        index < got.length ? compareValues(`${place}.${index}`, each, others[index], variables) : [],
      ),
    ];
  }
  if (isFields(expected) && isFields(got)) {
    const { token: _, ...decoded } = got;
    const fields = 'jwt_payload' in got ? decoded : got;
    const keys = new Set([...Object.keys(expected), ...Object.keys(fields)]);
    return [...keys].flatMap((key) => {
      const isOurs = idKeys.test(key) && typeof expected[key] === 'number' && typeof fields[key] === 'number';
      return isOurs ? [] : compareValues(`${place}.${key}`, expected[key], fields[key], variables);
    });
  }
  return isDeepStrictEqual(expected, got) ? [] : [`${place}: recorded ${show(expected)}, service ${show(got)}`];
}

/** Ours in the order of the recorded ones: each beside its equal, and the rest in the gaps. */
function paired(recorded: unknown[], ours: unknown[], variables: Variables): unknown[] {
  const left = [...ours];
  const partners = recorded.map((each) => {
    const index = left.findIndex((other) => compareValues('', each, other, variables).length === 0);
    return index < 0 ? undefined : left.splice(index, 1)[0];
  });
  return partners.map((partner) => partner ?? left.shift());
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const show = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
};
