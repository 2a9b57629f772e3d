/** Accounts as the agent manages them: what can be connected, checks, changes, removal. */
import {
  UNDO_REMOVAL_MS,
  type AccountCheckDraft,
  type AccountDraft,
  type AccountPatch,
  type Backends,
  type Connection,
  type CheckStep,
  type Holdings,
  type ProfileResult,
} from '@shared/contract/accounts';
import type { Account } from '@shared/contract/door';
import { useCallback, useEffect, useState } from 'react';
import { useAccounts } from './accounts';
import { pageData } from './current';

export { failureCode, type DoorFailureCode } from './door/failure';

/** An account with how it stands with its removal. */
export type LeavingAccount = Pick<Account, 'id' | 'name'> & NonNullable<Account['leaving']>;

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

/** How an account reaches its helpdesk. */
export function useConnection(accountId: string): Asked<Connection> {
  return useAsked(useCallback(() => connectionOf(accountId), [accountId]));
}

/** @throws DoorFailure */
export function connectionOf(accountId: string): Promise<Connection> {
  return pageData().door.connection(accountId);
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
export function addProfile(text: string, replace: boolean): Promise<ProfileResult> {
  return pageData().door.addProfile(text, replace);
}

/** Accounts that are about to leave, and those that could not: in every window, as the host says. */
export function useLeavingAccounts(): readonly LeavingAccount[] {
  const accounts = useAccounts();
  return accounts.flatMap(({ id, name, leaving }) => (leaving ? [{ id, name, ...leaving }] : []));
}

/** Removes an account once the undo time is up, whatever becomes of this window. @throws DoorFailure */
export function leaveAccount(id: string): Promise<Account> {
  return pageData().door.removeAccount(id, UNDO_REMOVAL_MS);
}

/** Calls its removal off, or forgets that it could not be removed. @throws DoorFailure */
export function keepAccount(id: string): Promise<Account> {
  return pageData().door.keepAccount(id);
}
