import type { ConversationKey } from '@shared/domain/entities';
import type { QueueFilter, QueueViewId } from '@shared/domain/queue-views';
import { useCallback, useSyncExternalStore } from 'react';
import { pageData } from './current';
import type { QueueCounts, QueueRow } from './shapes';
import type { QueueSnapshot } from './stores/row-store';

export type { QueueCounts, QueueRow } from './shapes';
export type { QueueSnapshot } from './stores/row-store';

/** The queue of a filter, sorted by `queueRank`, then key. */
export function useQueue(filter: QueueFilter): QueueSnapshot {
  const { rows } = pageData();
  return useSyncExternalStore(rows.changed.subscribe, () => rows.snapshot(filter));
}

/** One row, subscribed alone; `null` while it loads or when it is not here. */
export function useQueueRow(key: ConversationKey): QueueRow | null {
  const { rows } = pageData();
  const subscribe = useCallback((listener: () => void) => rows.subscribeRow(key, listener), [rows, key]);
  return useSyncExternalStore(subscribe, () => rows.row(key));
}

/** Counts over all accounts or inside one; by channel and by account inside `view`. */
export function useCounts(view: QueueViewId = 'open', accountId: string | null = null): QueueCounts {
  const { rows } = pageData();
  return useSyncExternalStore(rows.changed.subscribe, () => rows.counts(view, accountId));
}

/** Remembers that this agent has seen the conversation up to its newest message. */
export function markRead(key: ConversationKey): void {
  pageData().markRead(key);
}
