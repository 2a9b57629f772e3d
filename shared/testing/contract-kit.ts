/** What the backend contract's cases are made of: someone who plays the customers, and ways to read all feeds. */
import { expect } from 'vitest';
import type { HttpClient } from '../backends/http';
import type { Backend, BackendSupports, Operation } from '../backends/port';
import type { Change, Conversation, Message } from '../domain/entities';
import type { IntentAction } from '../domain/intents';

export interface SampleFile {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

export interface ConnectOptions {
  /** Rows a page of any list may have at most. */
  pageSize?: number;
  /** A client between the backend and the network. */
  wrap?: (http: HttpClient) => HttpClient;
  /** Credentials that the server does not know. */
  stranger?: boolean;
}

/** A running server with someone who knows how to write to it as a customer does. */
export interface BackendHarness {
  connect(options?: ConnectOptions): Backend;
  /** A new conversation with one message; resolves with its id. */
  customerWrites(text: string, file?: SampleFile): Promise<string>;
  /** One more message of the customer in a conversation made by {@link customerWrites}. */
  customerAnswers(conversationId: string, text: string): Promise<void>;
  remove(conversationId: string): Promise<void>;
  merge(conversationId: string, into: string): Promise<void>;
  close(): Promise<void>;
}

export interface ContractCase {
  title: string;
  /** Left out where the backend does not claim it. */
  needs?: keyof BackendSupports;
  run(harness: BackendHarness): Promise<void>;
}

export const signal = new AbortController().signal;

let operations = 0;
export function anOperation(
  conversationId: string,
  action: IntentAction,
  parts: Partial<Operation> = {},
): Operation {
  operations += 1;
  // Unique over runs against the same server: a key used before would bring back the old answer.
  const ref = `c0ffee00-0000-4000-8000-${(Date.now() * 1_000 + operations).toString(16).padStart(12, '0').slice(-12)}`;
  return { ref, conversationId, action, uploadIds: [], ifVersion: null, ...parts };
}

export const aReply = (text: string): IntentAction => ({ kind: 'reply', text, files: [], statusAfter: null });

/** Every page of a feed from a cursor on. */
export async function readFeed(
  backend: Backend,
  feed: string,
  from: string | null = null,
): Promise<{ changes: Change[]; cursor: string; pages: number }> {
  const changes: Change[] = [];
  let cursor = from;
  for (let pages = 1; ; pages += 1) {
    const page = await backend.pull(feed, cursor, signal);
    expect(page.rejected).toEqual([]);
    changes.push(...page.changes);
    cursor = page.cursor;
    if (!page.more) return { changes, cursor, pages };
  }
}

export async function readAll(backend: Backend): Promise<Change[]> {
  const changes: Change[] = [];
  for (const feed of backend.descriptor.feeds) changes.push(...(await readFeed(backend, feed)).changes);
  return changes;
}

export async function conversationOf(backend: Backend, id: string): Promise<Conversation> {
  const found = (await readAll(backend)).filter(
    (change) => change.kind === 'conversation' && change.id === id,
  );
  const row = found.at(-1)?.row as Conversation | null | undefined;
  if (row === null || row === undefined) throw new Error(`The feeds do not show the conversation ${id}.`);
  return row;
}

export async function messagesOf(backend: Backend, conversationId: string): Promise<Message[]> {
  const messages = (await readAll(backend)).flatMap((change) =>
    change.kind === 'message' && change.row?.conversationId === conversationId ? [change.row] : [],
  );
  return [...new Map(messages.map((message) => [message.id, message])).values()];
}
