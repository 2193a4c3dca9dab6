import { humanizedMinutes } from '#domain';
import { en, type TextKey } from './en.js';
import { catalogues, type Language, Texts, textsFor } from './texts.js';

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

describe.each(Object.keys(catalogues) as Language[])('the catalogue %s', (language) => {
  const { texts } = catalogues[language];

  it('has every text, and no other', () => expect(Object.keys(texts).sort()).toEqual(Object.keys(en).sort()));

  it('leaves no text empty', () => expect(Object.values(texts).filter((text) => text.trim() === '')).toEqual([]));

  it('has the same placeholders in each text', () => {
    const differing = (Object.keys(en) as TextKey[]).filter(
      (key) => placeholders(texts[key]).join() !== placeholders(en[key]).join(),
    );
    expect(differing).toEqual([]);
  });
});

describe('the language', () => {
  it.each([
    ['de', 'de'],
    ['de-AT,en;q=0.5', 'de'],
    ['en-GB, de;q=0.9', 'en'],
    ['en;q=0.2, de;q=0.7', 'de'],
    ['fr, de;q=0.1', 'de'],
    ['de;q=0, en', 'en'],
    ['fr', 'en'],
    ['*', 'en'],
    ['', 'en'],
    [';;q=,,', 'en'],
    ['constructor', 'en'],
    [undefined, 'en'],
  ])('for Accept-Language %s is %s', (accepted, language) => expect(textsFor(accepted, 'en').language).toBe(language));

  it("is the platform's if the request names none, and English if there is no catalogue of it", () => {
    expect(textsFor(undefined, 'de-de').language).toBe('de');
    expect(textsFor('fr', 'tlh').language).toBe('en');
  });
});

describe('texts', () => {
  it.each([0, 1, 10, 60, 61, 62, 120, 121])('say %s minutes as the rest of the API does, in English', (minutes) =>
    expect(new Texts('en').duration(minutes)).toBe(humanizedMinutes(minutes)),
  );

  it('say times in their language', () => {
    expect(new Texts('de').duration(90)).toBe('1 Stunde und 30 Minuten');
    expect(new Texts('de').moment('2031-05-05T12:00:00Z')).toBe('5. Mai 2031 um 12:00 UTC');
  });

  it('take a value as it is, also one that looks like a placeholder', () =>
    expect(new Texts('en').say('set_up.title', { exam: '{exam} $& <b>' })).toBe('Set up proctoring for {exam} $& <b>'));
});
