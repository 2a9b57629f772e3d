import { ChevronDown, ChevronRight, Plus } from 'lucide-react';
import { useEffect, useEffectEvent, useId, useRef } from 'react';
import { AccountMark } from '@renderer/components/AccountMark';
import { AccountStateGlyph } from '@renderer/components/AccountStateGlyph';
import { Button } from '@renderer/components/Button';
import { RelativeTime } from '@renderer/components/RelativeTime';
import { useFocusHeir } from '@renderer/components/use-focus-heir';
import { useTranslation } from '@renderer/components/use-translation';
import { useBackends, useLeavingAccounts, type LeavingAccount } from '@renderer/data/account-admin';
import { useAccountLook, useAccounts } from '@renderer/data/accounts';
import { useHostLink } from '@renderer/data/host-link';
import { useAccountScreen } from '@renderer/state/account-screen';
import type { Backends } from '@shared/contract/accounts';
import type { Account } from '@shared/contract/door';
import { AccountDetails } from './AccountDetails';
import { FirstSync } from './FirstSync';
import { Leaving } from './Leaving';

/**
 * Every account with how it stands; the details of one are open.
 * @param props.cameBack from the view of one account: the focus stands at that account again
 */
export function AccountList({ cameBack }: { cameBack: boolean }) {
  const { t } = useTranslation('accounts');
  const accounts = useAccounts();
  const backends = useBackends();
  const leaving = useLeavingAccounts();
  const link = useHostLink();
  const go = useAccountScreen((state) => state.go);
  const opened = useAccountScreen((state) => state.opened);
  const setOpened = useAccountScreen((state) => state.setOpened);
  // One account needs no choice.
  const shown = opened ?? (accounts.length === 1 ? (accounts[0]?.id ?? null) : null);
  const box = useRef<HTMLDivElement>(null);
  const returnTo = useEffectEvent(() => {
    if (cameBack && shown !== null)
      box.current?.querySelector<HTMLElement>(`[data-account="${CSS.escape(shown)}"] button`)?.focus();
  });
  useEffect(() => returnTo(), []);
  return (
    <div ref={box} className="flex flex-col gap-3">
      {link.state === 'lost' && <p className="text-warning">{t('hostLost')}</p>}
      {accounts.length === 0 ? (
        // Before the host has told, "none" would not be true.
        link.state !== 'lost' && (
          <p role="status" className="text-pretty text-muted">
            {t(link.state === 'live' ? 'none' : 'loading')}
          </p>
        )
      ) : (
        <ul aria-label={t('title')} className="flex flex-col gap-2">
          {accounts.map((account) => (
            <Item
              key={account.id}
              account={account}
              isOpen={account.id === shown}
              onToggle={() => setOpened(account.id === shown ? '' : account.id)}
              onGone={() => box.current?.querySelector('button')?.focus()}
              leaving={leaving.find(({ id }) => id === account.id)}
              backends={backends.state === 'here' ? backends.value : null}
            />
          ))}
        </ul>
      )}
      <Button
        variant={accounts.length === 0 ? 'primary' : 'secondary'}
        icon={Plus}
        data-first-focus={accounts.length === 0 || undefined}
        onClick={() => go({ name: 'connect' })}
        className="self-start"
      >
        {t('connect.title')}
      </Button>
    </div>
  );
}

interface ItemProps {
  account: Account;
  isOpen: boolean;
  onToggle: () => void;
  /** It was removed, and had the focus. */
  onGone: () => void;
  leaving: LeavingAccount | undefined;
  backends: Backends | null;
}

function Item({ account, isOpen, onToggle, onGone, leaving, backends }: ItemProps) {
  const { t } = useTranslation(['accounts', 'status']);
  const details = useId();
  const look = useAccountLook(account.id);
  const { state, asOf, firstSync, name } = account;
  const toggle = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLLIElement>(null);
  useFocusHeir(box, onGone);
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <li ref={box} data-account={account.id} className="rounded-control border">
      <button
        ref={toggle}
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? details : undefined}
        onClick={onToggle}
        className="flex min-h-11 w-full items-center gap-2.5 rounded-control px-3 py-2 text-left transition-colors duration-120 hover:bg-hover"
      >
        <Chevron size={14} className="shrink-0 text-faint" aria-hidden />
        {look !== null && <AccountMark hue={look.hue} />}
        <span className="min-w-0 flex-1 font-strong [overflow-wrap:anywhere]">{name}</span>
        <span className="flex shrink-0 flex-wrap items-center justify-end gap-x-2 text-meta text-muted">
          <span className="flex items-center gap-1.5">
            <AccountStateGlyph state={state} />
            {t(`status:state.${state}`)}
          </span>
          {asOf !== null && (
            <span className="max-[640px]:hidden">
              {t('asOf')} <RelativeTime at={asOf} />
            </span>
          )}
        </span>
      </button>
      {leaving !== undefined && (
        <div role="status" className="flex flex-wrap items-center gap-2 border-t px-3 py-2">
          <Leaving account={leaving} onKept={() => toggle.current?.focus()} />
        </div>
      )}
      {firstSync !== null && (
        <div className="border-t px-3 py-2">
          <FirstSync account={account} progress={firstSync} />
        </div>
      )}
      {isOpen && (
        <div id={details} className="border-t px-3 pt-2.5 pb-3">
          <AccountDetails
            account={account}
            backends={backends}
            isLeaving={leaving !== undefined && leaving.state !== 'failed'}
          />
        </div>
      )}
    </li>
  );
}
