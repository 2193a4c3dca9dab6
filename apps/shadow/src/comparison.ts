import { type Answer, textOf } from './exchange.js';
import { type IdMap, type Kind, kindOf } from './id-map.js';

/** A place at which the two answers differ. Values are cut to 200 characters. */
export type Difference = { place: string; primary: unknown; secondary: unknown };

const comparedHeaders = ['content-type', 'location', 'allow'];
/** Each service makes these values anew. */
const random = ['csrfToken', 'access_token'];
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Compares status, headers that matter, and body. Times and seconds may differ by `toleranceSeconds`, since the secondary got
 * the request later. Ids that a creation gave may differ, and are learned.
 */
export function compareAnswers(
  primary: Answer,
  secondary: Answer,
  { ids, isCreation, toleranceSeconds }: { ids: IdMap; isCreation: boolean; toleranceSeconds: number },
): Difference[] {
  const differences: Difference[] = [];
  const note = (place: string, one: unknown, other: unknown) =>
    differences.push({ place, primary: short(one), secondary: short(other) });
  if (primary.status !== secondary.status) note('status', primary.status, secondary.status);
  for (const name of comparedHeaders) {
    const [one, other] = [primary, secondary].map(({ headers }) => headerOf(name, headers[name]));
    if (ids.translatePath(one!) !== other) note(`header ${name}`, one, other);
  }
  compareValues(bodyOf(primary), bodyOf(secondary), 'body', '', {});
  return differences;

  function compareValues(one: unknown, other: unknown, place: string, field: string, parent: object): void {
    if (random.includes(field)) return;
    if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
      for (const [index, each] of one.entries()) compareValues(each, other[index], `${place}[${index}]`, field, {});
      return;
    }
    if (isObject(one) && isObject(other)) {
      for (const name of new Set([...Object.keys(one), ...Object.keys(other)]))
        compareValues(one[name], other[name], `${place}.${name}`, name, one);
      return;
    }
    if (!isSame(one, other, field, parent)) note(place, one, other);
  }

  function isSame(one: unknown, other: unknown, field: string, parent: object): boolean {
    if (one === other) return true;
    const kind = kindOf(field, parent as Record<string, unknown>);
    if (kind && one !== null && other !== null && typeof one === typeof other) {
      if (isCreation || isGivenAnew(kind)) ids.learn(kind, one, other);
      return ids.translate(kind, one) === other;
    }
    if (typeof one === 'string' && typeof other === 'string') {
      if (instant.test(one) && instant.test(other))
        return Math.abs(Date.parse(one) - Date.parse(other)) <= toleranceSeconds * 1000;
      return ids.translatePath(one) === other;
    }
    const isSeconds = typeof one === 'number' && typeof other === 'number' && /second|_sec$/.test(field);
    return isSeconds && Math.abs(one - other) <= toleranceSeconds;
  }
}

/** The answer to a creation does not have these, so they are learned from the first answer that has them. */
const isGivenAnew = (kind: Kind) => kind === 'code' || kind === 'external id';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A content type is compared by its media type, and an absolute address by what follows the host. */
function headerOf(name: string, value: string | string[] | undefined): string {
  const text = String(value ?? '');
  if (name === 'content-type') return text.split(';')[0]!.trim();
  return name === 'location' ? text.replace(/^https?:\/\/[^/]+/, '') : text.split(', ').sort().join(', ');
}

function bodyOf(answer: Answer): unknown {
  const text = textOf(answer);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const short = (value: unknown): unknown => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text !== undefined && text.length > 200 ? `${text.slice(0, 200)}…` : value;
};
