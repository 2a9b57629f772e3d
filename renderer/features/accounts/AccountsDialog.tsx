import { useState } from 'react';
import { Dialog } from '@renderer/components/Dialog';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccounts } from '@renderer/data/accounts';
import { openAccounts, useAccountScreen, type AccountView } from '@renderer/state/account-screen';
import { useCommand } from '@renderer/state/commands';
import { useOverlay } from '@renderer/state/overlays';
import { AccountGone } from './AccountGone';
import { AccountList } from './AccountList';
import { ChangeAccount } from './ChangeAccount';
import { ConnectWizard } from './ConnectWizard';
import { LeavingStrips } from './LeavingStrips';
import { RemoveAccount } from './RemoveAccount';

/** The helpdesks this console works with: how each stands, and everything that can be done about them. */
export function AccountsDialog() {
  const { t } = useTranslation('accounts');
  const open = useOverlay((state) => state.open) === 'accounts';
  const show = useOverlay((state) => state.show);
  const view = useAccountScreen((state) => state.view);
  const go = useAccountScreen((state) => state.go);
  const drop = useAccountScreen((state) => state.drop);
  useCommand({
    id: 'app.accounts',
    group: 'app',
    keys: ['g d'],
    label: t('command.open'),
    run: () => openAccounts({ name: 'list' }),
  });
  useCommand({
    id: 'app.connect',
    group: 'app',
    keys: [],
    label: t('connect.title'),
    run: () => openAccounts({ name: 'connect' }),
  });
  const oneStepBack = () => {
    const { callOff } = useAccountScreen.getState();
    if (callOff !== null) {
      callOff();
      return true;
    }
    if (view.name === 'list') return false;
    go({ name: 'list' });
    return true;
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => show(next ? 'accounts' : null)}
      onEscape={oneStepBack}
      title={t('title')}
      description={t('description')}
      size="wide"
    >
      <div
        className="pt-1"
        // The composer behind takes files as well, but not those that are dropped here.
        onDragEnter={(event) => event.stopPropagation()}
        onDragLeave={(event) => event.stopPropagation()}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          event.stopPropagation();
          const file = event.dataTransfer.files[0];
          if (file !== undefined) drop(file);
        }}
      >
        {view.name !== 'list' && <LeavingStrips />}
        <Shown view={view} />
      </div>
    </Dialog>
  );
}

function Shown({ view }: { view: AccountView }) {
  // What the screen opened with; the dialog itself places the focus then.
  const [first] = useState(view);
  const accounts = useAccounts();
  const account = 'accountId' in view ? accounts.find(({ id }) => id === view.accountId) : undefined;
  const [lastSeen, setLastSeen] = useState(account);
  if (account !== undefined && account !== lastSeen) setLastSeen(account);
  if (view.name === 'connect') return <ConnectWizard />;
  if (account !== undefined && view.name === 'change')
    return <ChangeAccount key={account.id} account={account} />;
  if (account !== undefined && view.name === 'remove')
    return <RemoveAccount key={account.id} account={account} />;
  if ('accountId' in view && lastSeen?.id === view.accountId) return <AccountGone account={lastSeen} />;
  return <AccountList cameBack={view !== first} />;
}
