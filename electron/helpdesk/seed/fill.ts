/** Fills an empty helpdesk with invented conversations, written in groups so that many are quick. */
import { subjectOf } from '@shared/domain/plain-text';
import { waitingSinceOf } from '@shared/domain/thread-facts';
import { AGENTS } from '../desk/agents';
import { wordsOf, type Desk } from '../desk/desk';
import { withMessage } from '../desk/rules';
import { messageIdOf, type MailIdentity } from '../mail/identity';
import type {
  StoredContact,
  StoredConversation,
  StoredEmail,
  StoredFile,
  StoredMessage,
  StoredSavedReply,
  StoreRecord,
} from '../store/model';
import { awkwardThreads } from './awkward';
import { composeThread } from './composed';
import { handWrittenThreads } from './hand-written';
import { SAMPLE_REPLIES } from './saved-replies';
import { seededRandom } from './random';
import type { SampleThread, SampleTurn } from './sample-thread';

const CONVERSATIONS_PER_RECORD = 200;
const MINUTE_MS = 60_000;
const RANDOM_SEED = 20_260_131;
/** Among the hand-written ones an awkward one comes after every few. */
const AWKWARD_EVERY = 5;

/** The first `count` sample conversations; the same for the same numbers. */
export function* sampleThreads(count: number, seed = RANDOM_SEED): Generator<SampleThread> {
  const random = seededRandom(seed);
  const prepared = interleaved(handWrittenThreads(), awkwardThreads());
  yield* prepared.slice(0, count);
  for (let made = prepared.length; made < count; made += 1) yield composeThread(random);
}

/**
 * Writes `count` conversations, or nothing when there are some already.
 * @returns how many were made, `null` when the helpdesk was not empty
 */
export async function fillWithSamples(desk: Desk, mail: MailIdentity, count: number): Promise<number | null> {
  const { store } = desk;
  if (store.state.conversations.size > 0) return null;
  const people = new Map<string, StoredContact>();
  let record = emptyRecord();
  let made = 0;
  for (const thread of sampleThreads(count)) {
    await addThread(desk, mail, record, people, thread, made);
    made += 1;
    if (record.conversations.length >= CONVERSATIONS_PER_RECORD) {
      await store.commit(record);
      record = emptyRecord();
    }
  }
  record.savedReplies = made === 0 ? [] : savedReplies(desk);
  await store.commit(record);
  return made;
}

function savedReplies({ store }: Desk): StoredSavedReply[] {
  return SAMPLE_REPLIES.map(({ text, ...reply }) => ({
    ...reply,
    body: { type: 'text', content: text },
    id: store.nextId('s'),
    updatedAt: store.now(),
    rev: store.nextRevision(),
  }));
}

interface SampleRecord extends StoreRecord {
  contacts: StoredContact[];
  conversations: StoredConversation[];
  messages: StoredMessage[];
}

function emptyRecord(): SampleRecord {
  return { v: 1, contacts: [], conversations: [], messages: [] };
}

function interleaved(threads: readonly SampleThread[], awkward: readonly SampleThread[]): SampleThread[] {
  const left = [...awkward];
  const mixed = threads.flatMap((thread, at) => {
    const next = at % AWKWARD_EVERY === AWKWARD_EVERY - 1 ? left.shift() : undefined;
    return next ? [thread, next] : [thread];
  });
  return [...mixed, ...left];
}

