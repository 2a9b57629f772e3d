import {
  CircleCheckBig,
  CloudOff,
  GraduationCap,
  Inbox,
  KeyRound,
  MessageCircle,
  Plus,
  PlugZap,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import type { QueueFilter } from '@shared/domain/queue-views';
import { Button } from '@renderer/components/Button';
import { formatDate } from '@renderer/components/dates';
import { EmptyState } from '@renderer/components/EmptyState';
import { Progress } from '@renderer/components/Progress';
import { addAccount } from '@renderer/data/account-admin';
import { useAccounts } from '@renderer/data/accounts';
import { useHostLink } from '@renderer/data/host-link';
import { useCounts } from '@renderer/data/queue';
import { openAccounts } from '@renderer/state/account-screen';
import { useSelection } from '@renderer/state/selection';
import { useChatPage } from './use-write-as-customer';

/** Why there is nothing here, and what helps. */
export function QueueEmpty({ filter }: { filter: QueueFilter }) {
  const { t, i18n } = useTranslation(['queue', 'accounts']);
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
      <EmptyState icon={PlugZap} title={t('empty.noAccount')} actions={<FirstAccount />}>
        {t('empty.noAccountHelp')}
      </EmptyState>
    );
  }
  const cutOff = accountsHere.find(({ state }) => state === 'offline' || state === 'refused');
  if (total === 0 && cutOff !== undefined) {
    return cutOff.state === 'refused' ? (
      <EmptyState
        icon={KeyRound}
        title={t('empty.refused', { account: cutOff.name })}
        actions={
          <Button
            variant="primary"
            onClick={() => openAccounts({ name: 'change', accountId: cutOff.id }, cutOff.id)}
          >
            {t('accounts:action.signInAgain')}
          </Button>
        }
      >
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

/** The two ways to a first account: the team's own helpdesk, or one to practise on. */
function FirstAccount() {
  const { t } = useTranslation(['queue', 'accounts']);
  const [adding, setAdding] = useState(false);
  const addSample = () => {
    setAdding(true);
    addAccount({ name: t('accounts:sample.name'), backend: 'embedded', url: '', values: {} }).catch(() => {
      setAdding(false);
      // The screen says what is wrong when it is tried there.
      openAccounts({ name: 'connect' });
    });
  };
  return (
    <>
      <Button variant="primary" icon={Plus} onClick={() => openAccounts({ name: 'connect' })}>
        {t('accounts:connect.title')}
      </Button>
      <Button icon={GraduationCap} busy={adding} onClick={addSample}>
        {t('accounts:sample.name')}
      </Button>
    </>
  );
}
