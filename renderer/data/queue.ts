import type { ConversationKey } from '@shared/domain/entities';
import type { QueueFilter, QueueViewId } from '@shared/domain/queue-views';
import type { QueueCounts, QueueRow } from './shapes';

export type { QueueCounts, QueueRow } from './shapes';

/** A queue at one moment: read rows by position, never the whole list. */
export interface QueueSnapshot {
  length: number;
  keyAt(position: number): ConversationKey | undefined;
  /** Position of a conversation, or -1. */
  indexOf(key: ConversationKey): number;
  /** Rises with every change of order or membership. */
  version: number;
  /** False while only the first page is known. */
  ready: boolean;
}

const EMPTY: QueueSnapshot = {
  length: 0,
  keyAt: () => undefined,
  indexOf: () => -1,
  version: 0,
  ready: false,
};

/** The queue of a filter, sorted by `queueRank`, then key. */
export function useQueue(_filter: QueueFilter): QueueSnapshot {
  return EMPTY;
}

/** The same as {@link useQueue} outside React. */
export function queueSnapshot(_filter: QueueFilter): QueueSnapshot {
  return EMPTY;
}

/** One row, subscribed alone; `null` while it loads or when it is not here. */
export function useQueueRow(_key: ConversationKey): QueueRow | null {
  return null;
}

const COUNTS: QueueCounts = {
  views: { waiting: 0, mine: 0, unassigned: 0, open: 0, pending: 0, resolved: 0, all: 0 },
  channels: { email: 0, chat: 0, social: 0, form: 0, phone: 0, bot: 0 },
};

/** Counts over all accounts; by channel inside `view`. */
export function useCounts(_view: QueueViewId = 'open'): QueueCounts {
  return COUNTS;
}

/** Remembers that this agent has seen the conversation up to its newest message. */
export function markRead(_key: ConversationKey): void {}
