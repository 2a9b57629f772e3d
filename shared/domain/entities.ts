/**
 * The nouns of the product, as every room sees them. Times are milliseconds since the epoch,
 * UTC; ids are the backend's own, as strings; an absent thing is `null`, never `undefined`.
 */

export const CHANNELS = ['email', 'chat', 'social', 'form', 'phone', 'bot'] as const;
export type Channel = (typeof CHANNELS)[number];

/** The five statuses every helpdesk knows; a backend's own word is kept in `statusLabel`. */
export const STATUSES = ['new', 'open', 'pending', 'resolved', 'closed'] as const;
export type Status = (typeof STATUSES)[number];

export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** `accountId/conversationId`: unique over all accounts of one console. */
export type ConversationKey = string;

/** Builds the key under which a conversation is known across accounts. */
export function conversationKey(accountId: string, conversationId: string): ConversationKey {
  return `${accountId}/${conversationId}`;
}

/** Splits a key made by {@link conversationKey}. The account id never holds a slash. */
export function splitConversationKey(key: ConversationKey): { accountId: string; conversationId: string } {
  const slash = key.indexOf('/');
  return { accountId: key.slice(0, slash), conversationId: key.slice(slash + 1) };
}

/** Where a social conversation lives and who can read it. */
export interface SocialOrigin {
  network: string;
  visibility: 'public' | 'direct';
  permalink: string | null;
}

/** One customer's matter on one channel, without its messages. */
export interface Conversation {
  accountId: string;
  id: string;
  channel: Channel;
  subject: string;
  status: Status;
  /** The backend's own word for the status, shown beside ours; `null` where it is the same. */
  statusLabel: string | null;
  priority: Priority;
  assigneeId: string | null;
  contactId: string;
  contactName: string;
  tags: readonly string[];
  /** Start of the newest public message, plain text, at most 200 characters. */
  preview: string;
  createdAt: number;
  updatedAt: number;
  lastMessageAt: number;
  /** Id of the newest message, the base of a reply; `null` when there is none. */
  lastMessageId: string | null;
  /** Since when the customer waits for an answer; `null` when the next word is not ours. */
  waitingSince: number | null;
  /** `null` where the backend does not tell. */
  messageCount: number | null;
  /** Opaque version for If-Match-like guards; `null` where the backend has none. */
  version: string | null;
  social: SocialOrigin | null;
  /**
   * Where a reply will go and who sent the mail that it answers, where the backend tells before; they
   * differ where that mail asks for answers elsewhere (Reply-To).
   */
  answersTo?: { address: string; sender: string } | undefined;
}

export type MessageKind = 'inbound' | 'reply' | 'note' | 'event';

export interface MessageAuthor {
  type: 'contact' | 'agent' | 'system';
  id: string | null;
  name: string;
}

/** Raw as the backend stored it; sanitised only where it is shown. */
export interface MessageBody {
  type: 'text' | 'html';
  content: string;
}

/** An attachment as a message names it; its bytes come through the host. */
export interface Attachment {
  id: string;
  name: string;
  mediaType: string;
  /** Size in bytes. */
  size: number;
  /** Content-ID of an inline image without angle brackets; `null` for a plain attachment. */
  contentId: string | null;
}

export interface EmailHeaders {
  from: string;
  to: readonly string[];
  cc: readonly string[];
  subject: string;
  messageId: string | null;
}

export interface Message {
  accountId: string;
  id: string;
  conversationId: string;
  kind: MessageKind;
  author: MessageAuthor;
  createdAt: number;
  body: MessageBody;
  attachments: readonly Attachment[];
  /** Reference of the intent that made this message, when it came from a console like ours. */
  clientRef: string | null;
  email: EmailHeaders | null;
}

export interface Contact {
  accountId: string;
  id: string;
  name: string;
  emails: readonly string[];
  /**
   * Those of `emails` that the helpdesk vouches for (mail came from there, or it was confirmed); absent
   * where it vouches for none. Only these join a person across accounts.
   */
  verifiedEmails?: readonly string[] | undefined;
  phones: readonly string[];
  /** `network:handle` pairs. */
  handles: readonly string[];
  /** 0 where the backend does not tell. */
  createdAt: number;
  updatedAt: number;
}

export interface Agent {
  accountId: string;
  id: string;
  name: string;
  email: string | null;
  /**
   * Of the agent who is signed in: the id of the helpdesk itself, where it has one that stays whatever
   * its address is.
   */
  helpdesk?: string | undefined;
}

/** A text kept for answers that come again and again (macro, canned response, article). */
export interface SavedReply {
  accountId: string;
  id: string;
  title: string;
  body: MessageBody;
  /** What an agent types to find it; `null` where the backend has none. */
  shortcut: string | null;
  /** Where the backend files it; `null` where it does not. */
  folder: string | null;
  updatedAt: number | null;
}

/** Everything a backend sends down, by kind. */
export interface EntityByKind {
  conversation: Conversation;
  message: Message;
  contact: Contact;
  agent: Agent;
  savedReply: SavedReply;
}
export type EntityKind = keyof EntityByKind;

/** What a pull found: a row to keep, or (`row: null`) a thing that is gone at the backend. */
export type Change = {
  [K in EntityKind]: {
    kind: K;
    id: string;
    row: EntityByKind[K] | null;
    /** For a conversation that is gone because it was merged: where it lives now. */
    movedTo: string | null;
  };
}[EntityKind];
