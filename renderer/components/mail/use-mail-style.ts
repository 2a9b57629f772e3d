/** The look a mail gets: the theme's own paper, or light paper for a mail that paints its ground. */
import { useMemo, useSyncExternalStore } from 'react';
import type { MailStyle } from './MailFrame';
import type { MailPaper } from './style-filter';

/** Reading size of message text, px: the same as plain-text messages have. */
const FONT_SIZE_PX = 15;

/** Light paper stays light in the dark theme: the mail's own colours were chosen for it. */
const LIGHT: Pick<MailStyle, 'color' | 'background' | 'link'> = {
  color: '#202227',
  background: '#ffffff',
  link: '#2846b8',
};

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class'] });
  return () => observer.disconnect();
}

const themeOf = (): string => document.documentElement.dataset.theme ?? '';

/**
 * Style to show a mail in; follows the theme.
 * @param ground of the whole mail, where it has one of its own
 */
export function useMailStyle(paper: MailPaper, ground: string | null): MailStyle {
  const theme = useSyncExternalStore(subscribe, themeOf);
  return useMemo(() => {
    const tokens = getComputedStyle(document.documentElement);
    const token = (name: string, otherwise: string) => tokens.getPropertyValue(name).trim() || otherwise;
    const colours =
      paper === 'own'
        ? { ...LIGHT, background: ground ?? LIGHT.background }
        : {
            color: token('--text', LIGHT.color),
            background: token('--surface', LIGHT.background),
            link: token('--accent-text', LIGHT.link),
          };
    const rem = parseFloat(tokens.fontSize) || 16;
    return {
      ...colours,
      fontFamily: getComputedStyle(document.body).fontFamily,
      fontSize: (FONT_SIZE_PX / 16) * rem,
    };
    // The tokens' values change with the theme, which only the attribute tells.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [paper, ground, theme]);
}
