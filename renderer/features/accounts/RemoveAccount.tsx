import { useState } from 'react';
import { Button } from '@renderer/components/Button';
import { useTranslation } from '@renderer/components/use-translation';
import { failureCode, leaveAccount, useHoldings, type DoorFailureCode } from '@renderer/data/account-admin';
import { useAccountScreen } from '@renderer/state/account-screen';
import type { Account } from '@shared/contract/door';
import { HostFailure } from './CheckPart';
import { View } from './View';

/** What a removal does, said before it is done; there is some time to undo it. */
export function RemoveAccount({ account }: { account: Account }) {
  const { t } = useTranslation('accounts');
  const holdings = useHoldings(account.id);
  const go = useAccountScreen((state) => state.go);
  const [removing, setRemoving] = useState<'no' | 'removing' | DoorFailureCode>('no');
  const remove = async () => {
    setRemoving('removing');
    try {
      await leaveAccount(account.id);
      go({ name: 'list' });
    } catch (failure) {
      setRemoving(failureCode(failure));
    }
  };
  const own = account.ownHelpdesk === true;
  return (
    <View title={t('remove.title', { account: account.name })}>
      {holdings.state === 'asking' && (
        <p role="status" className="text-muted">
          {t('loading')}
        </p>
      )}
      {holdings.state === 'failed' && (
        <>
          <HostFailure code="unreachable" />
          <Button onClick={holdings.again} className="self-start">
            {t('again')}
          </Button>
        </>
      )}
      {holdings.state === 'here' && (
        <ul className="flex list-disc flex-col gap-1.5 pl-5 text-pretty">
          <li>
            {t('remove.conversations', { count: holdings.value.conversations })}{' '}
            {t(own ? 'remove.stayHere' : 'remove.stayThere')}
          </li>
          <li>
            {holdings.value.unsent > 0
              ? t('remove.unsent', { count: holdings.value.unsent })
              : t('remove.noUnsent')}
          </li>
          {holdings.value.drafts > 0 && <li>{t('remove.drafts', { count: holdings.value.drafts })}</li>}
          {!own && <li>{t('remove.credentials')}</li>}
          <li>{t('remove.undo')}</li>
        </ul>
      )}
      {removing !== 'no' && removing !== 'removing' && <HostFailure code={removing} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => go({ name: 'list' })}>{t('remove.keep')}</Button>
        <Button
          variant="danger"
          disabled={holdings.state !== 'here'}
          busy={removing === 'removing'}
          onClick={() => void remove()}
        >
          {t('remove.remove')}
        </Button>
      </div>
    </View>
  );
}
