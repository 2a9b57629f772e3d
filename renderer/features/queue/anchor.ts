/** Keeps what the agent looks at in place while rows come and go above it. */
import type { ConversationKey } from '@shared/domain/entities';

export interface SeenRow {
  key: ConversationKey;
  /** Position before the change. */
  index: number;
}

/**
 * By how many rows the visible part of a list moved. The median over the rows that were visible:
 * one row that was answered and sorted away does not pull the list along.
 * @param seen the rows in sight before the change
 * @param indexOf positions after it, -1 for a row that left
 */
export function anchorShift(seen: readonly SeenRow[], indexOf: (key: ConversationKey) => number): number {
  const shifts = seen
    .map(({ key, index }) => ({ index, now: indexOf(key) }))
    .filter(({ now }) => now >= 0)
    .map(({ index, now }) => now - index)
    .sort((a, b) => a - b);
  return shifts[Math.floor((shifts.length - 1) / 2)] ?? 0;
}
