/**
 * What can be done at the helpdesk. Each command looks at the state, makes one record and commits
 * it without an await in between, so two commands can never build on the same past.
 */
import type { Channel, SocialOrigin } from '@shared/domain/entities';
import { addressForm } from '@shared/domain/mail-address';
import { subjectOf, textOfHtml } from '@shared/domain/plain-text';
import type { Blobs } from '../store/blobs';
import type {
  StoredAgent,
  StoredBody,
  StoredContact,
  StoredConversation,
  StoredEmail,
  StoredFile,
  StoredMessage,
  StoredSavedReply,
  StoreRecord,
} from '../store/model';
import type { Store } from '../store/store';
import { DeskError } from './desk-error';
import { withMessage } from './rules';

/** Bodies longer than this lie in the content-addressed folder. */
const INLINE_BODY_CHARS = 16_384;

/** Who speaks, as the helpdesk recognises them again. */
export interface Person {
  name: string;
  email: string | null;
  /** The address is proved to be theirs; left out: anybody could have written it. */
  isProved?: boolean;
  phone: string | null;
  /** `network:handle`. */
  handle: string | null;
}

/** Something a customer sent, whatever the channel. */
export interface Incoming {
  channel: Channel;
  /** The conversation it belongs to; `null` starts a new one. */
  conversationId: string | null;
  person: Person;
  /** Subject of a new conversation; `null` takes the start of the text, '' stays empty. */
  subject: string | null;
  body: StoredBody;
  /** The words without markup. */
  text: string;
  attachments: readonly StoredFile[];
  email: StoredEmail | null;
  social: SocialOrigin | null;
  externalKey: string | null;
  clientRef: string | null;
  automatic: boolean;
  tags: readonly string[];
  at: number;
}

export class Desk {
  constructor(
    readonly store: Store,
    readonly blobs: Blobs,
  ) {}

  /** @throws DeskError 404, naming the conversation it was merged into when there is one */
  conversation(id: string): StoredConversation {
    const { state } = this.store;
    const found = state.conversations.get(id);
    if (found) return found;
    const into = state.goneConversations.get(id)?.mergedInto;
    if (into) {
      throw new DeskError(404, 'merged', `Conversation ${id} was merged into ${into}. Use that one.`, {
        merged_into: into,
      });
    }
    throw new DeskError(404, 'not_found', `There is no conversation ${id}; it may have been deleted.`);
  }

  /** The conversation's messages, oldest first. */
  thread(conversationId: string): StoredMessage[] {
    const { state } = this.store;
    return (state.threads.get(conversationId) ?? []).map((id) => state.messages.get(id)!);
  }

  /** Follows merges from a conversation that is gone; `null` when the trail ends at a deletion. */
  survivor(conversationId: string): string | null {
    const { state } = this.store;
    let id: string | null = conversationId;
    while (id !== null && !state.conversations.has(id))
      id = state.goneConversations.get(id)?.mergedInto ?? null;
    return id;
  }

  agent(id: string): StoredAgent {
    const agent = this.store.state.agents.get(id);
    if (!agent)
      throw new DeskError(422, 'unknown_agent', `There is no agent ${id}.`, { assignee_id: 'unknown' });
    return agent;
  }

  /** Puts a long body away before the command; short ones stay in the row. */
  async keepBody(type: 'text' | 'html', content: string): Promise<StoredBody> {
    if (content.length <= INLINE_BODY_CHARS) return { type, content };
    const { hash, size } = await this.blobs.put(new TextEncoder().encode(content));
    return { type, hash, size };
  }

  /** The words of a body, wherever it lies. */
  async bodyContent(body: StoredBody): Promise<string> {
    if ('content' in body) return body.content;
    return (await this.blobs.read(body.hash)).toString('utf8');
  }

