/** Numbers as the agent's language writes them. */

/** A whole number, or one with decimals. Chromium may know no Belarusian, which writes them as Russian does. */
export function formatFigure(value: number, locale: string): string {
  return new Intl.NumberFormat(locale === 'be' ? [locale, 'ru'] : locale).format(value);
}
