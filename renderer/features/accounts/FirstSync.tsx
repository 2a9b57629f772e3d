import { Button } from '@renderer/components/Button';
import { useNow } from '@renderer/components/clock';
import { formatFigure } from '@renderer/components/figures';
import { Progress } from '@renderer/components/Progress';
import { useTranslation } from '@renderer/components/use-translation';
import { rowsPerSecond, useSyncSamples } from '@renderer/data/sync-rate';
import type { Account } from '@shared/contract/door';
import { HostFailure } from './CheckPart';
import { usePause } from './use-pause';

/**
 * How far the first fetching got: records of every kind, how fast they come, and how many conversations
 * are left as far as the helpdesk tells. It can rest here, and goes on from where it was.
 */
export function FirstSync(props: { account: Account; progress: NonNullable<Account['firstSync']> }) {
  const { t, i18n } = useTranslation('accounts');
  const { account, progress } = props;
  const { rows, conversations = 0, left = null } = progress;
  const pausing = usePause(account);
  const samples = useSyncSamples(account.id);
  const rate = rowsPerSecond(samples, useNow('second'));
  const figure = (value: number) => formatFigure(value, i18n.language);
  const words = [
    t('firstSync.rows', { count: rows, figure: figure(rows) }),
    left === null ? null : t('firstSync.left', { count: left, figure: figure(left) }),
    rate === null || account.state !== 'online'
      ? null
      : t('firstSync.rate', { count: Math.round(rate), figure: figure(Math.round(rate)) }),
  ].filter((part) => part !== null);
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <p className="tabular min-w-0 flex-[1_1_12rem] text-meta text-muted">{words.join(' · ')}</p>
        <Button size="small" busy={pausing.busy} onClick={pausing.toggle}>
          {t(pausing.isPaused ? 'action.resume' : 'action.pause')}
        </Button>
      </div>
      <Progress
        value={left === null ? null : conversations / Math.max(1, conversations + left)}
        label={t('firstSync.label', { account: account.name })}
      />
      <p className="text-meta text-pretty text-muted">
        {t(pausing.isPaused ? 'firstSync.paused' : 'firstSync.help')}
      </p>
      {pausing.failed !== null && <HostFailure code={pausing.failed} />}
    </div>
  );
}
