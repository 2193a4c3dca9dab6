import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { IntlProvider, useIntl } from 'react-intl';

export type Locale = 'en' | 'de';
export type Texts = Record<Locale, Record<string, string>>;

/** The texts of a part of the console. The compiler requires each text in each language. */
export const textsOf = <T extends Record<string, string>>(en: T, de: Record<keyof T, string>): Texts => ({ en, de });

export const locales: Record<Locale, { name: string; direction: 'ltr' | 'rtl' }> = {
  en: { name: 'English', direction: 'ltr' },
  de: { name: 'Deutsch', direction: 'ltr' },
};
const isLocale = (text: string | null | undefined): text is Locale => text != null && Object.hasOwn(locales, text);

const preferred = (): Locale => {
  const chosen = localStorage.getItem('locale');
  if (isLocale(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.split('-')[0]).find(isLocale) ?? 'en';
};

/** The user's form of the language: dates differ between en-GB and en-US. */
const tagOf = (locale: Locale) => navigator.languages.find((tag) => tag.split('-')[0] === locale) ?? locale;

/** Texts may have `<b>`. */
const richText = { b: (parts: ReactNode) => <strong>{parts}</strong> };

const ChosenLocale = createContext<{ locale: Locale; choose: (locale: Locale) => void } | undefined>(undefined);
export const useLocale = () => useContext(ChosenLocale)!;

/** The language of the page: the user's choice, else the browser's. */
export function LocaleProvider({ texts, children }: { texts: Texts; children: ReactNode }) {
  const [locale, setLocale] = useState(preferred);
  useEffect(() => {
    Object.assign(document.documentElement, { lang: locale, dir: locales[locale].direction });
  }, [locale]);
  const choose = (chosen: Locale) => {
    localStorage.setItem('locale', chosen);
    setLocale(chosen);
  };
  return (
    <ChosenLocale value={{ locale, choose }}>
      <IntlProvider locale={tagOf(locale)} messages={texts[locale]} defaultRichTextElements={richText}>
        {children}
      </IntlProvider>
    </ChosenLocale>
  );
}

/** Adds the texts of an area to those of the shell. */
export function WithTexts({ texts, children }: { texts: Texts; children: ReactNode }) {
  const { locale } = useLocale();
  const { locale: tag, messages } = useIntl();
  const all = useMemo(() => ({ ...messages, ...texts[locale] }) as Record<string, string>, [messages, texts, locale]);
  return (
    <IntlProvider locale={tag} messages={all} defaultRichTextElements={richText}>
      {children}
    </IntlProvider>
  );
}
