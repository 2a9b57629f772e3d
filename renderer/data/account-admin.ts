/** Accounts as the agent manages them: what can be connected, checks, changes, removal. */
import type {
  AccountCheckDraft,
  AccountDraft,
  AccountPatch,
  Backends,
  CheckStep,
  Holdings,
  ProfileResult,
} from '@shared/contract/accounts';
import type { Account } from '@shared/contract/door';
import { useCallback, useEffect, useState } from 'react';
import { systemClock } from './clock';
import { pageData } from './current';
import { DoorFailure, type DoorFailureCode } from './door/failure';
import { LeavingAccounts, type LeavingAccount } from './leaving-accounts';
import { useSignal } from './stores/use-signal';

export type { LeavingAccount } from './leaving-accounts';
export type { DoorFailureCode } from './door/failure';

/** What the host answered, or why it did not. */
export type Asked<T> = { state: 'asking' } | { state: 'here'; value: T } | { state: 'failed' };

/** Asks when it is first drawn, and again when `ask` changes or `again` is called. */
function useAsked<T>(ask: () => Promise<T>): Asked<T> & { again: () => void } {
  const [asked, setAsked] = useState<Asked<T>>({ state: 'asking' });
  const [time, setTime] = useState(0);
  useEffect(() => {
    let stale = false;
    ask().then(
      (value) => stale || setAsked({ state: 'here', value }),
      () => stale || setAsked({ state: 'failed' }),
    );
    return () => {
      stale = true;
    };
  }, [ask, time]);
  const again = useCallback(() => setTime((count) => count + 1), []);
  return { ...asked, again };
}

const askBackends = (): Promise<Backends> => pageData().door.backends();

/** What can be connected, and where credentials are kept. */
export function useBackends(): Asked<Backends> & { again: () => void } {
  return useAsked(askBackends);
}

/** What a removal of an account is about. */
export function useHoldings(accountId: string): Asked<Holdings> & { again: () => void } {
  return useAsked(useCallback(() => pageData().door.holdings(accountId), [accountId]));
}

/**
 * Asks the helpdesk step by step; keeps nothing. Resolves once every step was told.
 * @throws DoorFailure, `unreachable` also when it broke off in the middle; the signal's reason
 */
export function checkAccount(
  draft: AccountCheckDraft,
  onStep: (step: CheckStep) => void,
  signal: AbortSignal,
): Promise<void> {
  return pageData().door.checkAccount(draft, onStep, signal);
}

/** @throws DoorFailure */
export function addAccount(draft: AccountDraft): Promise<Account> {
  return pageData().door.addAccount(draft);
}

/** @throws DoorFailure */
export function changeAccount(id: string, patch: AccountPatch): Promise<Account> {
  return pageData().door.changeAccount(id, patch);
}

/** @throws DoorFailure */
export function addProfile(text: string): Promise<ProfileResult> {
  return pageData().door.addProfile(text);
}

/** Why a request failed, to be put into words. */
export function failureCode(failure: unknown): DoorFailureCode {
  return failure instanceof DoorFailure ? failure.code : 'internal';
}

const leaving = new LeavingAccounts({
  remove: (id) => pageData().door.removeAccount(id),
  clock: systemClock,
});

/** Accounts that are about to leave, and those that could not. */
export function useLeavingAccounts(): readonly LeavingAccount[] {
  return useSignal(leaving.list);
}

/** Removes an account once the undo time is up. */
export function leaveAccount(account: Pick<Account, 'id' | 'name'>): void {
  void leaving.leave(account);
}

export function keepAccount(id: string): void {
  leaving.stay(id);
}

export function forgetLeaving(id: string): void {
  leaving.forget(id);
}
