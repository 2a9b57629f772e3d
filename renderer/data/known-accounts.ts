/** What the window knows of the accounts: kept from last time, asked for, and told by the stream. */
import type { RemovedAccount } from '@shared/contract/accounts';
import type { Account } from '@shared/contract/door';
import type { SpeakingAccount } from '@shared/domain/speaker';
import { huesOf, looksOf, type AccountLook } from './account-looks';
import { KeptSignal, type LocalText } from './stores/kept-locally';
import { Signal } from './stores/signal';

export class KnownAccounts {
  readonly accounts: KeptSignal<'accounts'>;
  /** What accounts that are gone were called last, by id: what they left in the outbox goes by it. */
  readonly removedNames: KeptSignal<'removedNames'>;
  /** How they are told apart at a glance, by account. */
  readonly looks: Signal<Readonly<Record<string, AccountLook>>>;
  readonly #hues: KeptSignal<'accountHues'>;
  /** Who the agent is, by account; accounts that never told are missing. */
  readonly agentIds: Signal<Readonly<Record<string, string>>>;
  /** Who speaks where, by account; unlike the accounts it changes only when that does. */
  readonly speaking: Signal<Readonly<Record<string, SpeakingAccount>>>;
  /** Called when another account can be reached, or cannot any more. */
  readonly #onReach: () => void;
  /** Accounts the stream spoke of while a list of them was asked for: the stream is newer. */
  #spokenOf = new Set<string>();

  constructor(local: LocalText, onReach: () => void) {
    this.accounts = new KeptSignal('accounts', local, []);
    this.removedNames = new KeptSignal('removedNames', local, {});
    this.#hues = new KeptSignal('accountHues', local, {});
    this.looks = new Signal(this.#looksOf(this.accounts.get()));
    this.agentIds = new Signal(agentIdsOf(this.accounts.get()));
    this.speaking = new Signal(speakingIn(this.accounts.get()));
    this.#onReach = onReach;
  }

  /** Takes the list the host answers, but for what the stream says meanwhile. */
  async ask(list: () => Promise<Account[]>): Promise<void> {
    const spokenOf = new Set<string>();
    this.#spokenOf = spokenOf;
    const accounts = await list();
    const now = new Map(this.accounts.get().map((account) => [account.id, account]));
    this.#set(accounts.map((asked) => (spokenOf.has(asked.id) ? (now.get(asked.id) ?? asked) : asked)));
  }

  /** The stream told of one, new or changed. */
  take(account: Account): void {
    this.#spokenOf.add(account.id);
    const others = this.accounts.get();
    const known = others.some(({ id }) => id === account.id);
    this.#set(
      known ? others.map((other) => (other.id === account.id ? account : other)) : [...others, account],
    );
  }

  /** Takes what the host still knows of those that are gone. */
  takeRemoved(removed: readonly RemovedAccount[]): void {
    this.removedNames.set(Object.fromEntries(removed.map(({ id, name }) => [id, name])));
  }

  remove(accountId: string): void {
    const name = this.accounts.get().find(({ id }) => id === accountId)?.name;
    if (name !== undefined) this.removedNames.set({ ...this.removedNames.get(), [accountId]: name });
    this.#set(this.accounts.get().filter(({ id }) => id !== accountId));
  }

  isCutOff(accountId: string): boolean {
    const account = this.accounts.get().find(({ id }) => id === accountId);
    return account !== undefined && isAway(account);
  }

  #looksOf(accounts: readonly Account[]): Record<string, AccountLook> {
    this.#hues.set(huesOf(accounts, this.#hues.get()));
    return looksOf(accounts, this.#hues.get());
  }

  #set(accounts: Account[]): void {
    const before = cutOff(this.accounts.get());
    setIfOther(this.looks, this.#looksOf(accounts));
    this.accounts.set(accounts);
    if (before !== cutOff(accounts)) this.#onReach();
    setIfOther(this.agentIds, agentIdsOf(accounts));
    setIfOther(this.speaking, speakingIn(accounts));
  }
}

function isAway({ state }: Account): boolean {
  return state === 'offline' || state === 'refused';
}

/** Which accounts cannot be reached. */
function cutOff(accounts: readonly Account[]): string {
  const away = accounts.filter(isAway);
  return away.map(({ id }) => id).join('\n');
}

function setIfOther<T>(signal: Signal<T>, value: T): void {
  if (JSON.stringify(value) !== JSON.stringify(signal.get())) signal.set(value);
}

function speakingIn(accounts: readonly Account[]): Record<string, SpeakingAccount> {
  return Object.fromEntries(
    accounts.map(({ id, agent, speaker = null, supports: { author = false } }) => [
      id,
      { agent, speaker, supports: { author } },
    ]),
  );
}

function agentIdsOf(accounts: readonly Account[]): Record<string, string> {
  return Object.fromEntries(
    accounts.flatMap(({ id, agent }) => (agent === null ? [] : [[id, agent.id] as const])),
  );
}
