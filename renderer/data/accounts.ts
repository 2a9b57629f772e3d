import type { Account } from '@shared/contract/door';
import type { Agent } from '@shared/domain/entities';
import { useCallback, useSyncExternalStore } from 'react';
import type { AccountLook } from './account-looks';
import { pageData } from './current';
import { useSignal } from './stores/use-signal';

const NO_AGENTS: readonly Agent[] = [];

export function useAccounts(): readonly Account[] {
  return useSignal(pageData().accounts);
}

/** The name of an account where there are several to tell apart; redraws only when it changes. */
export function useAccountName(accountId: string): string | undefined {
  const { accounts } = pageData();
  return useSyncExternalStore(accounts.subscribe, () => {
    const all = accounts.get();
    return all.length > 1 ? all.find(({ id }) => id === accountId)?.name : undefined;
  });
}

/** What an account is called, also one that was removed; its id where nothing else is known of it. */
export function useNameOfAccount(): (accountId: string) => string {
  const accounts = useAccounts();
  const removed = useSignal(pageData().removedNames);
  return useCallback(
    (accountId) => accounts.find(({ id }) => id === accountId)?.name ?? removed[accountId] ?? accountId,
    [accounts, removed],
  );
}

/** How an account is told apart at a glance; `null` while there is only one account. */
export function useAccountLook(accountId: string): AccountLook | null {
  const { accountLooks } = pageData();
  return useSyncExternalStore(accountLooks.subscribe, () => {
    const all = accountLooks.get();
    return Object.keys(all).length > 1 ? (all[accountId] ?? null) : null;
  });
}

/** Whether an account is set up here; true also while the host has not told which ones are. */
export function useIsAccount(accountId: string | null): boolean {
  const { accounts, link } = pageData();
  return useSyncExternalStore(accounts.subscribe, () => {
    const all = accounts.get();
    if (accountId === null || (all.length === 0 && link.get().state !== 'live')) return true;
    return all.some(({ id }) => id === accountId);
  });
}

/** The signed-in agent's id per account. */
export function useAgentIds(): Readonly<Record<string, string>> {
  return useSignal(pageData().agentIds);
}

/** The agents of an account, by name. */
export function useAgents(accountId: string): readonly Agent[] {
  return useSignal(pageData().agents.agents).get(accountId) ?? NO_AGENTS;
}

/** An agent's name; the id itself while the agent is not known here. */
export function agentName(accountId: string, id: string): string {
  const agents = pageData().agents.agents.get().get(accountId);
  return agents?.find((agent) => agent.id === id)?.name ?? id;
}
