/**
 * What the embedded helpdesk keeps, and the one record its journal is made of. Times are
 * milliseconds since the epoch; every row carries the server revision that last changed it.
 */
import type {
  Channel,
  MessageAuthor,
  MessageKind,
  Priority,
  SocialOrigin,
  Status,
} from '@shared/domain/entities';

export interface StoredAgent {
  id: string;
  name: string;
  email: string;
  rev: number;
}

export interface StoredContact {
  id: string;
  name: string;
  emails: readonly string[];
  /** Those of `emails` that are proved to be theirs; absent in contacts of before that was looked at. */
  verifiedEmails?: readonly string[];
  phones: readonly string[];
  /** `network:handle` pairs. */
  handles: readonly string[];
  createdAt: number;
  updatedAt: number;
  rev: number;
}

/** A text kept for answers that come again and again. */
export interface StoredSavedReply {
  id: string;
  title: string;
  body: { type: 'text' | 'html'; content: string };
  /** What an agent types to find it. */
  shortcut: string | null;
  folder: string | null;
  updatedAt: number;
  rev: number;
}

export interface StoredConversation {
  id: string;
  channel: Channel;
  subject: string;
  status: Status;
  priority: Priority;
  assigneeId: string | null;
  contactId: string;
  tags: readonly string[];
  preview: string;
  createdAt: number;
  updatedAt: number;
  lastMessageAt: number;
  lastMessageId: string | null;
  waitingSince: number | null;
  messageCount: number;
  social: SocialOrigin | null;
  rev: number;
}

/** A file in the content-addressed folder. `hash` is the SHA-256 of its bytes, lower-case hex. */
export interface StoredFile {
  id: string;
  name: string;
  mediaType: string;
  /** Size in bytes. */
  size: number;
  hash: string;
  /** Content-ID of an inline image, without angle brackets. */
  contentId: string | null;
}

/** Long bodies lie in the content-addressed folder, so the journal and the memory stay small. */
export type StoredBody =
  { type: 'text' | 'html'; content: string } | { type: 'text' | 'html'; hash: string; size: number };

export interface StoredEmail {
  from: string;
  to: readonly string[];
  cc: readonly string[];
  subject: string;
  /** With angle brackets, as it stands in the header. */
  messageId: string | null;
  /** Where an answer goes: Reply-To, else From; `null` when the mail names nobody. */
  replyTo: string | null;
  references: readonly string[];
}

export interface StoredMessage {
  id: string;
  conversationId: string;
  kind: MessageKind;
  author: MessageAuthor;
  createdAt: number;
  body: StoredBody;
  attachments: readonly StoredFile[];
  clientRef: string | null;
  email: StoredEmail | null;
  /** `network id` of a social message that came in, for threading and for taking it only once. */
  externalKey: string | null;
  /** How this reply leaves the helpdesk; `null` when it does not, or is shown on the chat page. */
  outgoing: 'mail' | 'social' | null;
  /** Sent by a machine (auto-reply, bounce): nobody waits for an answer to it. */
  automatic: boolean;
  rev: number;
}

/** A thing that is gone; `mergedInto` names the conversation that took its messages. */
export interface Tombstone {
  id: string;
  mergedInto: string | null;
  rev: number;
}

/** A customer's browser on the chat page, known by the hash of its session token. */
export interface StoredVisitor {
  tokenHash: string;
  contactId: string;
  conversationId: string | null;
  createdAt: number;
}

/** What an Idempotency-Key made; written in the same record as its effect. */
export interface StoredOperation {
  key: string;
  /** SHA-256 of method, path and body: the same key with another body is refused. */
  fingerprint: string;
  at: number;
  /** The conversation as it stood right after; the answer to a repeat is built from it. */
  conversation: StoredConversation | null;
  messageId: string | null;
  uploadId: string | null;
}

export interface Rows {
  agents?: readonly StoredAgent[];
  contacts?: readonly StoredContact[];
  conversations?: readonly StoredConversation[];
  messages?: readonly StoredMessage[];
  savedReplies?: readonly StoredSavedReply[];
  goneConversations?: readonly Tombstone[];
  goneMessages?: readonly Tombstone[];
  uploads?: readonly StoredFile[];
  visitors?: readonly StoredVisitor[];
  /** Ids of replies whose mail lies in the outgoing Maildir. */
  mailed?: readonly string[];
}

/** One transaction of the journal: all of it is found after a crash, or nothing. */
export interface StoreRecord extends Rows {
  v: 1;
  operation?: StoredOperation;
  /** Only in a rewritten journal: operations whose effects lie in other records. */
  operations?: readonly StoredOperation[];
}
