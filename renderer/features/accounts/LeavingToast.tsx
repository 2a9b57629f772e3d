import { Button } from '@renderer/components/Button';
import { useNow } from '@renderer/components/clock';
import { useTranslation } from '@renderer/components/use-translation';
import {
  forgetLeaving,
  keepAccount,
  leaveAccount,
  useLeavingAccounts,
  type LeavingAccount,
} from '@renderer/data/account-admin';
import { useOverlay } from '@renderer/state/overlays';

/** Accounts that are about to leave, with undo, over whatever is on screen. */
export function LeavingToast() {
  const leaving = useLeavingAccounts();
  // There it stands beside the account itself.
  const screenIsOpen = useOverlay((state) => state.open) === 'accounts';
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-3 bottom-9 z-50 flex flex-col items-center gap-2 empty:hidden"
    >
      {!screenIsOpen && leaving.map((account) => <Toast key={account.id} account={account} />)}
    </div>
  );
}

function Toast({ account }: { account: LeavingAccount }) {
  const { t } = useTranslation('accounts');
  const { id, name, state } = account;
  return (
    <div
      data-leaving={id}
      className="pointer-events-auto flex w-full max-w-[32rem] animate-fade-in flex-wrap items-center gap-x-3 gap-y-1.5 rounded-float border border-transparent bg-raised px-3 py-2 shadow-float"
    >
      <p className="min-w-0 flex-1 text-pretty [overflow-wrap:anywhere]">
        {state === 'failed' ? t('leaving.failed', { account: name }) : t('leaving.soon', { account: name })}
      </p>
      {state === 'waiting' && (
        <>
          <SecondsLeft at={account.at} />
          <Button size="small" onClick={() => keepAccount(id)}>
            {t('leaving.undo')}
          </Button>
        </>
      )}
      {state === 'failed' && (
        <>
          <Button size="small" onClick={() => leaveAccount({ id, name })}>
            {t('again')}
          </Button>
          <Button size="small" variant="quiet" onClick={() => forgetLeaving(id)}>
            {t('leaving.dismiss')}
          </Button>
        </>
      )}
    </div>
  );
}

/** Counted for the eye only: a reader would say every second. */
function SecondsLeft({ at }: { at: number }) {
  const now = useNow('second');
  return (
    <span aria-hidden className="tabular text-meta text-muted">
      {Math.max(0, Math.ceil((at - now) / 1_000))}
    </span>
  );
}
