import { createHash, createHmac } from 'node:crypto';
import { type Answer, cookieSecret } from './server.js';

type Fields = Record<string, unknown>;

/** Pairs of ids of the reference and the service. Two ids become a pair when they first appear in the same place. */
export class Ids {
  private readonly pairs = new Map<string, unknown>();
  private readonly taken = new Map<string, unknown>();

  match(kind: string, reference: unknown, ours: unknown): boolean {
    const [known, owner] = [this.pairs.get(`${kind} ${reference}`), this.taken.get(`${kind} ${ours}`)];
    // Some answers show ids as texts. The type of the value is compared elsewhere.
    if (known !== undefined || owner !== undefined)
      return String(known) === String(ours) && String(owner) === String(reference);
    this.pairs.set(`${kind} ${reference}`, ours);
    this.taken.set(`${kind} ${ours}`, reference);
    return true;
  }

  /** The service's id for an id of the reference, if they are a pair. */
  ours(kind: string, reference: unknown): unknown {
    return this.pairs.get(`${kind} ${reference}`);
  }

  isOurs(kind: string, id: unknown): boolean {
    return this.taken.has(`${kind} ${id}`);
  }

  /** Puts the ids of the service into a path or a JSON body of a request to the reference. */
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

  /** Puts the ids of the service into a sentence or a path of the reference. */
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

/** The fields of answers that have ids. The first row that fits counts. */
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

/** Answers one line for each difference between the two answers. */
export function compare(reference: Answer, ours: Answer, ids: Ids): string[] {
  const found: string[] = [];
  const differ = (place: string, expected: unknown, got: unknown) =>
    found.push(`${place}: reference ${show(expected)}, service ${show(got)}`);

  if (reference.status !== ours.status) differ('status', reference.status, ours.status);
  const to = placeOf(reference.location && ids.translate(reference.location));
  if (to !== placeOf(ours.location)) differ('Location', to, placeOf(ours.location));
  if (reference.frame !== ours.frame) differ('X-Frame-Options', reference.frame, ours.frame);
  compareCookies(reference.cookie, ours.cookie);
  // HTML pages are not part of the contract.
  if (reference.type?.startsWith('text/html')) return found;
  if (reference.type !== ours.type) differ('content type', reference.type, ours.type);
  if (reference.status === 405 && reference.allow !== ours.allow) differ('Allow', reference.allow, ours.allow);
  compareValues('body', reference.body, ours.body);
  return found;

  /** The cookie has the attempt code, so each side has another signature. Both signatures must be valid. */
  function compareCookies(expected = '', got = '') {
    const [, code, time, end] = readCookie.exec(expected) ?? [];
    const [, gotCode, gotTime, gotEnd] = readCookie.exec(got) ?? [];
    const same =
      code === undefined ? got === '' : ids.match('code', code, gotCode) && isSigned(got) && isSigned(expected);
    // The service's cookie has more attributes: its end, and who may read it.
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
      const translated = typeof expected === 'string' ? ids.translate(expected) : expected;
      if (translated !== got) differ(place, translated, got);
    }
  }
}

/** The address without what differs by design: each side has its own stub of a provider, and each token has a random id. */
function placeOf(location = ''): string {
  const [, page, claims] = /^http:\/\/127\.0\.0\.1:\d+(\/.*\?jwt=)[^.]*\.([^.]*)\./.exec(location) ?? [];
  if (claims === undefined) return location;
  const payload = JSON.parse(Buffer.from(claims, 'base64url').toString(), (key, value) => {
    if (key === 'jti') return undefined;
    return typeof value === 'number' ? Number(value.toFixed(3)) : value; // Python's seconds are less exact
  });
  return page + JSON.stringify(payload);
}

const readCookie = /^exam=([^:;]*):(\w+):[-\w]+(.*)$/;
const signingKey = createHash('sha256').update(`examsignerdjango.http.cookies${cookieSecret}`).digest();
const isSigned = (cookie: string) => {
  const [, text, signature] = /^exam=(.*):([-\w]+);/.exec(cookie) ?? [];
  return text && createHmac('sha256', signingKey).update(text).digest('base64url') === signature;
};

/** The items of `got` in the order of `expected`. Undefined if the order is the same already, or if the items differ. */
function inOrderOf(expected: unknown[], got: unknown[], ids: Ids): unknown[] | undefined {
  const left = [...got];
  const sorted = expected.map((item) => {
    const at = left.findIndex((other) => isSame(item, other, ids));
    return at < 0 ? undefined : left.splice(at, 1)[0];
  });
  const isPermuted = left.length === 0 && expected.length === got.length && sorted.some((item, at) => item !== got[at]);
  return isPermuted ? sorted : undefined;
}

/** Whether two items are a pair by their ids or, if the id has no pair yet, have the same content. */
function isSame(item: unknown, other: unknown, ids: Ids): boolean {
  if (!isObject(item) || !isObject(other)) return item === other;
  const kind = kinds.find(({ key, beside }) => key === 'id' && beside! in item)?.kind;
  const known = kind && ids.ours(kind, item.id);
  return known === undefined ? signOf(item, ids) === signOf(other) : known === other.id;
}

/** The content of an item without its ids. An item of exam and learner has only ids; a learner has the same id on both sides. */
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
/** An attempt code is a UUID4 in capitals. Other ids are numbers or texts. */
const shape = (id: unknown) =>
  /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/.test(String(id)) ? 'uuid4' : typeof id;
const show = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));
