/** How a conversation changes when something is said or decided in it: pure functions over rows. */
import type { Status } from '@shared/domain/entities';
import type { StoredConversation, StoredMessage } from '../store/model';

const PREVIEW_CHARS = 200;
const SUBJECT_CHARS = 80;

/** The start of a text as one line of at most 200 characters. */
export function previewOf(text: string): string {
  return oneLine(text, PREVIEW_CHARS);
}

/** A subject for a conversation that has none of its own: the start of what was said. */
export function subjectOf(text: string): string {
  return oneLine(text, SUBJECT_CHARS);
}

function oneLine(text: string, most: number): string {
  const line = text
    .slice(0, most * 8)
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = [...line.slice(0, most * 2)];
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`;
}

/** Since when the customer waits: the first of their messages that nobody answered yet. */
export function waitingSinceOf(status: Status, messages: readonly StoredMessage[]): number | null {
  if (status === 'resolved' || status === 'closed') return null;
  let since: number | null = null;
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at]!;
    if (message.kind === 'reply') break;
    if (message.kind === 'inbound' && !message.automatic) since = message.createdAt;
  }
  return since;
}

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

/** The words of an HTML body, for previews and for mail programs that show no HTML. */
export function textOfHtml(html: string): string {
  return html
    .slice(0, 200_000)
    .replace(/<!--[\s\S]*?(?:-->|$)/gu, ' ')
    .replace(/<(script|style|head|title)\b[\s\S]*?(?:<\/\1\s*>|$)/giu, ' ')
    .replace(/<\/?(?:p|div|br|tr|li|h[1-6]|blockquote)\b[^>]*>/giu, '\n')
    .replace(/<[^>]*>/gu, ' ')
    .replace(/&(#x?[0-9a-f]+|[a-z]+);/giu, (whole, name: string) => entity(name) ?? whole)
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/\s*\n\s*/gu, '\n')
    .trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

function entity(name: string): string | null {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? null;
  const code = /^#x/iu.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : null;
}
