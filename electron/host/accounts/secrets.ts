/** Secrets that belong to no account, sealed in the same vault. */
import type { Vault } from './vault';

export interface Secrets {
  /** `null` when nothing is kept, or what is kept cannot be opened here. */
  get(name: string): string | null;
  /** Resolves once it is durable. */
  set(name: string, secret: string): Promise<void>;
  /** Resolves once it is gone from the disk. */
  forget(name: string): Promise<void>;
}

/** No account's id holds a slash (account-book.ts), so no secret can be taken for an account's. */
export function secretsIn(vault: Vault): Secrets {
  const entryOf = (name: string): string => `secret/${name}`;
  return {
    get: (name) => vault.get(entryOf(name))?.token ?? null,
    set: (name, secret) => vault.set(entryOf(name), { token: secret }),
    forget: (name) => vault.delete(entryOf(name)),
  };
}
