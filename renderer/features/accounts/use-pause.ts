import { useState } from 'react';
import { changeAccount, failureCode, type DoorFailureCode } from '@renderer/data/account-admin';
import type { Account } from '@shared/contract/door';

export interface Pausing {
  isPaused: boolean;
  busy: boolean;
  /** Why the last press did nothing. */
  failed: DoorFailureCode | null;
  /** Pauses an account that runs, and lets one that is paused go on. */
  toggle: () => void;
}

/** Pausing an account, from wherever on the screen. */
export function usePause({ id, state }: Pick<Account, 'id' | 'state'>): Pausing {
  const [asking, setAsking] = useState<'no' | 'asking' | DoorFailureCode>('no');
  const isPaused = state === 'paused';
  const toggle = async () => {
    setAsking('asking');
    try {
      await changeAccount(id, { paused: !isPaused });
      setAsking('no');
    } catch (failure) {
      setAsking(failureCode(failure));
    }
  };
  return {
    isPaused,
    busy: asking === 'asking',
    failed: asking === 'no' || asking === 'asking' ? null : asking,
    toggle: () => void toggle(),
  };
}
