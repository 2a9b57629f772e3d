import { useRef } from 'react';
import { useFocusHeir } from '@renderer/components/use-focus-heir';
import { useLeavingAccounts, type LeavingAccount } from '@renderer/data/account-admin';
import { Leaving } from './Leaving';

/** Accounts that are about to leave, with undo, over a view of the screen that is not their list. */
export function LeavingStrips() {
  const leaving = useLeavingAccounts();
  return (
    <div role="status" className="flex flex-col gap-2 pb-4 empty:hidden">
      {leaving.map((account) => (
        <Strip key={account.id} account={account} />
      ))}
    </div>
  );
}

function Strip({ account }: { account: LeavingAccount }) {
  const box = useRef<HTMLDivElement>(null);
  const dialog = useRef<Element | null>(null);
  useFocusHeir(box, () => dialog.current?.querySelector<HTMLElement>('[data-first-focus]')?.focus());
  return (
    <div
      ref={(node) => {
        box.current = node;
        if (node !== null) dialog.current = node.closest('[role="dialog"]');
      }}
      data-leaving={account.id}
      className="flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-control border px-3 py-2"
    >
      <Leaving account={account} />
    </div>
  );
}
