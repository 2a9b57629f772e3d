import { useTranslation } from '@renderer/components/use-translation';
import type { Account } from '@shared/contract/door';
import { AccountMark } from '@renderer/components/AccountMark';
import { AccountStateGlyph } from '@renderer/components/AccountStateGlyph';
import { cx } from '@renderer/components/class-names';
import { Tooltip } from '@renderer/components/Tooltip';
import { useAccountLook, useAccounts } from '@renderer/data/accounts';
import { useCounts } from '@renderer/data/queue';
import { useSelection } from '@renderer/state/selection';

/** Narrows the queue to one account, where there are several; one that is down says so and hides no other. */
export function AccountFilter() {
  const { t } = useTranslation('queue');
  const accounts = useAccounts();
  if (accounts.length < 2) return null;
  return (
    <div
      role="group"
      aria-label={t('accounts')}
      className="mt-1 flex flex-col items-center gap-1 border-t border-line pt-2"
    >
      {accounts.map((account) => (
        <AccountButton key={account.id} account={account} />
      ))}
    </div>
  );
}

function AccountButton({ account }: { account: Account }) {
  const { t } = useTranslation(['queue', 'status']);
  const filter = useSelection((state) => state.filter);
  const setFilter = useSelection((state) => state.setFilter);
  const focusPane = useSelection((state) => state.focusPane);
  const count = useCounts(filter.view).accounts[account.id] ?? 0;
  const { id, name, state } = account;
  const look = useAccountLook(id);
  const chosen = filter.accountId === id;
  const words = [
    t('viewCount', { view: name, count }),
    state === 'online' ? null : t(`status:state.${state}`),
  ]
    .filter((part) => part !== null)
    .join('. ');
  return (
    <Tooltip label={chosen ? t('everyAccount') : words} side="right">
      <button
        type="button"
        aria-pressed={chosen}
        aria-label={words}
        data-account={id}
        onClick={() => {
          setFilter({ ...filter, accountId: chosen ? null : id });
          focusPane('queue');
        }}
        className={cx(
          'flex h-10 min-h-7 w-10 flex-col items-center justify-center gap-0.5 rounded-control transition-colors duration-120',
          chosen ? 'bg-selected text-text' : 'text-muted hover:bg-hover hover:text-text',
        )}
      >
        <span className="flex items-center gap-1 text-meta font-strong">
          {state === 'online' || state === 'connecting' ? (
            <AccountMark hue={look?.hue ?? 0} />
          ) : (
            <AccountStateGlyph state={state} size={11} />
          )}
          {look?.letters}
        </span>
        <span aria-hidden className="tabular text-[0.625rem] leading-3">
          {count > 999 ? '999+' : count}
        </span>
      </button>
    </Tooltip>
  );
}
