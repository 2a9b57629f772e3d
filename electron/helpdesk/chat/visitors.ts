/** Customers on the chat page: their sessions, what they say, and what they may see. */
import { createHash, randomBytes } from 'node:crypto';
import type { Desk } from '../desk/desk';
import { DeskError } from '../desk/desk-error';
import { madeBefore, requestKey } from '../desk/idempotency';
import type { StoredMessage, StoredVisitor, StoreRecord } from '../store/model';

/** How many of the newest messages the page shows. */
const SHOWN_MESSAGES = 300;

export interface Visitor extends StoredVisitor {
  name: string;
}

/** Starts a session. The token is the only key to the conversation; the store keeps its hash. */
export async function startSession(desk: Desk, name: string): Promise<{ session: string; visitor: Visitor }> {
  const { store } = desk;
  const session = randomBytes(32).toString('base64url');
  const record: StoreRecord = { v: 1 };
  const at = store.now();
  const handle = `chat:${randomBytes(5).toString('hex')}`;
  const contact = desk.contactFor(record, { name, email: null, phone: null, handle }, at);
  const visitor: StoredVisitor = {
    tokenHash: hashOf(session),
    contactId: contact.id,
    conversationId: null,
    createdAt: at,
  };
  record.visitors = [visitor];
  await store.commit(record);
  return { session, visitor: { ...visitor, name } };
}

/** @throws DeskError 401 when the session is unknown here */
export function visitorOf(desk: Desk, session: string | undefined): Visitor {
  const { state } = desk.store;
  const visitor = state.visitors.get(hashOf(session ?? ''));
  const contact = state.contacts.get(visitor?.contactId ?? '');
  if (!visitor || !contact) {
    throw new DeskError(401, 'no_session', 'This chat is not known here any more. Start a new one.');
  }
  return { ...visitor, name: contact.name };
}

/** What a visitor may see of a conversation: their own words and what was answered in the chat. */
export function isShownTo(visitor: StoredVisitor, message: StoredMessage): boolean {
  if (message.conversationId !== visitor.conversationId) return false;
  if (message.kind === 'inbound') return message.author.id === visitor.contactId;
  return message.kind === 'reply' && message.outgoing === null;
}

/** The newest messages the visitor may see, oldest first. */
export function shownMessages(desk: Desk, visitor: StoredVisitor): StoredMessage[] {
  if (visitor.conversationId === null) return [];
  return desk
    .thread(visitor.conversationId)
    .filter((message) => isShownTo(visitor, message))
    .slice(-SHOWN_MESSAGES);
}

/** Takes what a visitor wrote, once for each `clientRef`. */
export async function say(
  desk: Desk,
  visitor: Visitor,
  text: string,
  clientRef: string,
): Promise<StoredMessage> {
  const { store } = desk;
  const key = requestKey(`chat ${visitor.tokenHash} ${clientRef}`, 'POST', 'chat', { text });
  const made = madeBefore(store, key);
  if (made) {
    await store.settled();
    const message = store.state.messages.get(made.messageId ?? '');
    if (message) return message;
    throw new DeskError(404, 'not_found', 'This message was deleted.');
  }
  const at = store.now();
  const continued = visitor.conversationId !== null && store.state.conversations.has(visitor.conversationId);
  const record: StoreRecord = { v: 1 };
  const { conversation, message } = desk.receiveInto(record, {
    channel: 'chat',
    conversationId: continued ? visitor.conversationId : null,
    person: contactAsPerson(desk, visitor),
    subject: null,
    body: { type: 'text', content: text },
    text,
    attachments: [],
    email: null,
    social: null,
    externalKey: null,
    clientRef,
    automatic: false,
    tags: [],
    at,
  });
  const { name: _name, ...stored } = visitor;
  record.visitors = [{ ...stored, conversationId: conversation.id }];
  record.operation = { ...key, at, conversation, messageId: message.id, uploadId: null };
  await store.commit(record);
  return message;
}

function contactAsPerson(desk: Desk, visitor: Visitor) {
  const contact = desk.store.state.contacts.get(visitor.contactId);
  return { name: visitor.name, email: null, phone: null, handle: contact?.handles[0] ?? null };
}

function hashOf(session: string): string {
  return createHash('sha256').update(session).digest('hex');
}
