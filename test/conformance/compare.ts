import type { Answer } from './server.js';

type Fields = Record<string, unknown>;

/** Which id of the service stands for which of the reference: paired when they first appear in the same place. */
export class Ids {
  private readonly pairs = new Map<string, unknown>();
  private readonly taken = new Map<string, unknown>();

  match(kind: string, oracle: unknown, ours: unknown): boolean {
    const [known, owner] = [this.pairs.get(`${kind} ${oracle}`), this.taken.get(`${kind} ${ours}`)];
    if (known !== undefined || owner !== undefined) return known === ours && owner === oracle;
    this.pairs.set(`${kind} ${oracle}`, ours);
    this.taken.set(`${kind} ${ours}`, oracle);
    return true;
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
    return text;
  }
}

const kinds: { kind: string; key: string; beside?: string }[] = [
  { kind: 'exam', key: 'exam_id' },
  { kind: 'exam', key: 'id', beside: 'content_id' },
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
  // A page is the host's own: another host has another one.
  if (oracle.type?.startsWith('text/html')) return found;
  if (oracle.type !== ours.type) differ('content type', oracle.type, ours.type);
  if (oracle.status === 405 && oracle.allow !== ours.allow) differ('Allow', oracle.allow, ours.allow);
  compareValues('body', oracle.body, ours.body);
  return found;

  function compareValues(place: string, expected: unknown, got: unknown, key = '', parent: Fields = {}) {
    const kind = kinds.find((each) => each.key === key && (!each.beside || each.beside in parent))?.kind;
    if (kind && isId(expected) && isId(got)) {
      if (!ids.match(kind, expected, got) || shape(expected) !== shape(got)) differ(`${place} (an id)`, expected, got);
    } else if (Array.isArray(expected) && Array.isArray(got)) {
      if (expected.length !== got.length) differ(`${place}.length`, expected.length, got.length);
      for (const index of expected.keys())
        if (index < got.length) compareValues(`${place}.${index}`, expected[index], got[index]);
    } else if (isObject(expected) && isObject(got)) {
      const [names, gotNames] = [Object.keys(expected), Object.keys(got)];
      if (names.join() !== gotNames.join()) differ(`${place}, keys`, names, gotNames);
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

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (value: unknown) => typeof value === 'number' || typeof value === 'string';
/** An attempt's code is a UUID4 in capitals on both sides; other ids are only numbers or texts. */
const shape = (id: unknown) =>
  /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/.test(String(id)) ? 'uuid4' : typeof id;
const show = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));
