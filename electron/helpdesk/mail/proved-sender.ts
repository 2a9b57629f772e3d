/**
 * Whether a mail proved that it comes from the domain of its From. Everybody can write any From; what
 * counts is the word of the server that took the mail in from outside (RFC 8601), which checked it
 * against the domain's own records.
 */
import { getDomain } from 'tldts';
import { addressForm } from '@shared/domain/mail-address';
import type { ParsedMail } from './parse-mail';

/**
 * @param authservId the name under which the own mail server writes its results down. It must take away
 * what comes in under that name, as RFC 8601 §5 asks of it; `null`: no server's word counts
 */
export function isSenderProved(
  {
    from,
    fromCount,
    authenticationResults,
  }: Pick<ParsedMail, 'from' | 'fromCount' | 'authenticationResults'>,
  authservId: string | null,
): boolean {
  // Two senders: the one that was checked need not be the one that is shown.
  if (authservId === null || from === null || fromCount !== 1) return false;
  // Each server writes above what was there: of one name the topmost is the newest.
  const results = authenticationResults
    .map(readResults)
    .find((one) => one !== null && one.authservId === authservId.toLowerCase());
  if (!results) return false;
  const domain = domainOf(from.address);
  const dmarc = results.methods.filter(({ method }) => method === 'dmarc');
  if (dmarc.some(({ result }) => result !== 'pass' && result !== 'none')) return false;
  if (dmarc.some(({ result, props }) => result === 'pass' && domainOf(props['header.from'] ?? '') === domain))
    return true;
  return results.methods.some(({ method, result, props }) => {
    if (result !== 'pass') return false;
    if (method === 'dkim') return isAligned(props['header.d'] ?? props['header.i'], domain);
    return method === 'spf' && isAligned(props['smtp.mailfrom'], domain);
  });
}

/** Relaxed alignment (RFC 7489 §3.1): below one registered domain. */
function isAligned(value: string | undefined, domain: string): boolean {
  const other = domainOf(value ?? '');
  if (other === '') return false;
  const registered = getDomain(domain, { allowPrivateDomains: true });
  return (
    other === domain ||
    (registered !== null && getDomain(other, { allowPrivateDomains: true }) === registered)
  );
}

/** The domain of an address, or the domain that stands alone. */
function domainOf(value: string): string {
  return addressForm(value.slice(value.lastIndexOf('@') + 1)).replace(/\.$/, '');
}

interface Results {
  authservId: string;
  methods: { method: string; result: string; props: Readonly<Record<string, string>> }[];
}

/** RFC 8601 §2.2; `null` for what does not follow it. */
function readResults(header: string): Results | null {
  const tokens = tokensOf(header);
  if (tokens === null) return null;
  const [head = [], ...rest] = partsOf(tokens);
  const authservId = head[0]?.toLowerCase();
  if (authservId === undefined) return null;
  const methods = rest.flatMap((part) => {
    const [first, ...others] = pairsOf(part);
    if (first === undefined) return [];
    const [method = ''] = first.name.split('/');
    const props = Object.fromEntries(others.map(({ name, value }) => [name, value]));
    return [{ method, result: first.value.toLowerCase(), props }];
  });
  return { authservId, methods };
}

/** Words, quoted strings as `"…"` without the quotes, and the marks `;` and `=`; comments are dropped. */
function tokensOf(header: string): string[] | null {
  const tokens: string[] = [];
  let depth = 0;
  for (const [token] of header.matchAll(/"(?:[^"\\]|\\.)*"|\\.|[()";=]|[^\s()";=\\]+|\s+/gsu)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (depth === 0 && token.trim() !== '') tokens.push(token);
    if (depth < 0) return null;
  }
  return depth === 0 ? tokens : null;
}

function partsOf(tokens: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const token of tokens) {
    if (token === ';') parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

function pairsOf(part: readonly string[]): { name: string; value: string }[] {
  return part.flatMap((token, at) =>
    part[at + 1] === '=' && part[at + 2] !== undefined
      ? [{ name: token.toLowerCase(), value: part[at + 2]!.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1') }]
      : [],
  );
}
