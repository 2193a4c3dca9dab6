import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { type ReleaseRules, releases } from '#domain';
import { type Part, parts, type Template, texts, textsFor } from './texts.js';

export type Fields = Readonly<Record<string, string>>;

const files = Object.keys(texts).flatMap((template) => parts.map((part) => `${template}.${part}.hbs`));

/** The texts of mails. Files of the folder, for one provider or for all, replace our own texts (domain.md §9.6). */
export class Templates {
  private readonly compiled = new Map<string, Handlebars.TemplateDelegate>();

  /** Throws an error of one line for a file with an unknown name or an unknown field. */
  constructor(folder: string | undefined, providers: readonly string[], release: ReleaseRules = releases['4.16']) {
    for (const [template, own] of Object.entries(textsFor(release)))
      for (const part of parts) this.add(`${template}.${part}.hbs`, own[part]);
    if (folder) this.read(folder, '', providers);
  }

  render(template: Template, provider: string | null, fields: Fields): Record<Part, string> {
    const text = (part: Part) => {
      const file = `${template}.${part}.hbs`;
      const render = this.compiled.get(`${provider ?? ''}/${file}`) ?? this.compiled.get(file)!;
      return render(fields);
    };
    return { subject: text('subject').replace(/\s+/g, ' ').trim(), text: text('text'), html: text('html') };
  }

  private read(folder: string, prefix: string, providers: readonly string[]) {
    const problem = (why: string) => new Error(`MAIL_TEMPLATES: ${why}`);
    let entries: ReturnType<typeof entriesOf>;
    try {
      entries = entriesOf(folder);
    } catch (error) {
      throw problem((error as Error).message);
    }
    for (const { name, isFolder } of entries) {
      const path = join(folder, name);
      if (isFolder && !providers.includes(name)) throw problem(`${path}: there is no provider "${name}"`);
      if (isFolder) this.read(path, `${name}/`, []);
      else if (!files.includes(name)) throw problem(`${path} is not a template; the templates are ${files.join(', ')}`);
      else
        try {
          this.add(name, readFileSync(path, 'utf8'), prefix);
        } catch (error) {
          throw problem(`${path}: ${(error as Error).message.split('\n')[0]}`);
        }
    }
  }

  /** Renders it once, so that an unknown field is found before there is a mail to send. */
  private add(file: string, source: string, prefix = '') {
    const [template, part] = file.split('.') as [Template, Part];
    const render = Handlebars.compile(source, { strict: true, noEscape: part !== 'html' });
    render(Object.fromEntries(texts[template].fields.map((field) => [field, field])));
    this.compiled.set(`${prefix}${file}`, render);
  }
}

const entriesOf = (folder: string) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
