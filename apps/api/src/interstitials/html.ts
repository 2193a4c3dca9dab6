/** Text that is HTML. `html` escapes all other values. */
export class Html {
  constructor(private readonly text: string) {}

  toString() {
    return this.text;
  }
}

export type Part = Html | string | number | null | undefined | readonly Part[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (part: Part): string => {
  if (part === null || part === undefined) return '';
  if (Array.isArray(part)) return part.map(escaped).join('');
  if (part instanceof Html) return part.toString();
  return String(part).replace(/[&<>"']/g, (character) => entities[character]!);
};

/** Makes HTML with escaped values. A value stands between tags, or in an attribute with double quotes. */
export const html = (strings: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(strings.map((text, index) => text + escaped(parts[index])).join(''));

/** Attributes that have a value. '' is a value. */
export const attributes = (values: Record<string, string | number | null | undefined>): Html[] =>
  Object.entries(values).map(([name, value]) =>
    value === null || value === undefined ? html`` : html` ${new Html(name)}="${value}"`,
  );

/** URLs come from settings and providers. A URL that would run a script is not a link. */
export const isLink = (url: string): boolean => /^(https?:\/\/|mailto:|\/(?![/\\]))/i.test(url);
