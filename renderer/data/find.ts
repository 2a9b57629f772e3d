import { conversationKey, type ConversationKey } from '@shared/domain/entities';
import { wordMatcher } from '@shared/domain/word-match';
import { systemClock } from './clock';
import { pageData } from './current';
import { EVERYTHING } from './index/queue-index';
import type { Signal } from './stores/signal';

/** Conversations read between two looks at the signal. */
const CHUNK = 250;
/** Beyond this many the search ends: what the agent looks for by name is near the top of the queue. */
const MOST_READ = 10_000;
/** While rows keep arriving the search runs again no sooner than this. */
const AGAIN_AFTER_MS = 500;

/**
 * Finds, and finds again once rows changed; a search that runs ends first, however many arrive.
 * @returns when the signal aborts
 */
export async function followFound(
  text: string,
  limit: number,
  signal: AbortSignal,
  onFound: (keys: readonly ConversationKey[]) => void,
): Promise<void> {
  const { changed } = pageData().rows;
  while (!signal.aborted) {
    const before = changed.get();
    const keys = await findConversations(text, limit, signal);
    if (signal.aborted) return;
    onFound(keys);
    await systemClock.sleep(AGAIN_AFTER_MS, signal);
    if (changed.get() === before) await nextChange(changed, signal);
  }
}

function nextChange(changed: Signal<number>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      resolve();
    };
    const stop = changed.subscribe(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

/**
 * Conversations whose customer, subject, last words or tags have words beginning with what was
 * typed, in the order of the queue.
 * @returns what was found so far when the signal aborts
 */
async function findConversations(
  text: string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly ConversationKey[]> {
  const { rows } = pageData();
  const list = rows.snapshot(EVERYTHING);
  const matches = wordMatcher(text);
  const found: ConversationKey[] = [];
  for (let from = 0; from < Math.min(list.length, MOST_READ) && !signal.aborted; from += CHUNK) {
    const keys: ConversationKey[] = [];
    for (let i = from; i < Math.min(list.length, from + CHUNK); i += 1) {
      const key = list.keyAt(i);
      if (key !== undefined) keys.push(key);
    }
    for (const one of await rows.readWhole(keys)) {
      if (!matches(`${one.contactName} ${one.subject} ${one.preview} ${one.tags.join(' ')}`)) continue;
      found.push(conversationKey(one.accountId, one.id));
      if (found.length >= limit) return found;
    }
  }
  return found;
}
