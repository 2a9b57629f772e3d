/** The words of the page: one chunk a language, one namespace a feature (resources/locales). */
import i18next from 'i18next';
import { useSyncExternalStore } from 'react';
import { isolated } from '@shared/domain/isolated-text';

export const LANGUAGES = ['en', 'ru', 'be', 'vi'] as const;
export type Language = (typeof LANGUAGES)[number];

type Namespaces = Record<string, Record<string, unknown>>;

/** `../resources/locales/ru/queue.json` → `queue`. */
function byNamespace(files: Record<string, unknown>): Namespaces {
  return Object.fromEntries(
    Object.entries(files).map(([path, words]) => [
      path.replace(/^.*\//, '').replace(/\.json$/, ''),
      words as Record<string, unknown>,
    ]),
  );
}

const LOADERS: Readonly<Record<Language, () => Promise<{ files: Record<string, unknown> }>>> = {
  en: () => import('./locales/en'),
  ru: () => import('./locales/ru'),
  be: () => import('./locales/be'),
  vi: () => import('./locales/vi'),
};

/** The language to show for a setting; `system` takes the first the browser asks for that we speak. */
export function languageFor(setting: 'system' | Language, asked: readonly string[]): Language {
  if (setting !== 'system') return setting;
  for (const tag of asked) {
    const known = LANGUAGES.find((language) => language === tag.toLowerCase().split('-')[0]);
    if (known !== undefined) return known;
  }
  return 'en';
}

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, 'common')) return;
  const { files } = await LOADERS[language]();
  for (const [namespace, words] of Object.entries(byNamespace(files))) {
    i18next.addResourceBundle(language, namespace, words);
  }
}

/** Gets the first language ready; call once, before anything is drawn. */
export async function startLanguage(language: Language): Promise<void> {
  await i18next.init({
    lng: language,
    // Every language is complete (locales.test.ts), so none stands in for another.
    fallbackLng: false,
    ns: [],
    defaultNS: 'common',
    resources: {},
    // Not for HTML, React does that: for words that turn the direction of writing.
    interpolation: { escapeValue: true, escape: (words) => isolated(String(words)) },
  });
  await load(language);
  document.documentElement.lang = language;
}

/** Changes the language of the page once its words are here. */
export async function changeLanguage(language: Language): Promise<void> {
  if (i18next.language === language) return;
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** The language of the page, followed live. */
export function useLanguage(): string {
  return useSyncExternalStore(onLanguageChange, () => i18next.language);
}

function onLanguageChange(listener: () => void): () => void {
  i18next.on('languageChanged', listener);
  return () => i18next.off('languageChanged', listener);
}
