import { Button } from '@renderer/components/Button';
import { useTranslation } from '@renderer/components/use-translation';
import { leaveAccount, useHoldings } from '@renderer/data/account-admin';
import { useStep } from '@renderer/data/use-step';
import { useAccountScreen } from '@renderer/state/account-screen';
import type { Account } from '@shared/contract/door';
import { HostFailure } from './CheckPart';
import { View } from './View';
import { WhatItHolds } from './WhatItHolds';

/** What a removal does, said before it is done; there is some time to undo it. */
export function RemoveAccount({ account }: { account: Account }) {
  const { t } = useTranslation('accounts');
  const holdings = useHoldings(account.id);
  const go = useAccountScreen((state) => state.go);
  const { busy, failed, run } = useStep();
  const remove = async () => {
    await leaveAccount(account.id);
    go({ name: 'list' });
  };
  const own = account.ownHelpdesk === true;
  return (
    <View title={t('remove.title', { account: account.name })}>
      <WhatItHolds holdings={holdings}>
        {({ conversations, unsent, drafts }) => (
          <>
            <li>
              {t('remove.conversations', { count: conversations })}{' '}
              {t(own ? 'remove.stayHere' : 'remove.stayThere')}
            </li>
            <li>{unsent > 0 ? t('remove.unsent', { count: unsent }) : t('remove.noUnsent')}</li>
            {drafts > 0 && <li>{t('remove.drafts', { count: drafts })}</li>}
            {!own && <li>{t('remove.credentials')}</li>}
            <li>{t('remove.undo')}</li>
          </>
        )}
      </WhatItHolds>
      {failed !== null && <HostFailure code={failed} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => go({ name: 'list' })}>{t('remove.keep')}</Button>
        <Button
          variant="danger"
          disabled={holdings.state !== 'here'}
          busy={busy}
          onClick={() => void run(remove)}
        >
          {t('remove.remove')}
        </Button>
      </div>
    </View>
  );
}
