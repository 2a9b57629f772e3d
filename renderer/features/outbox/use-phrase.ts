import { formatDate, formatListDate } from '@renderer/components/dates';
import { useTranslation } from '@renderer/components/use-translation';
import { TIMES, type Phrase } from './explain';

/** The words of a phrase; its moments as a clock time, with the day when that is not today. */
export function usePhrase(): (phrase: Phrase, now: number) => string {
  const { t, i18n } = useTranslation('delivery');
  return ({ key, values = {} }, now) => {
    const filled = Object.entries(values).map(([name, value]) => {
      const isTime = TIMES.includes(name) && typeof value === 'number';
      return [name, isTime ? momentOf(value, now, i18n.language) : value] as const;
    });
    return t(key, Object.fromEntries(filled));
  };
}

function momentOf(at: number, now: number, locale: string): string {
  const clock = formatDate(at, locale, 'clock');
  const day = formatListDate(at, now, locale);
  return day === clock ? clock : `${day}, ${clock}`;
}
