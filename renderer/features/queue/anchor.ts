/** Keeps what the agent looks at in place while rows come and go above it. */
import type { ConversationKey } from '@shared/domain/entities';

export interface SeenRow {
  key: ConversationKey;
  /** Position before the change. */
  index: number;
}

/**
 * By how many rows a list moved under the eye: as far as the first of these rows did, unless it was
 * sorted away by itself; then as far as the first that still stands right before its neighbour.
 * @param seen the rows in sight before the change, from the one to hold still downwards
 * @param indexOf positions after it, -1 for a row that left
 */
export function anchorShift(seen: readonly SeenRow[], indexOf: (key: ConversationKey) => number): number {
  const present = seen
    .map(({ key, index }) => ({ now: indexOf(key), shift: indexOf(key) - index }))
    .filter(({ now }) => now >= 0);
  const [first] = present;
  if (first === undefined) return 0;
  const paired = present.find(({ now }, i) => present[i + 1]?.now === now + 1) ?? first;
  return Math.abs(first.shift) <= Math.abs(paired.shift) ? first.shift : paired.shift;
}