async function addThread(
  desk: Desk,
  mail: MailIdentity,
  record: SampleRecord,
  people: Map<string, StoredContact>,
  thread: SampleThread,
  number: number,
): Promise<void> {
  const { store } = desk;
  const span = thread.turns.slice(1).reduce((sum, { after }) => sum + after, 0);
  let at = store.now() - (thread.ago + span) * MINUTE_MS;
  const contact = contactOf(desk, record, people, thread, number, at);
  const id = store.nextId('c');
  const assignee = thread.agent === null ? null : AGENTS[(thread.agent - 1) % AGENTS.length]!;
  let conversation: StoredConversation = {
    id,
    channel: thread.channel,
    subject: thread.subject ?? subjectOf(thread.turns[0]?.body.content ?? ''),
    status: 'new',
    priority: thread.priority,
    assigneeId: assignee?.id ?? null,
    contactId: contact.id,
    tags: thread.tags,
    preview: '',
    createdAt: at,
    updatedAt: at,
    lastMessageAt: at,
    lastMessageId: null,
    waitingSince: null,
    messageCount: 0,
    social: thread.social && {
      ...thread.social,
      permalink:
        thread.social.visibility === 'public' ? `https://${thread.social.network}.example/p/${id}` : null,
    },
    rev: 0,
  };
  const said: StoredMessage[] = [];
  for (const turn of thread.turns) {
    at += turn.after * MINUTE_MS;
    const message = await messageOf(desk, mail, conversation, contact, said, turn, assignee ?? AGENTS[0], at);
    const text = wordsOf(turn.body.type, turn.body.content.slice(0, 20_000));
    conversation = { ...withMessage(conversation, said, message, text, null), rev: 0 };
    said.push(message);
  }
  record.messages.push(...said);
  record.conversations.push({
    ...conversation,
    status: thread.status,
    waitingSince: waitingSinceOf(thread.status, said),
    rev: store.nextRevision(),
  });
}

function contactOf(
  desk: Desk,
  record: SampleRecord,
  people: Map<string, StoredContact>,
  thread: SampleThread,
  number: number,
  at: number,
): StoredContact {
  const known = people.get(thread.who);
  if (known) return known;
  const isWritten = thread.channel === 'email' || thread.channel === 'form';
  const emails = isWritten ? [`customer.${number + 1}@example.com`] : [];
  const contact: StoredContact = {
    id: desk.store.nextId('p'),
    name: thread.who,
    emails,
    // Invented here, so nobody can have forged it.
    verifiedEmails: emails,
    phones: thread.phone === null ? [] : [thread.phone],
    handles: thread.handle === null ? [] : [thread.handle],
    createdAt: at,
    updatedAt: at,
    rev: desk.store.nextRevision(),
  };
  people.set(thread.who, contact);
  record.contacts.push(contact);
  return contact;
}

async function messageOf(
  desk: Desk,
  mail: MailIdentity,
  conversation: StoredConversation,
  contact: StoredContact,
  earlier: readonly StoredMessage[],
  turn: SampleTurn,
  agent: (typeof AGENTS)[number],
  at: number,
): Promise<StoredMessage> {
  const id = desk.store.nextId('m');
  const isCustomer = turn.voice === 'customer';
  const attachments: StoredFile[] = [];
  for (const { bytes, ...file } of turn.files) {
    attachments.push({ ...file, id: desk.store.nextId('f'), ...(await desk.blobs.put(bytes)) });
  }
  return {
    id,
    conversationId: conversation.id,
    kind: isCustomer ? 'inbound' : turn.voice === 'agent' ? 'reply' : 'note',
    author: isCustomer
      ? { type: 'contact', id: contact.id, name: contact.name }
      : { type: 'agent', id: agent.id, name: agent.name },
    createdAt: at,
    body: await desk.keepBody(turn.body.type, turn.body.content),
    attachments,
    clientRef: null,
    email:
      conversation.channel === 'email' && turn.voice !== 'note'
        ? emailOf(mail, conversation, contact, earlier, isCustomer, agent, id)
        : null,
    externalKey: conversation.social && isCustomer ? `${conversation.social.network} sample-${id}` : null,
    // A sample answer was sent long ago: it does not leave again.
    outgoing: null,
    automatic: turn.automatic,
    rev: desk.store.nextRevision(),
  };
}

function emailOf(
  mail: MailIdentity,
  conversation: StoredConversation,
  contact: StoredContact,
  earlier: readonly StoredMessage[],
  isCustomer: boolean,
  agent: (typeof AGENTS)[number],
  id: string,
): StoredEmail {
  const customer = contact.emails[0] ?? null;
  const desk = `${agent.name} <support@${mail.domain}>`;
  const named = `${contact.name} <${customer}>`;
  return {
    from: isCustomer ? named : desk,
    to: [isCustomer ? desk : named],
    cc: [],
    subject: earlier.length === 0 ? conversation.subject : `Re: ${conversation.subject}`,
    messageId: isCustomer ? `<sample.${id}@example.com>` : messageIdOf(mail, conversation.id, id),
    replyTo: isCustomer ? customer : null,
    references: earlier.flatMap(({ email }) => (email?.messageId ? [email.messageId] : [])).slice(-20),
  };
}
