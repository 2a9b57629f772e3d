import { useState } from 'react';
import { Button } from '@renderer/components/Button';
import { useNow } from '@renderer/components/clock';
import { useTranslation } from '@renderer/components/use-translation';
import {
  failureCode,
  keepAccount,
  leaveAccount,
  type DoorFailureCode,
  type LeavingAccount,
} from '@renderer/data/account-admin';
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
  const [asking, setAsking] = useState<'no' | 'asking' | DoorFailureCode>('no');
  const ask = async (wanted: () => Promise<unknown>): Promise<void> => {
    setAsking('asking');
    try {
      await wanted();
      setAsking('no');
    } catch (failure) {
      setAsking(failureCode(failure));
    }
  };
  const keep = () => void ask(() => keepAccount(id).then(onKept));
  const busy = asking === 'asking';
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
        {asking !== 'no' && !busy && (
          <span className="block text-danger">{t(`failure.${wordedFailure(asking)}`)}</span>
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
          <Button size="small" busy={busy} onClick={() => void ask(() => leaveAccount(id))}>
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
