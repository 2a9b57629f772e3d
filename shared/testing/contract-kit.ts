/** What the backend contract's cases are made of: someone who plays the customers, and ways to read all feeds. */
import type { Capability } from '../backends/capability';
import {
  conversationFeed,
  readFeed as readFeedWith,
  readHistory,
  rowsOf,
  type CheckContext,
  type SampleFile,
} from '../backends/check/check-kit';
import type { Clock } from '../backends/clock';
import type { HttpClient } from '../backends/http';
import type { Backend } from '../backends/port';
import type { Change, Conversation, Message, Status } from '../domain/entities';

export { anOperation, aReply, type SampleFile } from '../backends/check/check-kit';

export interface ConnectOptions {
  /** Rows a page of any list may have at most; see {@link ContractTraits.smallestPage}. */
  pageSize?: number;
  /** A client between the backend and the network. */
  wrap?: (http: HttpClient) => HttpClient;
  /** Credentials that the server does not know. */
  stranger?: boolean;
}

/** What a server's customers and other agents do. */
export interface CustomerSide {
  /** A new conversation with one message; resolves with its id. */
  customerWrites(text: string, file?: SampleFile): Promise<string>;
  /** One more message of the customer in a conversation made by {@link customerWrites}. */
  customerAnswers(conversationId: string, text: string): Promise<void>;
  /** Absent where the server cannot: then `remove` is explained. */
  remove?(conversationId: string): Promise<void>;
  /** Absent where the server cannot: then `merge` is explained. */
  merge?(conversationId: string, into: string): Promise<void>;
  /** Keeps one more saved reply; absent where it is not writable or there are none. */
  keepsSavedReply?(title: string, text: string): Promise<void>;
  /** While true, the server answers changes of status with success and does nothing. */
  refusesQuietly?(refusing: boolean): void;
}

/** A running server with someone who knows how to write to it as a customer does. */
export interface BackendHarness extends CustomerSide {
  connect(options?: ConnectOptions): Backend;
  /** The time the server lives in: sleeping in it lets the server go on. */
  clock: Clock;
  /** An id in the server's own shape that nothing has; left out: a word. */
  missingId?(thing: 'conversation' | 'attachment'): string;
  /** The addresses (decoded) by which one conversation's messages are read, alone or with others'. */
  threadRequest?(conversationId: string): RegExp;
  /** Makes one raw row of the server unreadable; left out: every field but the id gets a wrong type. */
  spoils?(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Ways in which servers rightly differ. */
export interface ContractTraits {
  /** What a conversation is when a customer has just begun it; left out: `new`. */
  newStatus?: Status;
  /** The smallest page that {@link ConnectOptions.pageSize} can ask for; left out: 2. */
  smallestPage?: number;
  /** How long after a change it can be read, in ms of the harness's clock; left out: 0. */
  patienceMs?: number;
}

/** What a case needs beside a running server: a capability, or a thing the harness must be able to do. */
export type Need = Capability | 'quietRefusal' | 'threadRequest';

export interface ContractCase {
  title: string;
  /** Told as absent with the reason where it is not there. */
  needs?: Need | readonly Need[];
  run(harness: BackendHarness, traits: Required<ContractTraits>): Promise<void>;
}

export const signal = new AbortController().signal;

/** What a shared check works with: a new conversation of this harness. */
export async function checkContext(
  harness: BackendHarness,
  traits: Required<ContractTraits>,
  file?: SampleFile,
): Promise<CheckContext> {
  return {
    connect: (options) => harness.connect(options),
    clock: harness.clock,
    signal,
    conversationId: await harness.customerWrites('Please check', file),
    file: file ?? null,
    create: (text) => harness.customerWrites(text),
    remove: harness.remove?.bind(harness),
    merge: harness.merge?.bind(harness),
    patienceMs: traits.patienceMs,
    look: conversationOf,
  };
}

export const readFeed = (
  backend: Backend,
  feed: string,
  from: string | null = null,
): Promise<{ changes: Change[]; cursor: string; pages: number }> => readFeedWith(backend, feed, signal, from);

/** Everything from the beginning, and the cursors behind it. */
export async function readAll(
  backend: Backend,
  from: ReadonlyMap<string, string> = new Map(),
): Promise<{ changes: Change[]; cursors: Map<string, string> }> {
  const changes: Change[] = [];
  const cursors = new Map<string, string>();
  for (const feed of backend.descriptor.feeds) {
    const read = await readFeed(backend, feed, from.get(feed) ?? null);
    changes.push(...read.changes);
    cursors.set(feed, read.cursor);
  }
  return { changes, cursors };
}

/** The conversation as the feeds leave it. */
export async function conversationOf(backend: Backend, id: string): Promise<Conversation> {
  const { changes } = await readFeed(backend, conversationFeed(backend));
  const row = rowsOf(changes, 'conversation').get(id);
  if (row === undefined) throw new Error(`The feeds do not show the conversation ${id}.`);
  return row;
}

/** All messages of a conversation, from its history: what feeds bring of it besides must be the same. */
export async function messagesOf(backend: Backend, conversationId: string): Promise<Message[]> {
  return (await readHistory(backend, conversationId, signal)).messages;
}

export const missing = (harness: BackendHarness, thing: 'conversation' | 'attachment'): string =>
  harness.missingId?.(thing) ?? `no-such-${thing}`;

/** For what a harness must have because nothing explains its absence. */
export function given<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new Error(`The harness has no "${name}", and nothing explains why.`);
  return part;
}
