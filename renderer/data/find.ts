import { conversationKey, type ConversationKey } from '@shared/domain/entities';
import { wordMatcher } from '@shared/domain/word-match';
import { pageData } from './current';
import { EVERYTHING } from './index/queue-index';

/** Conversations read between two looks at the signal. */
const CHUNK = 250;
/** Beyond this many the search ends: what the agent looks for by name is near the top of the queue. */
const MOST_READ = 10_000;

/**
 * Conversations whose customer, subject, last words or tags have words beginning with what was
 * typed, in the order of the queue.
 * @returns what was found so far when the signal aborts
 */
export async function findConversations(
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
