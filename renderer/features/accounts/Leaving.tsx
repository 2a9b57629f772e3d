import { Button } from '@renderer/components/Button';
import { useNow } from '@renderer/components/clock';
import { useTranslation } from '@renderer/components/use-translation';
import { keepAccount, leaveAccount, type LeavingAccount } from '@renderer/data/account-admin';
import { useStep } from '@renderer/data/use-step';
import { useCommand } from '@renderer/state/commands';
import { wordedFailure } from './CheckPart';

export interface LeavingProps {
  account: LeavingAccount;
  /** It stays: the button that was pressed goes with its question. */
  onKept?: () => void;
}

/** How it stands with the removal of an account, with undo as long as there is one. */
export function Leaving({ account, onKept }: LeavingProps) {
  const { t } = useTranslation('accounts');
  const { id, name, state, at } = account;
  const { busy, failed, run } = useStep();
  const keep = () => void run(() => keepAccount(id).then(onKept));
  // Ten seconds are short for whoever has to tab there.
  useCommand({
    id: `accounts.keep.${id}`,
    group: 'app',
    keys: [],
    label: t('leaving.keep', { account: name }),
    enabled: state === 'waiting',
    run: keep,
  });
  return (
    <>
      <p className="min-w-0 flex-[1_1_10rem] text-pretty [overflow-wrap:anywhere]">
        {t(state === 'failed' ? 'leaving.failed' : 'leaving.soon', { account: name })}
        {failed !== null && (
          <span className="block text-danger">{t(`failure.${wordedFailure(failed)}`)}</span>
        )}
      </p>
      {state === 'waiting' && (
        <>
          <SecondsLeft at={at} />
          <Button size="small" busy={busy} onClick={keep}>
            {t('leaving.undo')}
          </Button>
        </>
      )}
      {state === 'failed' && (
        <>
          <Button size="small" busy={busy} onClick={() => void run(() => leaveAccount(id))}>
            {t('again')}
          </Button>
          <Button size="small" variant="quiet" disabled={busy} onClick={keep}>
            {t('leaving.dismiss')}
          </Button>
        </>
      )}
    </>
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
