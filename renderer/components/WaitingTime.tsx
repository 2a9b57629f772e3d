import { useTranslation } from './use-translation';
import type { Channel, Priority } from '@shared/domain/entities';
import { urgencyAt } from '@shared/domain/queue-order';
import { cx } from './class-names';
import { useNow } from './clock';
import { formatDate } from './dates';
import { MINUTE_MS, elapsedSince } from './elapsed';
import { Moment } from './Moment';

export interface WaitingTimeProps {
  channel: Channel;
  priority: Priority;
  /** Since when the customer waits (ms). */
  waitingSince: number;
}

const LOOK = { calm: 'text-muted', soon: 'text-warning font-strong', late: 'text-danger font-strong' };

/** How long a customer has waited, coloured only when the answer is at risk. */
export function WaitingTime(props: WaitingTimeProps) {
  const { t, i18n } = useTranslation('common');
  // Seconds count only in the first minute of a chat; everything else moves by the minute.
  const coarse = useNow('minute');
  const ticking = props.channel === 'chat' && coarse - props.waitingSince < MINUTE_MS;
  return ticking ? <Seconds {...props} /> : <Shown {...props} now={coarse} t={t} language={i18n.language} />;
}

function Seconds(props: WaitingTimeProps) {
  const { t, i18n } = useTranslation('common');
  return <Shown {...props} now={useNow('second')} t={t} language={i18n.language} />;
}

function Shown(
  props: WaitingTimeProps & {
    now: number;
    language: string;
    t: ReturnType<typeof useTranslation<'common'>>['t'];
  },
) {
  const { now, language, t, waitingSince } = props;
  const { unit, count } = elapsedSince(waitingSince, now);
  const urgency = urgencyAt(props, now);
  const words = unit === 'seconds' && props.channel !== 'chat' ? t('wait.now') : t(`wait.${unit}`, { count });
  return (
    <Moment
      at={waitingSince}
      exact={() => t('wait.since', { time: formatDate(waitingSince, language, 'full') })}
      className={cx('tabular whitespace-nowrap', LOOK[urgency])}
    >
      {words}
      {urgency !== 'calm' && <span className="sr-only"> {t(`urgency.${urgency}`)}</span>}
    </Moment>
  );
}
