import { useRef } from 'react';
import { useFocusHeir } from '@renderer/components/use-focus-heir';
import { useLeavingAccounts, type LeavingAccount } from '@renderer/data/account-admin';
import { useOverlay } from '@renderer/state/overlays';
import { useSelection } from '@renderer/state/selection';
import { Leaving } from './Leaving';

/** Accounts that are about to leave, with undo, over whatever is on screen. */
export function LeavingToast() {
  const leaving = useLeavingAccounts();
  // There it stands beside the account itself.
  const screenIsOpen = useOverlay((state) => state.open) === 'accounts';
  // Where the hand was before it came here.
  const before = useRef<HTMLElement | null>(null);
  const giveBack = () => {
    if (before.current?.isConnected === true) return before.current.focus({ preventScroll: true });
    const { pane, focusPane } = useSelection.getState();
    focusPane(pane);
  };
  return (
    // Over the queue's foot, or at the head where there is one place for all: never over composer or rail.
    <div
      role="status"
      onFocus={({ relatedTarget, currentTarget }) => {
        if (relatedTarget instanceof HTMLElement && !currentTarget.contains(relatedTarget))
          before.current = relatedTarget;
      }}
      className="pointer-events-none fixed top-3 right-3 left-15 z-50 flex flex-col items-center gap-2 empty:hidden two:top-auto two:right-auto two:bottom-9 two:w-76"
    >
      {!screenIsOpen &&
        leaving.map((account) => <Toast key={account.id} account={account} onGone={giveBack} />)}
    </div>
  );
}

function Toast({ account, onGone }: { account: LeavingAccount; onGone: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useFocusHeir(box, onGone);
  return (
    <div
      ref={box}
      data-leaving={account.id}
      className="pointer-events-auto flex w-full max-w-[32rem] animate-fade-in flex-wrap items-center gap-x-3 gap-y-1.5 rounded-float border border-transparent bg-raised px-3 py-2 shadow-float"
    >
      <Leaving account={account} />
    </div>
  );
}
