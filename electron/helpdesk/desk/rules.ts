/** How a conversation changes when something is said or decided in it: pure functions over rows. */
import type { Status } from '@shared/domain/entities';
import { previewOf } from '@shared/domain/plain-text';
import { waitingSinceOf } from '@shared/domain/thread-facts';
import type { StoredConversation, StoredMessage } from '../store/model';

/**
 * The status after a message: a customer reopens what was set aside, an agent's first reply opens
 * what was new, and what the agent asked for comes before both. Machines change nothing.
 */
export function statusAfter(status: Status, message: StoredMessage, asked: Status | null): Status {
  if (asked !== null) return asked;
  if (message.kind === 'reply') return status === 'new' ? 'open' : status;
  if (message.kind !== 'inbound' || message.automatic) return status;
  return status === 'new' ? 'new' : 'open';
}

/**
 * The conversation with one more message at its end. Events do not count as something said, so
 * they leave the base of a reply where it is.
 * @param earlier the messages before it, oldest first
 * @param text the message's words without markup
 */
export function withMessage(
  conversation: StoredConversation,
  earlier: readonly StoredMessage[],
  message: StoredMessage,
  text: string,
  asked: Status | null,
): Omit<StoredConversation, 'rev'> {
  const status = statusAfter(conversation.status, message, asked);
  const waitingSince = waitingSinceOf(status, [...earlier, message]);
  const changed = { ...conversation, status, waitingSince, updatedAt: message.createdAt };
  if (message.kind === 'event') return changed;
  return {
    ...changed,
    preview: message.kind === 'note' ? conversation.preview : previewOf(text),
    lastMessageAt: message.createdAt,
    lastMessageId: message.id,
    messageCount: conversation.messageCount + 1,
  };
}
