import { changeAccount } from '@renderer/data/account-admin';
import { useStep, type Step } from '@renderer/data/use-step';
import type { Account } from '@shared/contract/door';

export interface Pausing extends Pick<Step, 'busy' | 'failed'> {
  isPaused: boolean;
  /** Pauses an account that runs, and lets one that is paused go on. */
  toggle: () => void;
}

/** Pausing an account, from wherever on the screen. */
export function usePause({ id, state }: Pick<Account, 'id' | 'state'>): Pausing {
  const { busy, failed, run } = useStep();
  const isPaused = state === 'paused';
  return { isPaused, busy, failed, toggle: () => void run(() => changeAccount(id, { paused: !isPaused })) };
}
