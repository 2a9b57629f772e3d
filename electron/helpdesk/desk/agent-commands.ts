/** What agents do: answer, note, change, merge, delete. */
import type { Priority, Status } from '@shared/domain/entities';
import { waitingSinceOf } from '@shared/domain/thread-facts';
import type { StoredAgent, StoredConversation, StoredFile, StoredMessage, StoreRecord } from '../store/model';
import { mailRecipient, outgoingEmail, type MailIdentity } from '../mail/identity';
import { DeskError } from './desk-error';
import { madeBefore, type RequestKey } from './idempotency';
import { withMessage } from './rules';
import type { Desk } from './desk';

export interface NewMessage {
  kind: 'reply' | 'note';
  text: string;
  uploadIds: readonly string[];
  clientRef: string | null;
  statusAfter: Status | null;
  /** A reply in a chat that is to go to the contact's address as a mail. */
  via: 'email' | null;
}

export interface ConversationPatch {
  status?: Status | undefined;
  priority?: Priority | undefined;
  assigneeId?: string | null | undefined;
  addTags?: readonly string[] | undefined;
  removeTags?: readonly string[] | undefined;
}

/** Refuses when the conversation moved since the caller saw it. `null` asks for no guard. */
export function guardVersion(conversation: StoredConversation, ifMatch: string | null): void {
  if (ifMatch === null || ifMatch.trim() === '*') return;
  const wanted = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//u, '').replace(/^"|"$/gu, ''));
  if (wanted.includes(String(conversation.rev))) return;
  throw new DeskError(
    412,
    'version_conflict',
    `The conversation changed since it was read (it is at version ${conversation.rev} now). Read it again, then decide.`,
  );
}

/** Adds a reply or a note. The same key again gives the same message. */
export async function addMessage(
  desk: Desk,
  mail: MailIdentity,
  agent: StoredAgent,
  conversationId: string,
  asked: NewMessage,
  requested: RequestKey,
  ifMatch: string | null,
): Promise<{ message: StoredMessage; conversation: StoredConversation }> {
  const { store } = desk;
  const made = madeBefore(store, requested);
  if (made) {
    await store.settled();
    const message = store.state.messages.get(made.messageId ?? '');
    if (message && made.conversation) return { message, conversation: made.conversation };
    throw new DeskError(404, 'not_found', 'What this Idempotency-Key made has been deleted since.');
  }
  const before = desk.conversation(conversationId);
  guardVersion(before, ifMatch);
  const attachments = asked.uploadIds.map((id) => uploaded(desk, id));
  if (asked.text.trim() === '' && attachments.length === 0) {
    throw new DeskError(
      422,
      'empty',
      'The message has neither text nor a file. Write something or add a file.',
      {
        text: 'empty',
      },
    );
  }
  const earlier = desk.thread(before.id);
  const outgoing = asked.kind === 'reply' ? wayOut(desk, before, earlier, asked.via) : null;
  const id = store.nextId('m');
  const message: StoredMessage = {
    id,
    conversationId: before.id,
    kind: asked.kind,
    author: { type: 'agent', id: agent.id, name: agent.name },
    createdAt: Math.max(store.now(), earlier.at(-1)?.createdAt ?? 0),
    body: { type: 'text', content: asked.text },
    attachments,
    clientRef: asked.clientRef,
    email:
      outgoing === 'mail'
        ? outgoingEmail(mail, agent, before, earlier, contactEmail(desk, before), id)
        : null,
    externalKey: null,
    outgoing,
    automatic: false,
    rev: store.nextRevision(),
  };
  const conversation: StoredConversation = {
    ...withMessage(before, earlier, message, asked.text, asked.statusAfter),
    rev: store.nextRevision(),
  };
  await store.commit({
    v: 1,
    messages: [message],
    conversations: [conversation],
    operation: operation(requested, message.createdAt, conversation, message.id),
  });
  return { message, conversation };
}

/** Changes fields of a conversation; what is left out stays. The same key again changes nothing. */
export async function patchConversation(
  desk: Desk,
  conversationId: string,
  patch: ConversationPatch,
  requested: RequestKey,
  ifMatch: string | null,
): Promise<StoredConversation> {
  const { store } = desk;
  const made = madeBefore(store, requested);
  if (made?.conversation) {
    await store.settled();
    return made.conversation;
  }
  const before = desk.conversation(conversationId);
  guardVersion(before, ifMatch);
  if (patch.assigneeId) desk.agent(patch.assigneeId);
  const removed = new Set(patch.removeTags ?? []);
  const status = patch.status ?? before.status;
  const after: StoredConversation = {
    ...before,
    status,
    priority: patch.priority ?? before.priority,
    assigneeId: patch.assigneeId === undefined ? before.assigneeId : patch.assigneeId,
    tags: [...new Set([...before.tags, ...(patch.addTags ?? [])])].filter((tag) => !removed.has(tag)),
    waitingSince:
      status === before.status ? before.waitingSince : waitingSinceOf(status, desk.thread(before.id)),
  };
  const same = JSON.stringify(after) === JSON.stringify(before);
  const conversation = same
    ? before
    : { ...after, updatedAt: Math.max(store.now(), before.updatedAt), rev: store.nextRevision() };
  await store.commit({
    v: 1,
    ...(same ? {} : { conversations: [conversation] }),
    operation: operation(requested, store.now(), conversation, null),
  });
  return conversation;
}

