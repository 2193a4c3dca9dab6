/** Text that is HTML already. Anything else is escaped where it is put into `html`. */
export class Html {
  constructor(private readonly text: string) {}

  toString() {
    return this.text;
  }
}

export type Part = Html | string | number | null | undefined | readonly Part[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const written = (part: Part): string => {
  if (part === null || part === undefined) return '';
  if (Array.isArray(part)) return part.map(written).join('');
  if (part instanceof Html) return part.toString();
  return String(part).replace(/[&<>"']/g, (character) => entities[character]!);
};

/** HTML with values in it, escaped: between tags, or in an attribute in double quotes. */
export const html = (strings: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(strings.map((text, index) => text + written(parts[index])).join(''));

/** Attributes whose values are there; the value '' is one. */
export const attributes = (values: Record<string, string | number | null | undefined>): Html[] =>
  Object.entries(values).map(([name, value]) =>
    value === null || value === undefined ? html`` : html` ${new Html(name)}="${value}"`,
  );

/** Addresses come from settings and vendors: one that would run a script is none. */
export const isLink = (url: string): boolean => /^(https?:\/\/|mailto:|\/(?![/\\]))/i.test(url);
