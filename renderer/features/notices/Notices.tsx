import { useTranslation } from '@renderer/components/use-translation';
import { Banner } from '@renderer/components/Banner';
import { Button } from '@renderer/components/Button';
import { Progress } from '@renderer/components/Progress';
import { flushDrafts } from '@renderer/data/drafts';
import { useCacheFull, useCacheNotice, useHostLink } from '@renderer/data/host-link';
import { useRecoveryNotice } from '@renderer/data/outbox';

/** What happened that the agent should know once: a rebuilt cache, a repaired journal, a newer build. */
export function Notices() {
  const { t } = useTranslation('notices');
  const cache = useCacheNotice();
  const full = useCacheFull();
  const link = useHostLink();
  const recovery = useRecoveryNotice();
  return (
    <>
      {link.state === 'outdated' && (
        <Banner
          tone="info"
          actions={
            <Button size="small" onClick={() => void flushDrafts().finally(() => window.location.reload())}>
              {t('reload')}
            </Button>
          }
        >
          {t('newerBuild')}
        </Banner>
      )}
      {full && <Banner tone="warning">{t('full')}</Banner>}
      {recovery !== null && (
        <Banner
          tone={recovery.damaged > 0 ? 'warning' : 'info'}
          dismissLabel={t('understood')}
          onDismiss={() => recovery.dismiss()}
        >
          {recovery.damaged > 0 ? t('recoveredDamaged', { count: recovery.damaged }) : t('recovered')}
        </Banner>
      )}
      {cache?.state === 'rebuilding' && (
        <Banner tone="info">
          <span className="flex items-center gap-3">
            <span className="min-w-0">{t(`rebuilding.${cache.reason}`, { count: cache.rows })}</span>
            <span className="w-32 shrink-0">
              <Progress value={null} label={t('progress')} />
            </span>
          </span>
        </Banner>
      )}
      {cache?.state === 'rebuilt' && (
        <Banner tone="good" dismissLabel={t('understood')} onDismiss={() => cache.dismiss()}>
          {t('rebuilt', { count: cache.rows })}
        </Banner>
      )}
    </>
  );
}
