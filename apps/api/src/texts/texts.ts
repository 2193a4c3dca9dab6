import type { FastifyReply } from 'fastify';
import { de } from './de.js';
import { type Catalogue, en, type TextKey } from './en.js';

/** To add a language: a catalogue beside `en.ts`, and a line here. */
export const catalogues = {
  en: { texts: en, direction: 'ltr' },
  de: { texts: de, direction: 'ltr' },
} satisfies Record<string, { texts: Catalogue; direction: 'ltr' | 'rtl' }>;
export type Language = keyof typeof catalogues;

/** Texts for a learner, in the learner's language. They are plain text and must be escaped in HTML. */
export class Texts {
  readonly direction: 'ltr' | 'rtl';
  private readonly texts: Catalogue;

  constructor(readonly language: Language) {
    ({ texts: this.texts, direction: this.direction } = catalogues[language]);
  }

  say(key: TextKey, values: Record<string, string> = {}): string {
    return this.texts[key].replace(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);
  }

  /** "1 hour and 30 minutes" */
  duration(minutes: number): string {
    const [hours, rest] = [Math.trunc(minutes / 60), minutes % 60];
    const parts = [
      ...(hours > 0 ? [this.unit(hours, 'hour')] : []),
      ...(hours === 0 || rest > 0 ? [this.unit(rest, 'minute')] : []),
    ];
    return new Intl.ListFormat(this.language, { type: 'conjunction' }).format(parts);
  }

  /** In UTC, because the learner's time zone is unknown. */
  moment(instant: string): string {
    const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
    return `${new Intl.DateTimeFormat(this.language, format).format(new Date(instant))} UTC`;
  }

  private unit(count: number, unit: 'hour' | 'minute'): string {
    return new Intl.NumberFormat(this.language, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
  }
}

const isLanguage = (code: string): code is Language => Object.hasOwn(catalogues, code);
const baseOf = (tag: string) => tag.trim().toLowerCase().split('-')[0]!;

/** The texts in the language that `Accept-Language` prefers, else in the platform's language, else in English. */
export function textsFor(accepted: string | undefined, platformLanguage: string): Texts {
  const wanted = (accepted ?? '')
    .split(',')
    .map((each) => {
      const [tag = '', ...parameters] = each.split(';');
      const quality = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find(Boolean);
      return { language: baseOf(tag), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((one, other) => other.quality - one.quality);
  const languages = [...wanted.map(({ language }) => language), baseOf(platformLanguage)];
  return new Texts(languages.find(isLanguage) ?? 'en');
}

/** The texts for a request's `Accept-Language`. Headers of the answer name their language. */
export function textsForAnswer(accepted: string | undefined, platformLanguage: string, reply: FastifyReply): Texts {
  const texts = textsFor(accepted, platformLanguage);
  reply.headers({ 'Content-Language': texts.language, Vary: 'Accept-Language' });
  return texts;
}
