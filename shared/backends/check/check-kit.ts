/**
 * What checks are made of. A check proves one capability of a backend at work and throws a
 * {@link CheckFailure} with words for an administrator. It knows no test framework: the contract suite
 * runs it on simulators, `npm run backend:check` on servers that live.
 */
import type { Change, Conversation, EntityByKind, EntityKind, Message } from '../../domain/entities';
import type { IntentAction, UploadedFile } from '../../domain/intents';
import type { Capability } from '../capability';
import type { Clock } from '../clock';
import type { HttpClient } from '../http';
import type { Backend, Operation, OperationProof, OutgoingFile } from '../port';

/** What was promised and is not so. */
export class CheckFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CheckFailure';
  }
}

/** A thing that this server cannot show just now: neither proved nor disproved. */
export class NotShown extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotShown';
  }
}

/** @throws CheckFailure with the words unless `kept` */
export function must(kept: boolean, words: string): asserts kept {
  if (!kept) throw new CheckFailure(words);
}

export interface CheckContext {
  /** Connects an account of its own; `wrap` puts a client between it and the network. */
  connect(options?: { wrap?: (http: HttpClient) => HttpClient }): Backend;
  clock: Clock;
  signal: AbortSignal;
  /** A conversation with a message of a customer, to be written into unless only reading is allowed. */
  conversationId: string;
  /** The newest file in it, where its bytes are known. */
  file: SampleFile | null;
  /** One more conversation, as a customer begins it; resolves with its id. */
  create(text: string): Promise<string>;
  /** What a colleague does at the server; absent where nothing here can. */
  remove?: ((conversationId: string) => Promise<void>) | undefined;
  merge?: ((conversationId: string, into: string) => Promise<void>) | undefined;
  /** How long the server may take until what was done can be read, in ms. */
  patienceMs: number;
  /** The conversation as it is now. */
  look(backend: Backend, conversationId: string): Promise<Conversation>;
}

export interface Check {
  /** A sentence about behaviour. */
  title: string;
  capability: Capability;
  /** It only reads; left out: it writes. */
  reads?: boolean;
  /** Resolves with what is worth knowing, if anything. @throws CheckFailure, NotShown, BackendError */
  run(context: CheckContext): Promise<string | void>;
}

let operations = 0;

/** An operation with a reference that no run has used before. */
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

export const aReply = (text: string, files: readonly UploadedFile[] = []): IntentAction => ({
  kind: 'reply',
  text,
  files,
  statusAfter: null,
});

/** Does one thing to the context's conversation. */
export function write(
  { conversationId, signal }: Pick<CheckContext, 'conversationId' | 'signal'>,
  backend: Backend,
  action: IntentAction,
): Promise<OperationProof> {
  return backend.perform(anOperation(conversationId, action), signal);
}

/** A backend that has asked who it is, and so knows the tier that this very server offers. */
export async function signedIn(
  { connect, signal }: Pick<CheckContext, 'connect' | 'signal'>,
  wrap?: (http: HttpClient) => HttpClient,
): Promise<Backend> {
  const backend = connect(wrap && { wrap });
  await backend.whoAmI(signal);
  return backend;
}

/** Every page of a feed from a cursor on. */
export async function readFeed(
  backend: Backend,
  feed: string,
  signal: AbortSignal,
  from: string | null = null,
): Promise<{ changes: Change[]; cursor: string; pages: number }> {
  const changes: Change[] = [];
  let cursor = from;
  for (let pages = 1; ; pages += 1) {
    const page = await backend.pull(feed, cursor, signal);
    const [broken] = page.rejected;
    must(broken === undefined, `The feed ${feed} has a row that cannot be read: ${broken?.problem}`);
    changes.push(...page.changes);
    cursor = page.cursor;
    if (!page.more) return { changes, cursor, pages };
  }
}

/** The feed with conversations: the first one, by the port's rule. */
export function conversationFeed({ descriptor }: Pick<Backend, 'descriptor'>): string {
  const [first] = descriptor.feeds;
  if (first === undefined) throw new CheckFailure('It has no feeds.');
  return first;
}

