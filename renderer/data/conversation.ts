import type { Conversation, ConversationKey } from '@shared/domain/entities';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { pageData } from './current';
import type { TimelineView } from './stores/timeline-store';

export type { TimelineItem } from './shapes';

/** With pending edits laid over it; `undefined` while loading, `null` when it is not here. */
export function useConversation(key: ConversationKey): Conversation | null | undefined {
  const { rows } = pageData();
  const subscribe = useCallback((listener: () => void) => rows.subscribeRow(key, listener), [rows, key]);
  return useSyncExternalStore(subscribe, () => rows.conversation(key));
}

/** As the backend has it, without the agent's pending edits; otherwise like {@link useConversation}. */
export function useServerConversation(key: ConversationKey): Conversation | null {
  const { rows } = pageData();
  const subscribe = useCallback((listener: () => void) => rows.subscribeRow(key, listener), [rows, key]);
  return useSyncExternalStore(subscribe, () => rows.baseConversation(key));
}

const NEVER = () => () => undefined;

/** False without a conversation, and for one that was deleted or merged away; true while it loads. */
export function useIsHere(key: ConversationKey | null): boolean {
  const { rows } = pageData();
  const subscribe = useMemo(
    () => (key === null ? NEVER : (listener: () => void) => rows.subscribeRow(key, listener)),
    [rows, key],
  );
  return useSyncExternalStore(subscribe, () => key !== null && rows.conversation(key) !== null);
}

/** Items oldest first, the newest 30 to begin with. */
export interface Timeline extends TimelineView {
  loadOlder(): void;
}

/** The messages of a conversation, with the agent's own unconfirmed replies and notes at the end. */
export function useTimeline(key: ConversationKey): Timeline {
  const { timelines } = pageData();
  const subscribe = useCallback((listener: () => void) => timelines.watch(key, listener), [timelines, key]);
  const view = useSyncExternalStore(subscribe, () => timelines.get(key).view.get());
  const loadOlder = useCallback(() => timelines.get(key).loadOlder(), [timelines, key]);
  return useMemo(() => ({ ...view, loadOlder }), [view, loadOlder]);
}

/** Where a conversation went that was merged into another; `null` if it did not. */
export function useMovedTo(key: ConversationKey): ConversationKey | null {
  const { rows } = pageData();
  const subscribe = useCallback((listener: () => void) => rows.subscribeRow(key, listener), [rows, key]);
  return useSyncExternalStore(subscribe, () => rows.movedTo(key));
}