  /** Takes what a customer sent. Resolves when it is durable. */
  async receive(incoming: Incoming): Promise<{ conversation: StoredConversation; message: StoredMessage }> {
    const record: StoreRecord = { v: 1 };
    const made = this.receiveInto(record, incoming);
    await this.store.commit(record);
    return made;
  }

  /** Adds what a customer sent to a record that the caller commits, in the same breath. */
  receiveInto(
    record: StoreRecord,
    incoming: Incoming,
  ): { conversation: StoredConversation; message: StoredMessage; contact: StoredContact } {
    const { store } = this;
    const contact = this.contactFor(record, incoming.person, incoming.at);
    const before =
      incoming.conversationId === null
        ? this.newConversation(incoming, contact)
        : this.conversation(incoming.conversationId);
    const earlier = this.thread(before.id);
    const message: StoredMessage = {
      id: store.nextId('m'),
      conversationId: before.id,
      kind: 'inbound',
      author: { type: 'contact', id: contact.id, name: contact.name },
      createdAt: Math.max(incoming.at, earlier.at(-1)?.createdAt ?? 0),
      body: incoming.body,
      attachments: incoming.attachments,
      clientRef: incoming.clientRef,
      email: incoming.email,
      externalKey: incoming.externalKey,
      outgoing: null,
      automatic: incoming.automatic,
      rev: store.nextRevision(),
    };
    const conversation: StoredConversation = {
      ...withMessage(before, earlier, message, incoming.text, null),
      tags: [...new Set([...before.tags, ...incoming.tags])],
      rev: store.nextRevision(),
    };
    record.messages = [...(record.messages ?? []), message];
    record.conversations = [...(record.conversations ?? []), conversation];
    return { conversation, message, contact };
  }

  /** Keeps a saved reply. Resolves when it is durable. */
  async keepSavedReply(reply: Omit<StoredSavedReply, 'id' | 'rev' | 'updatedAt'>): Promise<StoredSavedReply> {
    const { store } = this;
    const kept = { ...reply, id: store.nextId('s'), updatedAt: store.now(), rev: store.nextRevision() };
    await store.commit({ v: 1, savedReplies: [kept] });
    return kept;
  }

  /** The contact of a person, made or completed as needed. */
  contactFor(record: StoreRecord, person: Person, at: number): StoredContact {
    const { store } = this;
    const { state } = store;
    const email = person.email === null ? null : addressForm(person.email);
    const { isProved = false } = person;
    // Who only claims an address is never filed under the one who proved it: they would share a history.
    const knownId =
      (email !== null ? (isProved ? state.provedIds : state.contactIds).get(email) : undefined) ??
      (person.handle !== null ? state.contactIds.get(person.handle) : undefined);
    const known = knownId === undefined ? undefined : state.contacts.get(knownId);
    if (known) return known;
    const contact: StoredContact = {
      id: store.nextId('p'),
      name: person.name,
      emails: email === null ? [] : [email],
      verifiedEmails: email !== null && isProved ? [email] : [],
      phones: person.phone === null ? [] : [person.phone],
      handles: person.handle === null ? [] : [person.handle],
      createdAt: at,
      updatedAt: at,
      rev: store.nextRevision(),
    };
    record.contacts = [...(record.contacts ?? []), contact];
    return contact;
  }

  private newConversation(incoming: Incoming, contact: StoredContact): StoredConversation {
    return {
      id: this.store.nextId('c'),
      channel: incoming.channel,
      subject: incoming.subject ?? subjectOf(incoming.text),
      status: 'new',
      priority: 'normal',
      assigneeId: null,
      contactId: contact.id,
      tags: [],
      preview: '',
      createdAt: incoming.at,
      updatedAt: incoming.at,
      lastMessageAt: incoming.at,
      lastMessageId: null,
      waitingSince: null,
      messageCount: 0,
      social: incoming.social,
      rev: 0,
    };
  }
}

/** The words of a body without markup. */
export function wordsOf(type: 'text' | 'html', content: string): string {
  return type === 'html' ? textOfHtml(content) : content;
}
