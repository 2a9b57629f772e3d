/**
 * How an account reaches its helpdesk: through which proxy, and which certificate stands for the server.
 * Each account has its own way (docs/decisions/0017); there is no switch for all of them.
 */
export interface Way {
  /**
   * The one certificate that is accepted of the account's own server, whoever vouches for it, by its
   * SHA-256 fingerprint; `null`: one that this computer's authorities vouch for.
   */
  trusted: { host: string; port: number; fingerprint: string } | null;
  /** `system`: as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say. */
  proxy: 'none' | 'system' | { url: string; signIn: string | null };
}

export const DIRECT: Way = { trusted: null, proxy: 'none' };

/** Where a connection is to end. */
export interface Target {
  /** A name or an address, IPv6 without brackets. */
  host: string;
  port: number;
  secure: boolean;
}

/** Host and port as they stand in an address (RFC 3986 §3.2). */
export function authorityOf({ host, port }: Pick<Target, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where a URL of http, https, ws or wss leads. */
export function targetOf(url: string | URL): Target {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:' || protocol === 'wss:';
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: port === '' ? (secure ? 443 : 80) : Number(port), secure };
}

export function isSameWay(one: Way, other: Way): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
