/**
 * Did a thread move since the agent decided? A reply that contradicts what somebody else has done
 * meanwhile must not leave by itself. Pure: the host asks it before every reply leaves.
 *
 * Holds a reply:  a customer's message (not in live channels, where people write line by line)
 *                 · a public reply of anybody that this outbox did not send, also of the same agent
 *                   on another device · a colleague's note (not in live channels: a pinned thought
 *                   there must not silence a conversation; elsewhere it is often "do not answer yet")
 *                 · a status or an owner that neither the agent nor an own intent has set.
 * Where several people share the account's credentials nothing is judged by its author: own is what this
 * outbox sent, by its reference, and every other note holds.
 * Does not hold:  own doings · what machines wrote (auto-replies, events) · the same agent's own
 *                 note · ownership that came to the agent · a chat that a customer's line reopened.
 */
import type { Channel, Conversation, Message, Status } from './entities';
import type { IntentBase } from './intents';

/** A conversation's newest state, as fresh as whoever made it says. */
export interface ThreadHead {
  /** `null` when it is gone, merged, or was never heard of. */
  conversation: Conversation | null;
  /** The backend said that it does not exist any more (also when it was merged). */
  gone: boolean;
  /** Where a merged conversation lives now. */
  movedTo: string | null;
  /** Live messages, in any order. */
  messages: readonly Message[];
}

/** What the agent's own outbox has done to the thread since the base. */
export interface OwnDoings {
  /** Under which id the agent's own notes are known; `null` where others write under the same one. */
  writesAs: string | null;
  /** Under which id conversations are the agent's own; `null` where that id is everybody's. */
  ownsAs: string | null;
  /** True for the reference of an own intent. */
  isRef(clientRef: string): boolean;
  /** Backend ids of own messages. */
  serverIds: ReadonlySet<string>;
  /** Statuses that own intents set, or that the server answered them with. */
  statuses: ReadonlySet<Status>;
  assigneeIds: ReadonlySet<string | null>;
  /** Own intents changed the conversation: many backends open what was new by themselves then. */
  acted: boolean;
  /** Messages already shown beside a hold that the agent released. */
  seenIds: ReadonlySet<string>;
  /**
   * The newest message on screen when the agent first decided, where a hold was released since; else
   * `null`. What turned up behind it was shown beside a hold, or came later with an older time.
   */
  decidedAfterId: string | null;
}

/** A message the agent had not seen, by its id; the text is in the page's own cache. */
export interface MovedMessage {
  id: string;
  kind: 'inbound' | 'reply' | 'note';
  authorType: 'contact' | 'agent';
  authorId: string | null;
  authorName: string;
  createdAt: number;
}

export interface Movement {
  /** Oldest first; only the newest {@link MOST_MESSAGES}. */
  newMessages: readonly MovedMessage[];
  /** How many there are in all. */
  newCount: number;
  status: { from: Status; to: Status } | null;
  assignee: { from: string | null; to: string | null } | null;
  /** The base message is not in the thread any more, so every message counts as new. */
  baseMissing: boolean;
  /** The thread as it was judged: the base of an agent who has seen this. */
  head: IntentBase;
}

/** A movement names at most so many messages: it is journalled with the row. */
export const MOST_MESSAGES = 30;

const LIVE: ReadonlySet<Channel> = new Set(['chat', 'bot']);

/** Where customers write line by line and wait for an answer within minutes. */
export function isLive(channel: Channel): boolean {
  return LIVE.has(channel);
}

/** What would hold a reply; `null` when it may leave. A thread that was never heard of cannot have moved. */
export function movement(
  base: IntentBase,
  head: ThreadHead,
  channel: Channel,
  own: OwnDoings,
): Movement | null {
  const changes = changesSince(base, head, own);
  return changes !== null && holds(changes, channel, own.writesAs) ? changes : null;
}

