/**
 * What the host knows of every conversation without a page: enough for a badge now, for timers and
 * alerts later. In memory, rebuilt from the spools at each start.
 */
import { conversationKey, splitConversationKey, type ConversationKey } from '@shared/domain/entities';
import type { LightConversation } from '@shared/sync/spool-records';

export interface LightIndex {
  /** Takes the newest view of a conversation; `null` when it is gone. */
  set(accountId: string, id: string, light: LightConversation | null): void;
  /** Forgets everything of an account. */
  drop(accountId: string): void;
  get(key: ConversationKey): LightConversation | null;
  /** How many conversations of an account there are. */
  countOf(accountId: string): number;
  readonly size: number;
  /** How many conversations a customer waits in. */
  readonly waiting: number;
}

export function createLightIndex(): LightIndex {
  const rows = new Map<ConversationKey, LightConversation>();
  let waiting = 0;
  return {
    set(accountId, id, light) {
      const key = conversationKey(accountId, id);
      waiting += Number(isWaiting(light)) - Number(isWaiting(rows.get(key) ?? null));
      if (light === null) rows.delete(key);
      else rows.set(key, light);
    },
    drop(accountId) {
      for (const [key, row] of rows) {
        if (splitConversationKey(key).accountId !== accountId) continue;
        waiting -= Number(isWaiting(row));
        rows.delete(key);
      }
    },
    get: (key) => rows.get(key) ?? null,
    countOf(accountId) {
      let count = 0;
      for (const key of rows.keys()) count += Number(splitConversationKey(key).accountId === accountId);
      return count;
    },
    get size() {
      return rows.size;
    },
    get waiting() {
      return waiting;
    },
  };
}

function isWaiting(light: LightConversation | null): boolean {
  return light !== null && light.waitingSince !== null && (light.status === 'new' || light.status === 'open');
}
