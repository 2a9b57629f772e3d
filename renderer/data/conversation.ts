import type { Conversation, ConversationKey } from '@shared/domain/entities';
import type { TimelineItem } from './shapes';

export type { TimelineItem } from './shapes';

/** With pending edits laid over it; `undefined` while loading, `null` when it is not here. */
export function useConversation(_key: ConversationKey): Conversation | null | undefined {
  return undefined;
}

export interface Timeline {
  /** Oldest first; the newest 30 to begin with. */
  items: readonly TimelineItem[];
  hasOlder: boolean;
  loading: boolean;
  loadOlder(): void;
}

const EMPTY: Timeline = { items: [], hasOlder: false, loading: true, loadOlder: () => undefined };

/** The messages of a conversation, with the agent's own unconfirmed replies and notes at the end. */
export function useTimeline(_key: ConversationKey): Timeline {
  return EMPTY;
}

/** Where a conversation went that was merged into another; `null` if it did not. */
export function movedTo(_key: ConversationKey): ConversationKey | null {
  return null;
}