/** Everything that happened since the base, also what holds nothing; `null` without a conversation. */
export function changesSince(base: IntentBase, head: ThreadHead, own: OwnDoings): Movement | null {
  const { conversation } = head;
  if (conversation === null) return null;
  const inOrder = [...head.messages].sort(byPlace);
  const place = inOrder.findIndex((message) => message.id === base.messageId);
  const baseMissing =
    base.messageId !== null &&
    place < 0 &&
    inOrder.length > 0 &&
    conversation.lastMessageId !== base.messageId;
  const after = base.messageId === null ? [] : place < 0 && !baseMissing ? [] : inOrder.slice(place + 1);
  const news = [...turnedUpBefore(place, inOrder, own), ...after]
    .filter((message) => !isOwn(message, own))
    .flatMap(moved);
  return {
    newMessages: news.slice(-MOST_MESSAGES),
    newCount: news.length,
    status: statusChange(base, conversation, own, news),
    assignee: assigneeChange(base, conversation, own),
    baseMissing,
    head: headBase(conversation, inOrder),
  };
}

/**
 * Messages that stand before a released base and yet came later: a merge brought them, or a feed that
 * lags. Those that were shown beside the hold are among them, and are sorted out as seen.
 */
function turnedUpBefore(place: number, inOrder: readonly Message[], own: OwnDoings): readonly Message[] {
  const from = inOrder.findIndex((message) => message.id === own.decidedAfterId);
  return from < 0 || place < 0 ? [] : inOrder.slice(from + 1, place);
}

function holds(changes: Movement, channel: Channel, writesAs: string | null): boolean {
  const live = isLive(channel);
  return (
    changes.status !== null ||
    changes.assignee !== null ||
    changes.newMessages.some(({ kind, authorId }) => {
      if (kind === 'reply') return true;
      return !live && (kind === 'inbound' || writesAs === null || authorId !== writesAs);
    })
  );
}

/**
 * The page's order. Ids that are numbers are compared as such: where a backend's clock counts
 * whole seconds, "99" came before "100".
 */
function byPlace(a: Message, b: Message): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  const bothNumbers = /^\d+$/.test(a.id) && /^\d+$/.test(b.id);
  if (bothNumbers && a.id.length !== b.id.length) return a.id.length - b.id.length;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function isOwn(message: Message, own: OwnDoings): boolean {
  const byRef = message.clientRef !== null && own.isRef(message.clientRef);
  return byRef || own.serverIds.has(message.id) || own.seenIds.has(message.id);
}

function moved(message: Message): MovedMessage[] {
  const { id, kind, author, createdAt } = message;
  if (kind === 'event' || author.type === 'system') return [];
  return [{ id, kind, authorType: author.type, authorId: author.id, authorName: author.name, createdAt }];
}

function statusChange(
  base: IntentBase,
  { status: to }: Conversation,
  own: OwnDoings,
  news: readonly MovedMessage[],
): Movement['status'] {
  const from = base.status ?? null;
  if (from === null || from === to || own.statuses.has(to)) return null;
  if (from === 'new' && to === 'open' && own.acted) return null;
  // A customer's line reopens what was set aside; where lines hold nothing, neither does this.
  if (to === 'open' && news.some(({ kind }) => kind === 'inbound')) return null;
  return { from, to };
}

function assigneeChange(
  base: IntentBase,
  { assigneeId: to }: Conversation,
  own: OwnDoings,
): Movement['assignee'] {
  const from = base.assigneeId;
  if (from === undefined || from === to || own.assigneeIds.has(to)) return null;
  if (to !== null && to === own.ownsAs) return null;
  return { from, to };
}

function headBase(conversation: Conversation, inOrder: readonly Message[]): IntentBase {
  const newest = inOrder.findLast((message) => message.kind !== 'event')?.id;
  return {
    messageId: newest ?? conversation.lastMessageId,
    version: conversation.version,
    status: conversation.status,
    assigneeId: conversation.assigneeId,
  };
}
