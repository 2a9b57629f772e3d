import type { Account } from '@shared/contract/door';
import type { Agent } from '@shared/domain/entities';

const NO_ACCOUNTS: readonly Account[] = [];
const NO_IDS: Readonly<Record<string, string>> = {};
const NO_AGENTS: readonly Agent[] = [];

export function useAccounts(): readonly Account[] {
  return NO_ACCOUNTS;
}

/** The signed-in agent's id per account. */
export function useAgentIds(): Readonly<Record<string, string>> {
  return NO_IDS;
}

/** The agents of an account, by name. */
export function useAgents(_accountId: string): readonly Agent[] {
  return NO_AGENTS;
}

/** An agent's name; the id itself while the agent is not known here. */
export function agentName(_accountId: string, id: string): string {
  return id;
}
