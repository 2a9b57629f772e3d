/** Theme, language and density of the page, from the settings. */
import { useEffect } from 'react';
import type { Settings } from '@shared/contract/door';
import { changeLanguage, languageFor } from './i18n';

type Look = Pick<Settings, 'theme' | 'density'>;

/** Puts a look on the document. Without a theme of its own, the style sheet follows the system. */
export function applyLook({ theme, density }: Look): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset['theme'];
  else dataset['theme'] = theme;
  dataset['density'] = density;
}

/** Follows the settings as they change, here or in another window. */
export function useAppearance({ theme, locale, density }: Settings): void {
  useEffect(() => {
    applyLook({ theme, density });
  }, [theme, density]);
  useEffect(() => {
    void changeLanguage(languageFor(locale, navigator.languages));
  }, [locale]);
}
