/** How an account is reached, between what the host keeps, what the form shows and what it sends. Pure. */
import type { TypedAccount, TypedWay } from '@renderer/state/typed-account';
import type { CheckProblem, CheckStep, Connection, ConnectionDraft } from '@shared/contract/accounts';
import { isSameServer } from './sign-in-fields';

export const STRAIGHT: TypedWay = { trusted: null, proxy: 'none', proxyUrl: '', proxyLogin: '' };

/** The name under which the form holds the proxy's password beside the other secrets. */
export const PROXY_PASSWORD = 'proxyPassword';

/** What is kept, as the form shows it. */
export function shownWay({ trusted, proxy }: Connection): TypedWay {
  return { ...STRAIGHT, trusted, proxy: proxy.use, proxyUrl: proxy.use === 'address' ? proxy.url : '' };
}

/** What is kept, as far as it holds at an address; what is trusted of one server is not of another. */
export function keptAt(kept: Connection, isSame: boolean): Connection {
  return isSame ? kept : { ...kept, trusted: null };
}

/** What is sent; nothing while nothing about it was typed. */
export function wayDraft({ way, secrets }: Pick<TypedAccount, 'way' | 'secrets'>): {
  connection?: ConnectionDraft;
} {
  if (way === undefined) return {};
  const { trusted, proxy, proxyUrl: url, proxyLogin } = way;
  if (proxy !== 'address') return { connection: { trusted, proxy: { use: proxy } } };
  const password = secrets[PROXY_PASSWORD] ?? '';
  const signIn = proxyLogin === '' && password === '' ? {} : { signIn: `${proxyLogin}:${password}` };
  return { connection: { trusted, proxy: { use: 'address', url: url.trim(), ...signIn } } };
}

/** With a change; what was trusted of one server is not of the next. */
export function withoutStaleTrust(
  before: Pick<TypedAccount, 'url' | 'way'>,
  patch: Partial<TypedAccount>,
): Partial<TypedAccount> {
  const { way } = before;
  if (patch.url === undefined || way === undefined || isSameServer(before.url, patch.url)) return patch;
  return { ...patch, way: { ...way, trusted: null } };
}

/** What has to be filled in about it: a proxy that is taken has an address. */
export function missingOfWay({ way }: Pick<TypedAccount, 'way'>): readonly 'proxyUrl'[] {
  return way?.proxy === 'address' && way.proxyUrl.trim() === '' ? ['proxyUrl'] : [];
}

const OF_THE_WAY: readonly CheckProblem[] = ['certificate', 'proxy', 'proxy-unreachable', 'proxy-refuses'];

/** Whether a check ended before the helpdesk was reached, at what the connection's fields say. */
export function endedOnTheWay(steps: readonly CheckStep[]): boolean {
  return steps.some((step) => step.step === 'failed' && OF_THE_WAY.includes(step.problem));
}
