/**
 * How an account reaches its helpdesk, as it is kept: the certificate it trusts and its proxy in the
 * account's own row, what signs in at the proxy in the vault.
 */
import type { Connection, ConnectionDraft } from '@shared/contract/accounts';
import { FINGERPRINT } from '@shared/domain/certificates';
import { z } from 'zod';
import { withoutSignIn } from '../way/proxies';
import { DIRECT, targetOf, type Way } from '../way/way';
import { secretsIn } from './secrets';
import type { Vault } from './vault';

export const keptConnectionSchema = z.object({
  trusted: z.string().regex(FINGERPRINT).nullable().default(null),
  proxy: z
    .discriminatedUnion('use', [
      z.object({ use: z.literal('none') }),
      z.object({ use: z.literal('system') }),
      z.object({ use: z.literal('address'), url: z.string() }),
    ])
    .default({ use: 'none' }),
});
export type KeptConnection = z.infer<typeof keptConnectionSchema>;

export const PLAIN_CONNECTION: KeptConnection = { trusted: null, proxy: { use: 'none' } };

/** A connection with what signs in at its proxy (`name:password`). */
export interface FullConnection {
  kept: KeptConnection;
  signIn: string | null;
}

export const PLAIN: FullConnection = { kept: PLAIN_CONNECTION, signIn: null };

/**
 * @param stays whether the account is still at the server whose certificate it trusts
 * @returns `null` when the address of the proxy is none
 */
export function changedConnection(
  before: FullConnection,
  draft: ConnectionDraft | undefined,
  stays: boolean,
): FullConnection | null {
  if (draft === undefined) return stays ? before : { ...before, kept: { ...before.kept, trusted: null } };
  const { trusted, proxy } = draft;
  if (proxy.use !== 'address') return { kept: { trusted, proxy }, signIn: null };
  const address = withoutSignIn(proxy.url);
  if (address === null) return null;
  const { url } = address;
  // What was kept for one proxy is shown to no other.
  const same = before.kept.proxy.use === 'address' && before.kept.proxy.url === url;
  const kept = same ? before.signIn : null;
  const signIn = proxy.signIn !== undefined ? proxy.signIn : (address.signIn ?? kept);
  return { kept: { trusted, proxy: { use: 'address', url } }, signIn };
}

/** @param url of the account's helpdesk; empty for the one this host runs itself */
export function wayOf({ kept, signIn }: FullConnection, url: string): Way {
  if (url === '') return DIRECT;
  const { trusted, proxy } = kept;
  const { host, port } = targetOf(url);
  return {
    trusted: trusted === null ? null : { host, port, fingerprint: trusted },
    proxy: proxy.use === 'address' ? { url: proxy.url, signIn } : proxy.use,
  };
}

/** What pages are told: never what signs in. */
export function toldConnection({ kept, signIn }: FullConnection): Connection {
  const { trusted, proxy } = kept;
  return {
    trusted,
    proxy: proxy.use === 'address' ? { ...proxy, signsIn: signIn !== null } : proxy,
  };
}

/** A row written by hand may hold a sign-in in the address of its proxy. */
export function apart(kept: KeptConnection): FullConnection {
  const read = kept.proxy.use === 'address' ? withoutSignIn(kept.proxy.url) : null;
  if (read === null) return { kept, signIn: null };
  return { kept: { ...kept, proxy: { use: 'address', url: read.url } }, signIn: read.signIn };
}

/** What signs in at the proxies of accounts. */
export interface ProxySignIns {
  of(accountId: string): string | null;
  /** Resolves once it is durable. */
  keep(accountId: string, signIn: string | null): Promise<void>;
}

export function proxySignIns(vault: Vault): ProxySignIns {
  const secrets = secretsIn(vault);
  const nameOf = (accountId: string): string => `proxy/${accountId}`;
  return {
    of: (accountId) => secrets.get(nameOf(accountId)),
    async keep(accountId, signIn) {
      if (secrets.get(nameOf(accountId)) === signIn) return;
      if (signIn === null) await secrets.forget(nameOf(accountId));
      else await secrets.set(nameOf(accountId), signIn);
    },
  };
}
