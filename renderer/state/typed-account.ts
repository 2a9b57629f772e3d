/** What stands half-written in a form about an account, and what of it may be kept. Pure. */

export interface TypedAccount {
  name: string;
  url: string;
  /** By the names of the sign-in's fields. */
  values: Readonly<Record<string, string>>;
  /** By the names of the sign-in's fields. They live in the memory of this page alone. */
  secrets: Readonly<Record<string, string>>;
  /** How it is reached; absent: as it is kept. */
  way?: TypedWay;
  /** Secrets that stood here before the page was reloaded: they have to be typed again. */
  lost: readonly string[];
}

/** How a helpdesk is reached, as the form shows it. The proxy's password is one of the secrets. */
export interface TypedWay {
  /** The fingerprint of the one certificate that is accepted. */
  trusted: string | null;
  proxy: 'none' | 'system' | 'address';
  proxyUrl: string;
  proxyLogin: string;
}

export const NOTHING_TYPED: TypedAccount = { name: '', url: '', values: {}, secrets: {}, lost: [] };

/** What of it outlives the page: no secret, also none that was pasted as a part of the address. */
export function withoutSecrets<T extends TypedAccount>(typed: T): T {
  const secrets = Object.entries(typed.secrets).flatMap(([name, secret]) => (secret === '' ? [] : [name]));
  const lost = [...new Set([...typed.lost, ...secrets])];
  const way = typed.way && { way: { ...typed.way, proxyUrl: plainAddress(typed.way.proxyUrl) } };
  return { ...typed, url: plainAddress(typed.url), ...way, secrets: {}, lost };
}

/** With a change; a secret that is typed anew is not lost any more. */
export function typedMore<T extends TypedAccount>(typed: T, patch: Partial<T>): T {
  const next = { ...typed, ...patch };
  return { ...next, lost: next.lost.filter((name) => (next.secrets[name] ?? '') === '') };
}

/** Without user, password, query and fragment: any of them may carry a key. */
function plainAddress(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i, '$1');
}
