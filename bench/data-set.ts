/**
 * The data set of every benchmark: 100,000 conversations (~650 B as JSON) and 200,000 messages
 * (~1.4 KB), text 60 % English, 25 % Russian, 15 % Vietnamese. The same seed gives the same rows.
 */
import type { Change, Contact, Conversation, Message, Priority, Status } from '@shared/domain/entities';
import { NAMES, WORDS, type Language } from './words';

export interface DataSetOptions {
  accountId: string;
  conversations: number;
  /** Two a conversation by default. */
  messages?: number;
  /** The newest moment in the set, ms since the epoch. */
  now: number;
  seed?: number;
}

export const AGENT_ID = 'agent-1';
const AGENTS = 8;
const DAY_MS = 86_400_000;
/** Characters of a message's text; with its envelope a message comes to about 1.4 KB. */
const MESSAGE_CHARS = 880;
const PREVIEW_CHARS = 190;

/** Cumulative shares, so one random number picks one. */
const LANGUAGES: readonly (readonly [number, Language])[] = [
  [0.6, 'en'],
  [0.85, 'ru'],
  [1, 'vi'],
];
const CHANNEL_SHARES: readonly (readonly [number, Conversation['channel']])[] = [
  [0.55, 'email'],
  [0.8, 'chat'],
  [0.95, 'social'],
  [1, 'form'],
];
const STATUS_SHARES: readonly (readonly [number, Status])[] = [
  [0.05, 'new'],
  [0.2, 'open'],
  [0.3, 'pending'],
  [0.75, 'resolved'],
  [1, 'closed'],
];
const PRIORITY_SHARES: readonly (readonly [number, Priority])[] = [
  [0.1, 'low'],
  [0.85, 'normal'],
  [0.97, 'high'],
  [1, 'urgent'],
];
const TAGS = ['billing', 'delivery', 'login', 'refund', 'vip', 'доставка', 'возврат', 'hoàn tiền'];

/**
 * Yields the rows in the order a backend would send them: agents, then per conversation its
 * contact, the conversation and its messages.
 */
export function* dataSet(options: DataSetOptions): Generator<Change> {
  const { accountId, conversations, now, seed = 42 } = options;
  const perConversation = (options.messages ?? conversations * 2) / conversations;
  const random = seededRandom(seed);
  for (let n = 1; n <= AGENTS; n += 1) {
    const id = `agent-${n}`;
    const row = { accountId, id, name: nameIn('en', random), email: `${id}@desk.example` };
    yield { kind: 'agent', id, row, movedTo: null };
  }
  let messagesSoFar = 0;
  for (let n = 0; n < conversations; n += 1) {
    const upTo = Math.round((n + 1) * perConversation);
    yield* conversationRows({
      accountId,
      n,
      messages: Math.max(1, upTo - messagesSoFar),
      // Newest last, spread over two years.
      lastAt: Math.round(now - 2 * 365 * DAY_MS * (1 - (n + 1) / conversations) ** 2),
      random,
    });
    messagesSoFar = upTo;
  }
}

interface ConversationPlan {
  accountId: string;
  n: number;
  messages: number;
  lastAt: number;
  random: () => number;
}

function* conversationRows({ accountId, n, messages, lastAt, random }: ConversationPlan): Generator<Change> {
  const language = pick(LANGUAGES, random());
  const status = pick(STATUS_SHARES, random());
  const contact = contactOf(accountId, n, language, lastAt, random);
  const id = `c-${n}`;
  const rows: Message[] = [];
  for (let m = 0; m < messages; m += 1) {
    rows.push(messageOf({ contact, id, n, m, last: m === messages - 1, at: lastAt, language, random }));
  }
  const newest = rows[rows.length - 1];
  const active = status === 'new' || status === 'open';
  const conversation: Conversation = {
    accountId,
    id,
    channel: pick(CHANNEL_SHARES, random()),
    subject: sentence(language, 6, random),
    status,
    statusLabel: null,
    priority: pick(PRIORITY_SHARES, random()),
    assigneeId: random() < 0.4 ? `agent-${1 + Math.floor(random() * AGENTS)}` : null,
    contactId: contact.id,
    contactName: contact.name,
    tags: TAGS.filter(() => random() < 0.15),
    preview: (newest?.body.content ?? '').slice(0, PREVIEW_CHARS),
    createdAt: lastAt - messages * 60_000,
    updatedAt: lastAt,
    lastMessageAt: lastAt,
    lastMessageId: newest?.id ?? null,
    waitingSince: active && newest?.kind === 'inbound' ? lastAt : null,
    messageCount: messages,
    version: String(1 + Math.floor(random() * 9)),
    social: null,
  };
  yield { kind: 'contact', id: contact.id, row: contact, movedTo: null };
  yield { kind: 'conversation', id, row: conversation, movedTo: null };
  for (const row of rows) yield { kind: 'message', id: row.id, row, movedTo: null };
}

function contactOf(
  accountId: string,
  n: number,
  language: Language,
  at: number,
  random: () => number,
): Contact {
  return {
    accountId,
    id: `p-${n}`,
    name: nameIn(language, random),
    emails: [`customer-${n}@example.com`],
    phones: [],
    handles: [],
    createdAt: at - DAY_MS,
    updatedAt: at,
  };
}

interface MessagePlan {
  contact: Contact;
  id: string;
  n: number;
  m: number;
  last: boolean;
  at: number;
  language: Language;
  random: () => number;
}

function messageOf({ contact, id, n, m, last, at, language, random }: MessagePlan): Message {
  // A conversation starts with the customer; the last word is theirs half of the time.
  const inbound = m === 0 || (last ? random() < 0.5 : m % 2 === 0);
  return {
    accountId: contact.accountId,
    id: `m-${n}-${m}`,
    conversationId: id,
    kind: inbound ? 'inbound' : 'reply',
    author: inbound
      ? { type: 'contact', id: contact.id, name: contact.name }
      : { type: 'agent', id: AGENT_ID, name: 'Nora Fielding' },
    createdAt: last ? at : at - 60_000,
    body: { type: 'text', content: paragraphs(language, MESSAGE_CHARS * (0.4 + 1.2 * random()), random) },
    attachments: [],
    clientRef: null,
    email: null,
  };
}

function paragraphs(language: Language, characters: number, random: () => number): string {
  const parts: string[] = [];
  for (let length = 0; length < characters;) {
    const next = sentence(language, 5 + Math.floor(random() * 12), random);
    parts.push(next, random() < 0.15 ? '\n\n' : ' ');
    length += next.length + 1;
  }
  return parts.join('').trim();
}

function sentence(language: Language, words: number, random: () => number): string {
  const from = WORDS[language];
  const text = Array.from({ length: words }, () => frequent(from, random)).join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Words follow a rough Zipf curve, as real text does; one in twelve is a number of some order. */
function frequent(words: readonly string[], random: () => number): string {
  if (random() < 0.08) return String(1000 + Math.floor(random() * 90_000));
  return words[Math.floor(words.length * random() ** 2)] ?? '';
}

function nameIn(language: Language, random: () => number): string {
  const { first, last } = NAMES[language];
  const given = first[Math.floor(random() * first.length)] ?? '';
  const family = last[Math.floor(random() * last.length)] ?? '';
  return language === 'vi' ? `${family} ${given}` : `${given} ${family}`;
}

function pick<T>(shares: readonly (readonly [number, T])[], at: number): T {
  const found = shares.find(([upTo]) => at < upTo) ?? shares[shares.length - 1];
  if (found === undefined) throw new Error('Nothing to pick from.');
  return found[1];
}

/** mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