/** Moves all messages of one conversation into another; the first is gone afterwards. */
export async function mergeConversation(
  desk: Desk,
  fromId: string,
  intoId: string,
): Promise<StoredConversation> {
  const { store } = desk;
  if (fromId === intoId) {
    throw new DeskError(422, 'same_conversation', 'A conversation cannot be merged into itself.', {
      into: 'same',
    });
  }
  const from = desk.conversation(fromId);
  const into = desk.conversation(intoId);
  const record: StoreRecord = { v: 1 };
  const moved = desk
    .thread(from.id)
    .map((message) => ({ ...message, conversationId: into.id, rev: store.nextRevision() }));
  const all = [...desk.thread(into.id), ...moved].sort((a, b) => a.createdAt - b.createdAt);
  const spoken = all.filter((message) => message.kind !== 'event');
  const newest = spoken.at(-1);
  const conversation: StoredConversation = {
    ...into,
    tags: [...new Set([...into.tags, ...from.tags])],
    createdAt: Math.min(into.createdAt, from.createdAt),
    updatedAt: Math.max(store.now(), into.updatedAt),
    lastMessageAt: newest?.createdAt ?? into.lastMessageAt,
    lastMessageId: newest?.id ?? null,
    messageCount: spoken.length,
    waitingSince: waitingSinceOf(into.status, all),
    preview: into.lastMessageAt >= from.lastMessageAt ? into.preview : from.preview,
    rev: store.nextRevision(),
  };
  record.messages = moved;
  record.conversations = [conversation];
  // A visitor goes on only in a chat of their own: another customer's words are not theirs to read.
  if (into.channel === 'chat' && into.contactId === from.contactId) {
    record.visitors = [...store.state.visitors.values()]
      .filter((visitor) => visitor.conversationId === from.id)
      .map((visitor) => ({ ...visitor, conversationId: into.id }));
  }
  record.goneConversations = [{ id: from.id, mergedInto: into.id, rev: store.nextRevision() }];
  await store.commit(record);
  return conversation;
}

/** Deletes a conversation with its messages. */
export async function deleteConversation(desk: Desk, id: string): Promise<void> {
  const { store } = desk;
  const conversation = desk.conversation(id);
  const goneMessages = desk
    .thread(conversation.id)
    .map((message) => ({ id: message.id, mergedInto: null, rev: store.nextRevision() }));
  await store.commit({
    v: 1,
    goneMessages,
    goneConversations: [{ id: conversation.id, mergedInto: null, rev: store.nextRevision() }],
  });
}

function operation(
  { key, fingerprint }: RequestKey,
  at: number,
  conversation: StoredConversation,
  messageId: string | null,
): NonNullable<StoreRecord['operation']> {
  return { key, fingerprint, at, conversation, messageId, uploadId: null };
}

function uploaded(desk: Desk, id: string): StoredFile {
  const file = desk.store.state.uploads.get(id);
  if (file) return file;
  throw new DeskError(422, 'unknown_upload', `There is no upload ${id}. Upload the file again.`, {
    upload_ids: 'unknown',
  });
}

function contactEmail(desk: Desk, conversation: StoredConversation): string | null {
  return desk.store.state.contacts.get(conversation.contactId)?.emails[0] ?? null;
}

/** How a reply reaches the customer; mail needs somebody to send it to. */
function wayOut(
  desk: Desk,
  conversation: StoredConversation,
  earlier: readonly StoredMessage[],
  via: NewMessage['via'],
): StoredMessage['outgoing'] {
  if (conversation.channel === 'social') return 'social';
  const mailed = conversation.channel === 'email' || via === 'email';
  if (!mailed && conversation.channel !== 'form') return null;
  const recipient = mailRecipient(earlier, contactEmail(desk, conversation));
  if (recipient !== null) return 'mail';
  if (conversation.channel === 'form') return null;
  throw new DeskError(
    422,
    'no_recipient',
    'There is no address to answer to. Leave a note, or reach the customer another way.',
  );
}
