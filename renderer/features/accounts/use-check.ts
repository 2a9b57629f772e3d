import { useEffect, useRef, useState } from 'react';
import { checkAccount, failureCode, type DoorFailureCode } from '@renderer/data/account-admin';
import type { AccountCheck, AccountCheckDraft } from '@shared/contract/accounts';

export type CheckState =
  | { state: 'none' }
  | { state: 'running' }
  | { state: 'done'; check: AccountCheck; address: string }
  /** The host itself did not answer, or could make nothing of what was typed. */
  | { state: 'notAsked'; code: DoorFailureCode };

export interface Checking {
  result: CheckState;
  /** Resolves with the check, or with nothing when there was none or it was called off. */
  start: (draft: AccountCheckDraft) => Promise<AccountCheck | null>;
  /** Calls a running check off and forgets what was found. */
  reset: () => void;
}

/** A check of an account: one at a time, called off when what asked for it leaves. */
export function useCheck(): Checking {
  const [result, setResult] = useState<CheckState>({ state: 'none' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const reset = () => {
    running.current?.abort();
    running.current = null;
    setResult({ state: 'none' });
  };
  const start = async (draft: AccountCheckDraft): Promise<AccountCheck | null> => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    setResult({ state: 'running' });
    try {
      const check = await checkAccount(draft, mine.signal);
      if (mine.signal.aborted) return null;
      setResult({ state: 'done', check, address: draft.url });
      return check;
    } catch (failure) {
      if (!mine.signal.aborted) setResult({ state: 'notAsked', code: failureCode(failure) });
      return null;
    }
  };
  return { result, start, reset };
}
