import { useTranslation } from './use-translation';
import { useNow } from './clock';
import { formatDate, formatListDate } from './dates';
import { DAY_MS, elapsedSince } from './elapsed';
import { Moment } from './Moment';

export interface RelativeTimeProps {
  /** Milliseconds since the epoch. */
  at: number;
  className?: string;
}

/** "12 min ago" under a day, then the date; the exact time on hover. */
export function RelativeTime({ at, className }: RelativeTimeProps) {
  const { t, i18n } = useTranslation('common');
  const now = useNow('minute');
  const { unit, count } = elapsedSince(at, now);
  const words =
    now - at >= DAY_MS
      ? formatListDate(at, now, i18n.language)
      : unit === 'seconds'
        ? t('ago.now')
        : t(`ago.${unit}`, { count });
  return (
    <Moment at={at} exact={() => formatDate(at, i18n.language, 'full')} className={className}>
      {words}
    </Moment>
  );
}
