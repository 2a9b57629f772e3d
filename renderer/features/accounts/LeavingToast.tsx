import { useLeavingAccounts } from '@renderer/data/account-admin';
import { useOverlay } from '@renderer/state/overlays';
import { Leaving } from './Leaving';

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
      {!screenIsOpen &&
        leaving.map((account) => (
          <div
            key={account.id}
            data-leaving={account.id}
            className="pointer-events-auto flex w-full max-w-[32rem] animate-fade-in flex-wrap items-center gap-x-3 gap-y-1.5 rounded-float border border-transparent bg-raised px-3 py-2 shadow-float"
          >
            <Leaving account={account} />
          </div>
        ))}
    </div>
  );
}
