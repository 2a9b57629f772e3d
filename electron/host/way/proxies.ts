/**
 * Which proxy a request goes through, and the tunnel through it. What a proxy answers is never taken for
 * the helpdesk's word: libraries that play its refusal back as if the server had said it would make a
 * reply that surely did not leave look like one that perhaps did.
 */
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { BackendError } from '@shared/backends/backend-error';
import { SecretMask } from '@shared/backends/secrets';
import { getProxyForUrl } from 'proxy-from-env';
import { authorityOf, targetOf, type Target, type Way } from './way';

export interface Proxy extends Target {
  /** `user:password`, decoded; never shown. */
  signIn: string | null;
}

/**
 * The proxy on the way to a server; `null`: there is none.
 * @throws BackendError `proxy` when what is set is no proxy this console can use
 */
export function proxyFor(target: Target, choice: Way['proxy']): Proxy | null {
  if (choice === 'none') return null;
  const set = choice === 'system' ? { url: environmentsProxy(target), signIn: null } : choice;
  if (set.url === '') return null;
  const { url, signIn } = withoutSignIn(set.url) ?? {};
  if (url === undefined) {
    throw new BackendError('proxy', 'The proxy that is set has to be an address of http or https.');
  }
  return { ...targetOf(url), signIn: set.signIn ?? signIn ?? null };
}

const VARIABLES = ['https_proxy', 'http_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);

/** Empty: none. */
function environmentsProxy(target: Target): string {
  const url = getProxyForUrl(`${target.secure ? 'https' : 'http'}://${authorityOf(target)}`);
  // The library gives `proxy:3128` the scheme of what is asked; a proxy without one speaks plainly, as to curl.
  const written = new Set(VARIABLES.map((name) => process.env[name]));
  return written.has(url) ? url : url.replace(/^https:/, 'http:');
}

/** An address of a proxy and, apart from it, what signs in there; `null` for one that is none. */
export function withoutSignIn(text: string): { url: string; signIn: string | null } | null {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(whole)) return null;
  const { protocol, host, hostname, username, password } = new URL(whole);
  if (!['http:', 'https:'].includes(protocol) || hostname === '') return null;
  const signIn = username === '' && password === '' ? null : `${decoded(username)}:${decoded(password)}`;
  return { url: `${protocol}//${host}`, signIn };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A lone per cent sign is meant as one.
    return part;
  }
}

/** What a request tells the proxy of who we are (RFC 7617). */
export function signInHeaders({ signIn }: Pick<Proxy, 'signIn'>): Record<string, string> {
  return signIn === null
    ? {}
    : { 'Proxy-Authorization': `Basic ${Buffer.from(signIn, 'utf8').toString('base64')}` };
}

/**
 * Asks a proxy that is connected for a tunnel (RFC 9110 §9.3.6).
 * @throws BackendError `proxy` with its status and words when it gives none
 */
export function tunnelThrough(
  proxy: Proxy,
  connection: Socket,
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  const path = authorityOf(target);
  return new Promise((resolve, reject) => {
    const asked = request({
      method: 'CONNECT',
      path,
      headers: { Host: path, 'User-Agent': 'Holdfast', ...signInHeaders(proxy) },
      createConnection: () => connection,
      signal,
    });
    asked.once('connect', (response, _connection, head: Buffer) => {
      const { statusCode = 0, statusMessage = '', headers } = response;
      if (statusCode < 200 || statusCode > 299) {
        return reject(refusedBy(proxy, statusCode, statusMessage, headers['proxy-authenticate']));
      }
      if (head.length > 0) connection.unshift(head);
      resolve();
    });
    asked.once('error', (error: NodeJS.ErrnoException) => {
      reject(unreachable(proxy, error.code ?? 'no answer'));
    });
    asked.end();
  });
}

/** RFC 9110 §15.5.8: the proxy wants to know who we are. */
export const PROXY_SIGN_IN = 407;

/** The proxy said no; nothing reached the server. */
export function refusedBy(proxy: Proxy, status: number, words: string, challenge = ''): BackendError {
  // A challenge may name its realm; the schemes alone say what an administrator has to know.
  const schemes = [...challenge.matchAll(/(?:^|,)\s*([A-Za-z]+)(?=\s|,|$)/g)].map(([, scheme]) => scheme);
  const wants = schemes.length === 0 ? '' : ` It asks for: ${schemes.join(', ')}.`;
  const said = withoutItsSignIn(proxy, `${status} ${words}`.trim());
  return new BackendError('proxy', `The proxy ${authorityOf(proxy)} answered ${said}.${wants}`, status);
}

/** Words of a proxy, which may repeat what it was told: for screens and logs. */
export function withoutItsSignIn({ signIn }: Pick<Proxy, 'signIn'>, words: string): string {
  if (signIn === null) return words;
  const secrets = new SecretMask();
  // As a whole, as it is sent, and the password alone.
  secrets.add(signIn, signIn.slice(signIn.indexOf(':') + 1));
  return secrets.mask(words);
}

/** No connection to the proxy, or it broke before there was a tunnel. */
export function unreachable(proxy: Proxy, why: string): BackendError {
  return new BackendError('proxy', `The proxy ${authorityOf(proxy)} could not be reached (${why}).`);
}
