/** Theme, language and density of the page, from the settings; the first paint uses those of last time. */
import { useEffect } from 'react';
import type { Settings } from '@shared/contract/door';
import { changeLanguage, languageFor } from './i18n';

type Look = Pick<Settings, 'theme' | 'locale' | 'density'>;

const REMEMBERED = 'holdfast.look';

/** What the settings were when the page was last open; the host's own arrive a moment later. */
export function rememberedLook(): Look {
  const first: Look = { theme: 'system', locale: 'system', density: 'comfortable' };
  try {
    return { ...first, ...(JSON.parse(localStorage.getItem(REMEMBERED) ?? '{}') as Partial<Look>) };
  } catch {
    return first;
  }
}

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
    const look: Look = { theme, locale, density };
    applyLook(look);
    localStorage.setItem(REMEMBERED, JSON.stringify(look));
    void changeLanguage(languageFor(locale, navigator.languages));
  }, [theme, locale, density]);
}
