/** What a conversation shows of its messages, worked out from them. */
import type { Conversation, Message, Status } from './entities';
import { previewOf, textOfHtml } from './plain-text';

/** As much of a message as tells who waits. */
export interface Said {
  kind: Message['kind'];
  createdAt: number;
  /** A machine's word in a customer's name (an auto-reply): nobody waits because of it. */
  automatic?: boolean;
}

/** Since when the customer waits: the first of their messages that nobody answered yet. */
export function waitingSinceOf(status: Status, messages: readonly Said[]): number | null {
  if (status === 'resolved' || status === 'closed') return null;
  let since: number | null = null;
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at]!;
    if (message.kind === 'reply') break;
    if (message.kind === 'inbound' && !message.automatic) since = message.createdAt;
  }
  return since;
}

/** The part of a conversation that follows from its newest messages. */
export type ThreadFacts = Pick<Conversation, 'preview' | 'lastMessageAt' | 'lastMessageId' | 'waitingSince'>;

/**
 * What the newest messages say of their conversation; events are nothing said.
 * @param messages oldest first; where they are not all, a customer is taken to wait since the oldest
 * of those that nobody answered among them
 * @param otherwise what stands where there is no message of the kind that would say it
 */
export function threadFacts(
  status: Status,
  messages: readonly Message[],
  otherwise: Omit<ThreadFacts, 'waitingSince'>,
): ThreadFacts {
  const said = messages.filter(({ kind }) => kind !== 'event');
  const newest = said.at(-1);
  const shown = said.findLast(({ kind }) => kind !== 'note');
  return {
    preview: shown === undefined ? otherwise.preview : previewOf(wordsOf(shown)),
    lastMessageAt: newest?.createdAt ?? otherwise.lastMessageAt,
    lastMessageId: newest?.id ?? otherwise.lastMessageId,
    waitingSince: waitingSinceOf(status, said),
  };
}

/** A message's words without markup. */
export function wordsOf({ body }: Pick<Message, 'body'>): string {
  return body.type === 'html' ? textOfHtml(body.content) : body.content;
}
