import { createHash, createHmac } from 'node:crypto';
import { type Answer, cookieSecret } from './server.js';

type Fields = Record<string, unknown>;

/** Which id of the service stands for which of the reference: paired when they first appear in the same place. */
export class Ids {
  private readonly pairs = new Map<string, unknown>();
  private readonly taken = new Map<string, unknown>();

  match(kind: string, oracle: unknown, ours: unknown): boolean {
    const [known, owner] = [this.pairs.get(`${kind} ${oracle}`), this.taken.get(`${kind} ${ours}`)];
    // Some answers show ids as texts; of what kind each one is, is compared elsewhere.
    if (known !== undefined || owner !== undefined)
      return String(known) === String(ours) && String(owner) === String(oracle);
    this.pairs.set(`${kind} ${oracle}`, ours);
    this.taken.set(`${kind} ${ours}`, oracle);
    return true;
  }

  /** The service's id for one of the reference's, if they were paired. */
  ours(kind: string, oracle: unknown): unknown {
    return this.pairs.get(`${kind} ${oracle}`);
  }

  isOurs(kind: string, id: unknown): boolean {
    return this.taken.has(`${kind} ${id}`);
  }

  /** A path or a JSON body that the reference is asked with, with the ids of the service in it. */
  translateRequest(text: string): string {
    const replace = (kind: string, pattern: RegExp) => {
      text = text.replace(pattern, (_, before, id) => `${before}${this.ours(kind, id) ?? id}`);
    };
    replace('exam', /(\bexam_id\/|"exam_id": ?"?|\/instructor\/[^/?]+\/)(\d+)/g);
    text = text.replace(
      /("exam_ids": ?["[])([\d, ]+)/,
      (_, before, list) => before + list.replace(/\d+/g, (id: string) => this.ours('exam', id) ?? id),
    );
    replace('attempt', /(\/attempt\/)(\d+)/g);
    replace('external', /(\/attempt\/|\?attempt=|"ssiRecordLocator": ?")([A-Za-z][-\w]*)/g);
    replace('code', /(start_exam\/|"examCode": ?")([-0-9A-F]{36})/g);
    return text;
  }

  /** A sentence or path of the reference with the ids of the service in it. */
  translate(text: string): string {
    const replace = (kind: string, pattern: RegExp) => {
      text = text.replace(pattern, (all, before, id) => {
        const known = this.pairs.get(`${kind} ${id}`);
        return known === undefined ? all : `${before}${known}`;
      });
    };
    replace('exam', /(\bexam_id=|\btest-exam-)(\d+)/g);
    replace('attempt', /(\battempt_id=|\/attempt\/)(\d+)/g);
    replace('code', /(\battempt_code[= ])([0-9A-F-]{36})/g);
    replace('external', /(\bexternal_id=)([-\w]+)/g);
    replace('external', /(\/|\bHas )(test-attempt-\d+)/g);
    replace('external', /(\/|\bcode of )(rest-attempt-\d+)/g);
    return text;
  }
}

/** The first row that fits decides. */
const kinds: { kind: string; key: string; beside?: string }[] = [
  { kind: 'exam', key: 'exam_id' },
  { kind: 'exam', key: 'id', beside: 'content_id' },
  { kind: 'allowance', key: 'id', beside: 'key' },
  { kind: 'attempt', key: 'exam_attempt_id' },
  { kind: 'attempt', key: 'attempt_id' },
  { kind: 'attempt', key: 'id', beside: 'proctored_exam' },
  { kind: 'code', key: 'attempt_code' },
  { kind: 'external', key: 'external_id', beside: 'attempt_code' },
  { kind: 'external', key: 'external_id', beside: 'attempt_id' },
];

/** How the service's answer is not the reference's, one line each. */
export function compare(oracle: Answer, ours: Answer, ids: Ids): string[] {
  const found: string[] = [];
  const differ = (place: string, expected: unknown, got: unknown) =>
    found.push(`${place}: reference ${show(expected)}, service ${show(got)}`);

  if (oracle.status !== ours.status) differ('status', oracle.status, ours.status);
  const to = placeOf(oracle.location && ids.translate(oracle.location));
  if (to !== placeOf(ours.location)) differ('Location', to, placeOf(ours.location));
  if (oracle.frame !== ours.frame) differ('X-Frame-Options', oracle.frame, ours.frame);
  compareCookies(oracle.cookie, ours.cookie);
  // A page is the host's own: another host has another one.
  if (oracle.type?.startsWith('text/html')) return found;
  if (oracle.type !== ours.type) differ('content type', oracle.type, ours.type);
  if (oracle.status === 405 && oracle.allow !== ours.allow) differ('Allow', oracle.allow, ours.allow);
  compareValues('body', oracle.body, ours.body);
  return found;

  /** The code in it is an id, so each side has a signature of its own: both must be good. */
  function compareCookies(expected = '', got = '') {
    const [, code, time, end] = readCookie.exec(expected) ?? [];
    const [, gotCode, gotTime, gotEnd] = readCookie.exec(got) ?? [];
    const same =
      code === undefined ? got === '' : ids.match('code', code, gotCode) && isSigned(got) && isSigned(expected);
    // Ours says also when it ends and who may read it.
    if (!same || time !== gotTime || !(gotEnd ?? '').startsWith(end ?? '')) differ('Set-Cookie', expected, got);
  }

  function compareValues(place: string, expected: unknown, got: unknown, key = '', parent: Fields = {}) {
    const kind = kinds.find((each) => each.key === key && (!each.beside || each.beside in parent))?.kind;
    if (kind && isId(expected) && isId(got)) {
      if (!ids.match(kind, expected, got) || shape(expected) !== shape(got)) differ(`${place} (an id)`, expected, got);
    } else if (Array.isArray(expected) && Array.isArray(got)) {
      const sorted = inOrderOf(expected, got, ids);
      if (sorted) found.push(`${place} (order)`);
      const items: unknown[] = sorted ?? got;
      if (expected.length !== items.length) differ(`${place}.length`, expected.length, items.length);
      for (const index of expected.keys())
        if (index < items.length) compareValues(`${place}.${index}`, expected[index], items[index]);
    } else if (isObject(expected) && isObject(got)) {
      const [names, gotNames] = [Object.keys(expected), Object.keys(got)];
      if (names.toSorted().join() !== gotNames.toSorted().join()) differ(`${place}, keys`, names, gotNames);
      else if (names.join() !== gotNames.join()) found.push(`${place} (order)`);
      for (const name of names)
        if (name in got) compareValues(`${place}.${name}`, expected[name], got[name], name, expected);
    } else if (typeof expected === 'number' && typeof got === 'number') {
      if (Math.abs(expected - got) > 1e-6) differ(place, expected, got);
    } else {
      const said = typeof expected === 'string' ? ids.translate(expected) : expected;
      if (said !== got) differ(place, said, got);
    }
  }
}

/** Each side has a provider's stub of its own, and puts a random id into the token that leads to its pages. */
function placeOf(location = ''): string {
  const [, page, claims] = /^http:\/\/127\.0\.0\.1:\d+(\/.*\?jwt=)[^.]*\.([^.]*)\./.exec(location) ?? [];
  if (claims === undefined) return location;
  const told = JSON.parse(Buffer.from(claims, 'base64url').toString(), (key, value) => {
    if (key === 'jti') return undefined;
    return typeof value === 'number' ? Number(value.toFixed(3)) : value; // Python adds up its seconds less exactly
  });
  return page + JSON.stringify(told);
}

const readCookie = /^exam=([^:;]*):(\w+):[-\w]+(.*)$/;
const signingKey = createHash('sha256').update(`examsignerdjango.http.cookies${cookieSecret}`).digest();
const isSigned = (cookie: string) => {
  const [, text, signature] = /^exam=(.*):([-\w]+);/.exec(cookie) ?? [];
  return text && createHmac('sha256', signingKey).update(text).digest('base64url') === signature;
};

/** The same items in the other list's order; undefined when they already are, or when the lists have others. */
function inOrderOf(expected: unknown[], got: unknown[], ids: Ids): unknown[] | undefined {
  const left = [...got];
  const sorted = expected.map((item) => {
    const at = left.findIndex((other) => isSame(item, other, ids));
    return at < 0 ? undefined : left.splice(at, 1)[0];
  });
  const isPermuted = left.length === 0 && expected.length === got.length && sorted.some((item, at) => item !== got[at]);
  return isPermuted ? sorted : undefined;
}

/** Items with the same two ids; else items that say the same beside their ids. */
function isSame(item: unknown, other: unknown, ids: Ids): boolean {
  if (!isObject(item) || !isObject(other)) return item === other;
  const kind = kinds.find(({ key, beside }) => key === 'id' && beside! in item)?.kind;
  const known = kind && ids.ours(kind, item.id);
  return known === undefined ? signOf(item, ids) === signOf(other) : known === other.id;
}

/** The content of an item beside its ids; a pair of exam and learner has ids alone. Learners have one id. */
const signOf = (item: Fields, ids?: Ids): string => {
  if (Object.keys(item).join() === 'exam_id,user_id')
    return `${ids ? ids.translate(`exam_id=${item.exam_id}`) : `exam_id=${item.exam_id}`} ${item.user_id}`;
  return JSON.stringify(item, (key, value) => {
    if (key === 'user') return value.id;
    return /^(id|external_id|attempt_code)$/.test(key) ? undefined : value;
  });
};

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (value: unknown) => typeof value === 'number' || typeof value === 'string';
/** An attempt's code is a UUID4 in capitals on both sides; other ids are only numbers or texts. */
const shape = (id: unknown) =>
  /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/.test(String(id)) ? 'uuid4' : typeof id;
const show = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));
