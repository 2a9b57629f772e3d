/** What a link in a stranger's message really does, in facts the agent can judge before opening it. */
import { getDomain, parse } from 'tldts';

export const LINK_WARNINGS = [
  /** The words of the link name another site than the one it opens. */
  'other-site',
  /** The name holds letters of another script than it seems to. */
  'punycode',
  /** A user name before the host, made to look like a site. */
  'user-info',
  /** A bare number instead of a name. */
  'ip-address',
  /** Not encrypted in the mail; opened encrypted here. */
  'upgraded',
] as const;
export type LinkWarning = (typeof LINK_WARNINGS)[number];

export type LinkVerdict =
  | {
      kind: 'web';
      /** The address to open, normalised; always https. */
      href: string;
      host: string;
      /** The name somebody registered; the host itself where there is none. */
      domain: string;
      warnings: readonly LinkWarning[];
    }
  | { kind: 'mail' | 'phone'; href: string; address: string; warnings: readonly LinkWarning[] };

/** A host as it is written, where the words of a link look like one. */
function siteNamedIn(text: string): string | null {
  const words = text.trim().replace(/^["'(<[]+/, '');
  const match = /^(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?=[/:?#\s)\]>"']|$)/iu.exec(words);
  const host = match?.[1];
  if (host === undefined) return null;
  const parsed = parse(host);
  // "report.pdf" and "e.g" are words; only a suffix the public list knows makes a site.
  if (parsed.isIcann !== true && !/^https?:/i.test(words)) return null;
  return parsed.domain;
}

/**
 * Judges a link; `null` for one that is never opened (any scheme but http(s), mailto and tel).
 * @param text the words shown for the link
 */
export function inspectLink(href: string, text: string): LinkVerdict | null {
  let url: URL;
  try {
    url = new URL(href.trim());
  } catch {
    return null;
  }
  if (url.protocol === 'mailto:' || url.protocol === 'tel:') {
    const kind = url.protocol === 'tel:' ? 'phone' : 'mail';
    let address = url.pathname;
    try {
      address = decodeURIComponent(url.pathname);
    } catch {
      // A stray percent sign: shown as it is written.
    }
    return { kind, href: url.href, address, warnings: [] };
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  const warnings: LinkWarning[] = [];
  const host = url.hostname;
  const domain = getDomain(host, { allowPrivateDomains: true }) ?? host;
  const named = siteNamedIn(text);
  const asWritten = named === null ? null : toAscii(named);
  if (asWritten !== null && asWritten !== getDomain(host) && asWritten !== domain)
    warnings.push('other-site');
  if (host.split('.').some((label) => label.startsWith('xn--'))) warnings.push('punycode');
  if (url.username !== '' || url.password !== '') {
    warnings.push('user-info');
    url.username = '';
    url.password = '';
  }
  if (parse(host).isIp === true) warnings.push('ip-address');
  if (url.protocol === 'http:') {
    warnings.push('upgraded');
    url.protocol = 'https:';
  }
  return { kind: 'web', href: url.href, host, domain, warnings };
}

function toAscii(host: string): string {
  try {
    return new URL(`https://${host}`).hostname;
  } catch {
    return host;
  }
}
