import { Button } from '@renderer/components/Button';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccountScreen } from '@renderer/state/account-screen';
import { NOTHING_TYPED } from '@renderer/state/typed-account';
import type { Account } from '@shared/contract/door';
import { STRAIGHT } from './connection';
import { View } from './View';

/** An account was removed while something was to be done about it; what was typed is not lost with it. */
export function AccountGone({ account }: { account: Account }) {
  const { t } = useTranslation('accounts');
  const typed = useAccountScreen(({ changes }) => changes[account.id]);
  const type = useAccountScreen((state) => state.type);
  const forgetChange = useAccountScreen((state) => state.forgetChange);
  const go = useAccountScreen((state) => state.go);
  const again = () => {
    const { name, url = '', backend } = account;
    type({ ...NOTHING_TYPED, way: STRAIGHT, name, url, ...typed, backend });
    forgetChange(account.id);
    go({ name: 'connect' });
  };
  return (
    <View title={t('gone.title', { account: account.name })}>
      <p role="status" className="text-pretty">
        {t('gone.text')} {typed !== undefined && t('gone.typed')}
      </p>
      {/* The sample helpdesk is offered where none is connected. */}
      {account.ownHelpdesk !== true && (
        <Button variant="primary" onClick={again} className="self-start">
          {t('gone.connect')}
        </Button>
      )}
    </View>
  );
}
