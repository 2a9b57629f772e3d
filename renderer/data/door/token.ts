/**
 * The token of this launch: in the address bar's fragment once, then in sessionStorage. A window
 * without one asks its siblings.
 */
import type { WindowChannel } from '../leader/channel';

const STORAGE_KEY = 'holdfast.token';
const TOKEN_PATTERN = /^[A-Za-z0-9_-]{20,200}$/;
/** Siblings answer from memory; a hidden one may be throttled to one turn a second. */
const SIBLINGS_ANSWER_WITHIN_MS = 1_200;

/** The parts of the window that carry a token. */
export interface TokenPlaces {
  location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  history: Pick<History, 'replaceState' | 'state'>;
  storage: Pick<Storage, 'getItem' | 'setItem'>;
}

/** Takes the token out of the fragment, so that it is never seen, copied or bookmarked; else the stored one. */
export function takeToken({ location, history, storage }: TokenPlaces): string | null {
  const fragment = location.hash.slice(1);
  if (!TOKEN_PATTERN.test(fragment)) return storage.getItem(STORAGE_KEY);
  storage.setItem(STORAGE_KEY, fragment);
  history.replaceState(history.state, '', location.pathname + location.search);
  return fragment;
}

export function keepToken(storage: TokenPlaces['storage'], token: string): void {
  storage.setItem(STORAGE_KEY, token);
}

/** Asks the other windows; `null` when none answers in time. */
export function askSiblings(channel: WindowChannel): Promise<string | null> {
  return new Promise((resolve) => {
    const done = (token: string | null): void => {
      clearTimeout(timer);
      stop();
      resolve(token);
    };
    const timer = setTimeout(() => done(null), SIBLINGS_ANSWER_WITHIN_MS);
    const stop = channel.listen((message) => {
      if (message.type === 'token') done(message.token);
    });
    channel.send({ type: 'token-wanted' });
  });
}
