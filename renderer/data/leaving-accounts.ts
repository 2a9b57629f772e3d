/**
 * Accounts that the agent removes: for some seconds they only are about to leave, and undo keeps them
 * as they are, credentials included. A window that closes meanwhile removes nothing.
 */
import type { Clock } from './clock';
import { Signal } from './stores/signal';

export const UNDO_REMOVAL_MS = 10_000;

export interface LeavingAccount {
  id: string;
  name: string;
  /** `failed`: the host did not remove it; it is still there. */
  state: 'waiting' | 'leaving' | 'failed';
  /** When it leaves, page clock. */
  at: number;
}

export class LeavingAccounts {
  readonly list = new Signal<readonly LeavingAccount[]>([]);
  readonly #remove: (id: string) => Promise<unknown>;
  readonly #clock: Clock;
  readonly #undos = new Map<string, AbortController>();

  constructor(deps: { remove(id: string): Promise<unknown>; clock: Clock }) {
    this.#remove = deps.remove;
    this.#clock = deps.clock;
  }

  /** Resolves once it is gone, was kept, or could not be removed. */
  async leave(account: { id: string; name: string }): Promise<void> {
    const { id, name } = account;
    if (this.#undos.has(id)) return;
    const undo = new AbortController();
    this.#undos.set(id, undo);
    this.#put({ id, name, state: 'waiting', at: this.#clock.now() + UNDO_REMOVAL_MS });
    await this.#clock.sleep(UNDO_REMOVAL_MS, undo.signal);
    if (undo.signal.aborted) return;
    this.#undos.delete(id);
    this.#put({ id, name, state: 'leaving', at: this.#clock.now() });
    try {
      await this.#remove(id);
      this.forget(id);
    } catch {
      this.#put({ id, name, state: 'failed', at: this.#clock.now() });
    }
  }

  /** Keeps it, as long as it has not left. */
  stay(id: string): void {
    this.#undos.get(id)?.abort();
    this.#undos.delete(id);
    if (this.list.get().some((one) => one.id === id && one.state === 'waiting')) this.forget(id);
  }

  /** Says no more of it. */
  forget(id: string): void {
    this.list.set(this.list.get().filter((one) => one.id !== id));
  }

  #put(account: LeavingAccount): void {
    this.list.set([...this.list.get().filter((one) => one.id !== account.id), account]);
  }
}
