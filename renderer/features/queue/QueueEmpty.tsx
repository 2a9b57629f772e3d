import { CircleCheckBig, CloudOff, Inbox, KeyRound, MessageCircle, PlugZap } from 'lucide-react';
import { useTranslation } from '@renderer/components/use-translation';
import type { QueueFilter } from '@shared/domain/queue-views';
import { Button } from '@renderer/components/Button';
import { formatDate } from '@renderer/components/dates';
import { EmptyState } from '@renderer/components/EmptyState';
import { Progress } from '@renderer/components/Progress';
import { useAccounts } from '@renderer/data/accounts';
import { useHostLink } from '@renderer/data/host-link';
import { useCounts } from '@renderer/data/queue';
import { useSelection } from '@renderer/state/selection';
import { useChatPage } from './use-write-as-customer';

/** Why there is nothing here, and what helps. */
export function QueueEmpty({ filter }: { filter: QueueFilter }) {
  const { t, i18n } = useTranslation('queue');
  const accounts = useAccounts();
  const link = useHostLink();
  const openChatPage = useChatPage();
  const total = useCounts('all').views.all;
  const setFilter = useSelection((state) => state.setFilter);
  const accountsHere = accounts.filter(({ id }) => filter.accountId === null || id === filter.accountId);
  const syncing = accountsHere.find(({ firstSync }) => firstSync !== null);

  if (total === 0 && syncing !== undefined) {
    return (
      <EmptyState icon={PlugZap} title={t('empty.syncing', { account: syncing.name })}>
        <p className="mb-3">{t('empty.syncingRows', { count: syncing.firstSync?.rows ?? 0 })}</p>
        <Progress value={null} label={t('loading')} />
      </EmptyState>
    );
  }
  if (accounts.length === 0 && link.state === 'live') {
    return (
      <EmptyState icon={PlugZap} title={t('empty.noAccount')}>
        {t('empty.noAccountHelp')}
      </EmptyState>
    );
  }
  const cutOff = accountsHere.find(({ state }) => state === 'offline' || state === 'refused');
  if (total === 0 && cutOff !== undefined) {
    return cutOff.state === 'refused' ? (
      <EmptyState icon={KeyRound} title={t('empty.refused', { account: cutOff.name })}>
        {t('empty.refusedHelp')}
      </EmptyState>
    ) : (
      <EmptyState icon={CloudOff} title={t('empty.offline')}>
        {t('empty.offlineHelp', {
          account: cutOff.name,
          time: formatDate(cutOff.stateSince, i18n.language, 'clock'),
        })}
      </EmptyState>
    );
  }
  if (total === 0) {
    return (
      <EmptyState
        icon={Inbox}
        title={t('empty.first')}
        actions={
          openChatPage !== null && (
            <Button variant="primary" icon={MessageCircle} onClick={openChatPage}>
              {t('empty.writeAsCustomer')}
            </Button>
          )
        }
      >
        {openChatPage === null ? t('empty.firstHelp') : t('empty.firstTry')}
      </EmptyState>
    );
  }
  const narrowed = filter.channel !== null || filter.accountId !== null;
  return (
    <EmptyState
      icon={CircleCheckBig}
      title={narrowed ? t('empty.narrowed') : t(`empty.view.${filter.view}`)}
      actions={
        narrowed ? (
          <Button onClick={() => setFilter({ ...filter, channel: null, accountId: null })}>
            {t('empty.showEvery')}
          </Button>
        ) : (
          filter.view !== 'open' && (
            <Button onClick={() => setFilter({ ...filter, view: 'open' })}>{t('empty.showOpen')}</Button>
          )
        )
      }
    >
      {!narrowed && filter.view === 'waiting' && t('empty.waitingHelp')}
    </EmptyState>
  );
}
