export type Kind = 'exam' | 'attempt' | 'allowance' | 'code' | 'external id';

const kindOfField: { [field: string]: Kind } = {
  exam_id: 'exam',
  proctored_exam_id: 'exam',
  attempt_id: 'attempt',
  exam_attempt_id: 'attempt',
  attempt_code: 'code',
  exam_code: 'code',
  external_id: 'external id',
};

/** The kind of id that a field of an object has; undefined if it is no id. */
export function kindOf(field: string, object: Record<string, unknown>): Kind | undefined {
  if (field !== 'id') return kindOfField[field];
  if ('attempt_code' in object) return 'attempt';
  if ('exam_name' in object) return 'exam';
  return 'key' in object && 'value' in object ? 'allowance' : undefined;
}

/** The segment of a path before an id says its kind. */
const inPath =
  /(\/(?:exam_id|exams?|attempt_id|attempts?|review_policy\/exam_id)\/)(\d+)(?=[/?#]|$)|([?&](?:exam|attempt)_id=)(\d+)/g;

/** Ids that the secondary gave where the primary gave others, because each created the row by itself. */
export class IdMap {
  private readonly ofSecondary = new Map<string, string>();
  private readonly taken = new Set<string>();

  /** The first pair of two ids counts. */
  learn(kind: Kind, primary: unknown, secondary: unknown): void {
    const [one, other] = [`${kind} ${primary}`, `${kind} ${secondary}`];
    if (this.ofSecondary.has(one) || this.taken.has(other)) return;
    this.ofSecondary.set(one, String(secondary));
    this.taken.add(other);
  }

  /** The secondary's id for the primary's; the same if no other is known. */
  translate<Id>(kind: Kind, primary: Id): Id {
    const found = this.ofSecondary.get(`${kind} ${primary}`);
    if (found === undefined) return primary;
    return (typeof primary === 'number' ? Number(found) : found) as Id;
  }

  /** A path, or a text with URLs, with the secondary's ids. */
  translatePath(path: string): string {
    const codes = path.replaceAll(/[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}/g, (code) =>
      this.translate('code', code),
    );
    return codes.replaceAll(inPath, (whole, segment = '', id = '', query = '', idInQuery = '') => {
      const before: string = segment || query;
      if (before === '') return whole;
      return before + this.translate(before.includes('attempt') ? 'attempt' : 'exam', id || idInQuery);
    });
  }

  /** A value of JSON with the secondary's ids. */
  translateJson(value: unknown): unknown {
    if (typeof value === 'string') return this.translatePath(value);
    if (Array.isArray(value)) return value.map((each) => this.translateJson(each));
    if (Object(value) !== value) return value;
    const object = value as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(object).map(([field, each]) => {
        const kind = kindOf(field, object);
        return [field, kind && Object(each) !== each ? this.translate(kind, each) : this.translateJson(each)];
      }),
    );
  }
}
