import { pageData } from './current';

/** Who runs through the queue with the arrow keys looks at many conversations in a second. */
const AT_MOST_EVERY_MS = 2_000;
let toldAt = -Infinity;

/**
 * Tells the host that an agent came back to this window or opened a conversation: where helpdesks are
 * asked seldom, it asks now whether the link still stands. Never rejects: that nobody hears it is told
 * elsewhere.
 */
export function tellAttention(): void {
  const now = performance.now();
  if (now - toldAt < AT_MOST_EVERY_MS) return;
  toldAt = now;
  void pageData()
    .door.attention()
    .catch(() => undefined);
}
