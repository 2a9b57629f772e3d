import { Progress } from '@renderer/components/Progress';
import { useTranslation } from '@renderer/components/use-translation';
import { useSyncRate } from '@renderer/data/sync-rate';
import type { Account } from '@shared/contract/door';

/** How far the first fetching got: records, what is left as far as the helpdesk tells, and how fast. */
export function FirstSync(props: { account: Account; progress: NonNullable<Account['firstSync']> }) {
  const { t, i18n } = useTranslation('accounts');
  const { rows, left = null } = props.progress;
  const rate = useSyncRate(props.account.id);
  const figure = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const words = [
    t('firstSync.rows', { count: rows, figure: figure(rows) }),
    left === null ? null : t('firstSync.left', { count: left, figure: figure(left) }),
    rate === null || props.account.state !== 'online'
      ? null
      : t('firstSync.rate', { count: Math.round(rate), figure: figure(Math.round(rate)) }),
  ].filter((part) => part !== null);
  return (
    <div className="flex flex-col gap-1.5">
      <p className="tabular text-meta text-muted">{words.join(' · ')}</p>
      <Progress
        value={left === null ? null : rows / Math.max(1, rows + left)}
        label={t('firstSync.label', { account: props.account.name })}
      />
      <p className="text-meta text-pretty text-muted">
        {t(props.account.state === 'paused' ? 'firstSync.paused' : 'firstSync.help')}
      </p>
    </div>
  );
}
