import { useEffect, useRef, useState } from 'react';
import { checkAccount, failureCode, type DoorFailureCode } from '@renderer/data/account-admin';
import { useAccountScreen } from '@renderer/state/account-screen';
import type { AccountCheckDraft, CheckStep } from '@shared/contract/accounts';

/** What is known so far, and of which address. */
interface Known {
  steps: readonly CheckStep[];
  address: string;
}

export type CheckState =
  | { state: 'none' }
  | ({ state: 'running' } & Known)
  | ({ state: 'done' } & Known)
  /** The host fell silent in the middle, or could make nothing of what was typed. */
  | ({ state: 'broken'; code: DoorFailureCode } & Known);

export interface Checking {
  result: CheckState;
  /** Resolves with all steps, or with nothing when it came to no end. */
  start: (draft: AccountCheckDraft) => Promise<readonly CheckStep[] | null>;
  /** Calls a running check off, at the helpdesk as well, and forgets what was found. */
  reset: () => void;
}

/** A check of an account: one at a time, called off by Escape and when what asked for it leaves. */
export function useCheck(): Checking {
  const [result, setResult] = useState<CheckState>({ state: 'none' });
  const setCallOff = useAccountScreen((state) => state.setCallOff);
  const running = useRef<AbortController | null>(null);
  useEffect(
    () => () => {
      running.current?.abort();
      setCallOff(null);
    },
    [setCallOff],
  );
  const reset = () => {
    running.current?.abort();
    running.current = null;
    setCallOff(null);
    setResult({ state: 'none' });
  };
  const start = async (draft: AccountCheckDraft): Promise<readonly CheckStep[] | null> => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    setCallOff(reset);
    let steps: readonly CheckStep[] = [];
    const show = (state: Exclude<CheckState, { state: 'none' }>) => {
      if (!mine.signal.aborted) setResult(state);
    };
    const known = () => ({ steps, address: draft.url });
    show({ state: 'running', ...known() });
    try {
      const take = (step: CheckStep) => {
        steps = [...steps, step];
        show({ state: 'running', ...known() });
      };
      await checkAccount(draft, take, mine.signal);
      if (mine.signal.aborted) return null;
      show({ state: 'done', ...known() });
      return steps;
    } catch (failure) {
      show({ state: 'broken', code: failureCode(failure), ...known() });
      return null;
    } finally {
      if (!mine.signal.aborted) setCallOff(null);
    }
  };
  return { result, start, reset };
}
