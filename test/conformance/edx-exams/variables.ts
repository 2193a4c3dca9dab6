import type { Reply } from './client.js';
import type { Story } from './stories.js';

/** The address that the service has in the recordings. */
export const base = 'https://exams.example.com';

/** The variables of a story: ids and tokens that the service chooses, and the names of the recordings. */
export class Variables {
  private readonly values = new Map<string, unknown>();
  /** The browser by variable: a launch comes from the browser in which it began. */
  readonly owners = new Map<string, string>();

  constructor({ course, contents, users }: Story, given: Record<string, unknown>) {
    for (const [name, value] of Object.entries({ course, base, ...given })) this.values.set(name, value);
    for (const [name, content] of Object.entries(contents)) {
      this.values.set(`content.${name}`, content);
      this.values.set(`qcontent.${name}`, encodeURIComponent(content));
    }
    for (const { name, user_id } of users) this.values.set(`user.${name}.internal_id`, user_id);
  }

  set(name: string, value: unknown): void {
    this.values.set(name, value);
  }

  get(name: string): unknown {
    return this.values.get(name);
  }

  /** A text that is only a variable becomes the variable's value, which may be a number. */
  fill<T>(value: T): T;
  fill(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.fill(each));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.fill(each)]));
    if (typeof value !== 'string') return value;
    const [, only] = /^\{\{([^}]+)\}\}$/.exec(value) ?? [];
    if (only && this.values.has(only)) return this.values.get(only);
    return value.replace(/\{\{([^}]+)\}\}/g, (all, name) => String(this.values.get(name) ?? all));
  }

  /** The names of the variables in a value that have no value yet. */
  unknownIn(value: unknown): string[] {
    const names = [...(JSON.stringify(value) ?? '').matchAll(/\{\{([^}]+)\}\}/g)].map(([, name]) => name!);
    return names.filter((name) => !this.values.has(name));
  }

  /** Takes the variables of an exchange from its answer. */
  capture(captures: Record<string, string>, { body, location }: Reply, owner: string): void {
    for (const [name, path] of Object.entries(captures)) {
      const found = at({ $: body, body, headers: { Location: location } }, this.fill(path));
      if (found === undefined) continue;
      this.values.set(name, found);
      this.owners.set(name, owner);
      // In the original all launches of a person have one hint.
      if (!name.startsWith('lti.hint.')) continue;
      for (const [hint, of] of this.owners)
        if (hint.startsWith('lti.hint.') && of === owner) this.values.set(hint, found);
    }
  }
}

/** The value at a path such as `$[content_id=x].id`. */
function at(from: any, path: string): unknown {
  const steps = path.match(/\["[^"]+"\]|\[[^\]]+\]|[^.[\]]+/g) ?? [];
  return steps.reduce((value, step) => {
    if (value === undefined || value === null) return undefined;
    const [, key = step] = /^\["?(.*?)"?\]$/.exec(step) ?? [];
    const [, field, wanted] = step.startsWith('[') ? (/^([^="]+)=(.*)$/.exec(key) ?? []) : [];
    return field ? value.find?.((item: any) => String(item[field]) === wanted) : value[key];
  }, from);
}