/** The newest row of each thing of a kind, as a list of changes leaves it; what is gone is left out. */
export function rowsOf<K extends EntityKind>(
  changes: readonly Change[],
  kind: K,
): Map<string, EntityByKind[K]> {
  const rows = new Map<string, EntityByKind[K]>();
  for (const change of changes) {
    if (change.kind !== kind) continue;
    // The union says that kind and row belong together; the compiler does not follow it through K.
    const row = change.row as EntityByKind[K] | null;
    if (row === null) rows.delete(change.id);
    else rows.set(change.id, row);
  }
  return rows;
}

/** The whole conversation, oldest first. */
export async function readHistory(
  backend: Backend,
  conversationId: string,
  signal: AbortSignal,
): Promise<{ messages: Message[]; pages: number }> {
  const messages: Message[] = [];
  let before: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const page: { messages: readonly Message[]; before: string | null } = await backend.history(
      conversationId,
      before,
      signal,
    );
    messages.unshift(...page.messages);
    before = page.before;
    if (before === null) return { messages, pages };
  }
}

/** Reads again and again until it is as wanted, for as long as the context's patience lasts. */
export async function eventually<T>(
  { clock, signal, patienceMs }: Pick<CheckContext, 'clock' | 'signal' | 'patienceMs'>,
  read: () => Promise<T>,
  wanted: (found: T) => boolean,
): Promise<T> {
  const until = clock.monotonic() + patienceMs;
  for (let pauseMs = 250; ; pauseMs = Math.min(5_000, pauseMs * 2)) {
    const found = await read();
    if (wanted(found) || clock.monotonic() >= until) return found;
    await clock.sleep(pauseMs, signal);
  }
}

/** One message of the conversation, once it can be read. */
export async function messageOf(
  context: CheckContext,
  backend: Backend,
  messageId: string,
): Promise<Message> {
  const { conversationId, signal } = context;
  const found = await eventually(
    context,
    async () =>
      (await readHistory(backend, conversationId, signal)).messages.find(({ id }) => id === messageId),
    (message) => message !== undefined,
  );
  must(
    found !== undefined,
    `The conversation does not show the message ${messageId} that the server confirmed.`,
  );
  return found;
}

/** The conversation, once it is as wanted. */
export async function lookUntil(
  context: CheckContext,
  backend: Backend,
  wanted: (conversation: Conversation) => boolean,
  words: (conversation: Conversation) => string,
): Promise<Conversation> {
  const found = await eventually(context, () => context.look(backend, context.conversationId), wanted);
  must(wanted(found), words(found));
  return found;
}

export interface SampleFile {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

/** Plainly invented bytes with an awkward name. */
export const SAMPLE_FILE: SampleFile = {
  name: 'sample – ü.bin',
  mediaType: 'application/octet-stream',
  bytes: new Uint8Array(Array.from({ length: 5_000 }, (_, index) => index % 251)),
};

/** The file as the host's store would hand it on, in several pieces. */
export function outgoing({ name, mediaType, bytes }: SampleFile): OutgoingFile {
  return {
    hash: 'a'.repeat(64),
    name,
    mediaType,
    size: bytes.length,
    async *read() {
      yield bytes.subarray(0, 1_000);
      yield bytes.subarray(1_000);
    },
  };
}

/** Sends a file the way the backend takes files; uploading is done twice, which must be safe. */
export async function replyWithFile(
  backend: Backend,
  conversationId: string,
  file: SampleFile,
  signal: AbortSignal,
): Promise<string> {
  const named = { hash: 'a'.repeat(64), name: file.name, mediaType: file.mediaType, size: file.bytes.length };
  const operation = anOperation(conversationId, aReply('Here is the file', [named]));
  // Twice: only what the message names belongs to it.
  await backend.upload?.(outgoing(file), `${operation.ref}.0`, signal);
  const uploadId = await backend.upload?.(outgoing(file), `${operation.ref}.0`, signal);
  const carried = uploadId === undefined ? { files: [outgoing(file)] } : { uploadIds: [uploadId] };
  return (await backend.perform({ ...operation, ...carried }, signal)).serverId;
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
