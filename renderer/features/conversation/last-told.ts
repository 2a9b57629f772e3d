/** The last answer that surely reached the customer. Pure. */
import type { Message } from '@shared/domain/entities';
import type { TimelineItem } from '@renderer/data/conversation';

/** `null` when none did: what still waits here, or came back, has told nobody anything. */
export function lastTold(items: readonly TimelineItem[]): Message | null {
  for (const item of items.toReversed()) {
    if (item.type !== 'message' || item.message.kind !== 'reply') continue;
    if (item.delivery?.state !== 'bounced') return item.message;
  }
  return null;
}
