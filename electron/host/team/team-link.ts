/** A link to a settings bundle, as a publisher gives it to the team: where it is, and whose it is. */
import { isAbsolute } from 'node:path';
import type { BundleWay } from '@shared/contract/team';
import { isPublicKey } from './signing';

const SCHEME = 'holdfast-team:1?';
/** The file's name in a folder, or under an address that ends in a slash. */
export const BUNDLE_FILE = 'holdfast-team.json';

export interface TeamLink {
  /** A folder's path or the file's URL. */
  at: string;
  /** Id of the bundle. */
  id: string;
  /** The publisher's public key. */
  key: string;
}

export function linkText({ at, id, key }: TeamLink): string {
  return SCHEME + new URLSearchParams({ at, id, key }).toString();
}

/** `null` for what is no such link. */
export function readLink(text: string): TeamLink | null {
  if (!text.startsWith(SCHEME)) return null;
  const query = new URLSearchParams(text.slice(SCHEME.length));
  const [at = '', id = '', key = ''] = ['at', 'id', 'key'].map((name) => query.get(name) ?? '');
  if (id === '' || !isPublicKey(key) || wayTo(at) === null) return null;
  return { at, id, key };
}

/** How a bundle is reached; `null`: not at all. */
export function wayTo(at: string): BundleWay | null {
  if (isAbsolute(at)) return 'folder';
  if (!URL.canParse(at)) return null;
  const { protocol } = new URL(at);
  return protocol === 'https:' ? 'https' : protocol === 'http:' ? 'http' : null;
}

/** The file's URL: an address may name the folder it lies in. */
export function fileUrl(at: string): string {
  const url = new URL(at);
  if (url.pathname.endsWith('/')) url.pathname += BUNDLE_FILE;
  return url.href;
}
