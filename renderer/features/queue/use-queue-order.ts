/** Offers the order on screen to the rest of the page, also around a row that has just left it. */
import { useLayoutEffect, useRef } from 'react';
import type { ConversationKey } from '@shared/domain/entities';
import type { QueueSnapshot } from '@renderer/data/queue';
import { useSelection } from '@renderer/state/selection';

/** Offered before the paint, like the keys that move along it. */
export function useQueueOrder(queue: QueueSnapshot): void {
  const setOrder = useSelection((state) => state.setOrder);
  const newest = useRef(queue);
  /** Where a row last stood: the row that took its place is its neighbour below. */
  const lastIndex = useRef(new Map<ConversationKey, number>());

  useLayoutEffect(() => {
    newest.current = queue;
    const { cursor, key, moveCursor } = useSelection.getState();
    for (const kept of [cursor, key]) {
      if (kept === null) continue;
      const index = queue.indexOf(kept);
      if (index >= 0) lastIndex.current.set(kept, index);
    }
    // The row under the keyboard left: its place is the keyboard's, not its conversation.
    if (cursor !== null && queue.indexOf(cursor) < 0) {
      const at = Math.min(queue.length - 1, lastIndex.current.get(cursor) ?? 0);
      moveCursor(queue.keyAt(at) ?? null);
    }
  }, [queue]);

  useLayoutEffect(() => {
    setOrder({
      neighbour: (key, step) => {
        const list = newest.current;
        if (key === null) return list.keyAt(0) ?? null;
        const index = list.indexOf(key);
        if (index >= 0) return list.keyAt(index + step) ?? null;
        const left = lastIndex.current.get(key);
        if (left === undefined) return list.keyAt(0) ?? null;
        return list.keyAt(step === 1 ? left : left - 1) ?? null;
      },
      end: (which) => newest.current.keyAt(which === 'first' ? 0 : newest.current.length - 1) ?? null,
    });
    return () => setOrder(null);
  }, [setOrder]);
}
