import { isUtf8 } from 'node:buffer';
import { openPathOf } from './open-paths.js';
import { course } from './path-parameters.js';

const root = '/api/edx_proctoring/v1';
const exams = `${root}/proctored_exam`;
const callback = '/api/edx_proctoring/proctoring_review_callback';

// The paths with a course id, which may contain slashes. `then` comes before the last parameter.
const withCourse = [
  [`${exams}/exam/course_id/`, '', '/content_id/'],
  [`${exams}/exam_registration/course_id/`, ''],
  [`${exams}/attempt/grouped/course_id/`, '', '/search/'],
  [`${exams}/attempt/course_id/`, ''],
  [`${exams}/student_view/course_id/`, ''],
  [`${exams}/attempt_status_summary/course_id/`, ''],
  [`${root}/user_onboarding/status/course_id/`, ''],
  [`${root}/instructor/`, '', '/'],
  [`${exams}/`, '/allowance'],
  [`${exams}/`, '/bulk_allowance'],
  [`${exams}/`, '/grouped/allowance'],
].map(([before, after, then]) => ({
  before,
  after,
  then,
  pattern: new RegExp(`^${before}(${course}?)${after}${then ? `(?:${then}(.+))?` : ''}$`, 's'),
}));

/** The paths of the instructor API have more parts after the course id. */
const instructors = new RegExp(
  `^(/api/instructor/v2/courses/)(${course}?)(/special_exams(?:/.*)?|/proctoring_settings)$`,
  's',
);

/** The index of a tile has slashes, too. */
const tile = /^(\/api\/audit\/v1\/log\/\d+\/tile\/\d+\/)(.+)$/s;

// These paths end in a slash, and are not found without it (rest-api.md §1.2).
const slashed = new RegExp(
  `^(${root}/retire_(?:backend_)?user/[^/]+|${exams}/(?:settings|review_policy)/exam_id/[^/]+|${callback}(?:/[^/]+)?)(/?)$`,
);

/** Paths outside the API that end in a slash, by route. */
const slashedPages: Record<string, string> = {
  '/health/overall': '/health/',
  '/browser_lock': '/browser_lock/',
  '/lti/lti_consumer/v1/launch': '/lti/lti_consumer/v1/launch/',
};

/** The path of a route in the reference. The router knows no slash at the end. */
export const referencePath = (route: string): string =>
  slashedPages[route] ?? (slashed.test(route) ? `${route}/` : route);

/**
 * The URL for the router. A course id becomes one percent-encoded segment, so that a route can name it `:courseId`. So does the
 * last parameter (a content id, a search text). The decoded path is matched (rest-api.md §1.2). The router gets no invalid
 * escape.
 */
export function routableUrl(url: string): string {
  const end = url.indexOf('?');
  const asked = end < 0 ? url : url.slice(0, end);
  const query = end < 0 ? '' : url.slice(end);
  const path = decoded(asked);
  const [page] = Object.entries(slashedPages).find(([, slashedPath]) => slashedPath === path) ?? [];
  if (page) return page + query;
  if (!path.startsWith('/api/') && isWellFormed(asked)) return url;
  const [, unslashed, slash] = slashed.exec(path) ?? [];
  if (unslashed) return encoded(unslashed) + (slash ? query : '/without/slash');
  // The reference accepts any text after this path (rest-api.md §5.19).
  if (path.startsWith(`${exams}/active_attempt`)) return `${exams}/active_attempt${query}`;
  const [, tiles, index = ''] = tile.exec(path) ?? [];
  if (tiles) return tiles + encodeURIComponent(index) + query;
  const open = openPathOf(path);
  if (open) return open + query;
  const [, courses, dashboard = '', more = ''] = instructors.exec(path) ?? [];
  if (courses) return courses + encodeURIComponent(dashboard) + encoded(more) + query;
  for (const { before, after, then, pattern } of withCourse) {
    const [match, courseId = '', last] = pattern.exec(path) ?? [];
    if (!match) continue;
    const rest = last === undefined ? '' : then + encodeURIComponent(last);
    return before + encodeURIComponent(courseId) + after + rest + query;
  }
  return encoded(path) + query;
}

const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');

function isWellFormed(path: string): boolean {
  try {
    return decodeURIComponent(path) !== undefined;
  } catch {
    return false;
  }
}

/** Decodes as Django does: an invalid escape stays as it is, and a byte that is not UTF-8 stays as an escape. */
function decoded(path: string): string {
  const bytes = path.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
  return textOf(Buffer.from(bytes, 'latin1'));
}

function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find((each) => isUtf8(bytes.subarray(at, at + each)));
    const part = bytes.subarray(at, at + (length ?? 1));
    text += length === undefined ? `%${part.toString('hex').toUpperCase()}` : part.toString();
    at += part.length;
  }
  return text;
}
