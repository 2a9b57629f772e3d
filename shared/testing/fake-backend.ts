/**
 * A helpdesk in memory behind the backend port, with every fault an outbox has to live with. The
 * server part outlives crashes of the console: what was on its way still arrives.
 */
import { BackendError, ThreadTooLongError } from '../backends/backend-error';
import type { Clock } from '../backends/clock';
import type { Backend, BackendDescriptor, Operation, OperationProof, OutgoingFile } from '../backends/port';
import type { Change, Conversation, Message } from '../domain/entities';
import { FAILURE_KINDS, type FailureKind } from '../domain/failures';
import type { ThreadHead } from '../domain/thread-moved';
import { aConversation, aMessage } from './builders';

/**
 * How a call goes wrong. `drop`: it never arrives, no answer · `commit-drop`: done, no answer ·
 * `late-commit`: no answer, and done only within the settle time · `commit-401`, `-409`, `-429`: done,
 * while a gateway in front answers so · `too-long`: the thread has no end within reach · a kind: the server
 * (or the way to it) fails so, nothing is done.
 */
export type Fault =
  'none' | 'too-long' | 'drop' | 'commit-drop' | 'late-commit' | keyof typeof SAID_AFTER | FailureKind;

/** So many messages a search in a thread without an end looks at. */
export const LOOKED_AT = 1_000;

/** Whose credentials the console has. */
const WHO_SIGNED_IN = { id: 'agent-1', name: 'Sample Agent' };

/** What a gateway says after the helpdesk behind it did what was asked. */
const SAID_AFTER = {
  'commit-401': 'unauthorized',
  'commit-409': 'conflict',
  'commit-429': 'rate-limited',
} as const;

export interface FakeBackendOptions {
  tier: BackendDescriptor['tier'];
  clock: Clock;
  /** Asked for each call in turn. */
  fault(call: 'perform' | 'findByRef' | 'upload', ref: string): Fault;
  settleMs?: number;
  uploadLifeMs?: number;
  /** What becomes of an author that is named; left out: nobody can be. */
  authors?: 'named' | 'ignored';
  /** Time a call takes, ms. */
  latencyMs?: number;
}

/** What the server did, in order. */
export interface Performed {
  ref: string;
  serverId: string;
  operation: Operation;
  /** When its request arrived. */
  arrivedAt: number;
}

export class FakeBackend implements Backend {
  readonly descriptor: BackendDescriptor;
  readonly performed: Performed[] = [];
  readonly uploads = new Map<string, Uint8Array>();
  /** Calls by name and reference, as they arrived or would have. */
  readonly calls: string[] = [];
  readonly #threads = new Map<
    string,
    { conversation: Conversation; messages: Message[]; movedTo: string | null; gone: boolean }
  >();
  readonly #options: FakeBackendOptions;

  constructor(options: FakeBackendOptions) {
    this.#options = options;
    this.descriptor = {
      id: 'fake',
      name: 'Fake helpdesk',
      signIn: [{ name: 'token', secret: true }],
      addressExample: 'https://fake.invalid',
      statusWords: { new: 'new', open: 'open', pending: 'pending', resolved: 'resolved', closed: 'closed' },
      tier: options.tier,
      settleMs: options.settleMs ?? 1_000,
      ...(options.uploadLifeMs === undefined ? {} : { uploadLifeMs: options.uploadLifeMs }),
      supports: {
        note: true,
        priority: true,
        tags: true,
        attachments: true,
        push: false,
        chatByMail: true,
        ...(options.authors && { author: true }),
        maxAttachmentBytes: 1_000,
      },
      feeds: ['messages'],
    };
  }

  whoAmI(): Promise<never> {
    return Promise.reject(new BackendError('not-found', 'The fake has no agents.'));
  }

  /** A conversation as it is now: one customer's message `m1`, and what was done since. */
  head(conversationId: string): ThreadHead {
    const { conversation, messages, movedTo, gone } = this.#thread(conversationId);
    if (gone) return { conversation: null, gone, movedTo, messages: [] };
    return { conversation: { ...conversation }, gone, movedTo, messages: [...messages] };
  }

  /** Somebody else changes a conversation: a colleague, a supervisor, the customer. */
  change(conversationId: string, parts: Partial<Conversation>): void {
    const thread = this.#thread(conversationId);
    thread.conversation = { ...thread.conversation, ...parts };
  }

  /** Somebody else writes; by default the customer. */
  say(conversationId: string, parts: Partial<Message> = {}): Message {
    const thread = this.#thread(conversationId);
    const id = `x${conversationId}-${thread.messages.length + 1}`;
    const message = aMessage({ id, conversationId, createdAt: this.#options.clock.now(), ...parts });
    thread.messages.push(message);
    return message;
  }

  merge(fromId: string, intoId: string): void {
    const from = this.#thread(fromId);
    const into = this.#thread(intoId);
    const moved = from.messages.filter(({ id }) => into.messages.every((known) => known.id !== id));
    into.messages.push(...moved.map((message) => ({ ...message, conversationId: intoId })));
    Object.assign(from, { gone: true, movedTo: intoId });
  }

  remove(conversationId: string): void {
    this.#thread(conversationId).gone = true;
  }

  #thread(id: string) {
    let thread = this.#threads.get(id);
    if (thread === undefined) {
      const messages = [aMessage({ conversationId: id, createdAt: 0 })];
      thread = { conversation: aConversation({ id }), messages, movedTo: null, gone: false };
      this.#threads.set(id, thread);
    }
    return thread;
  }

  /** Everything that was done, as a feed would bring it. */
  feed(): Change[] {
    return this.performed.map(({ ref, serverId, operation }) => ({
      kind: 'message',
      id: serverId,
      row: aMessage({
        id: serverId,
        conversationId: operation.conversationId,
        clientRef: ref,
        kind: 'reply',
      }),
      movedTo: null,
    }));
  }

  pull(): Promise<never> {
    return Promise.reject(new BackendError('not-found', 'The fake has no feeds; see feed().'));
  }

  history(): Promise<never> {
    return Promise.reject(new BackendError('not-found', 'The fake has no history.'));
  }

  async perform(operation: Operation, signal: AbortSignal): Promise<OperationProof> {
    const arrivedAt = this.#options.clock.now();
    const fault = await this.#arrive('perform', operation.ref, signal);
    switch (fault) {
      case 'none':
        if (this.#thread(operation.conversationId).gone) throw failure('not-found');
        return this.#commit(operation, arrivedAt);
      case 'commit-drop':
        this.#commit(operation, arrivedAt);
        break;
      case 'commit-401':
      case 'commit-409':
      case 'commit-429':
        this.#commit(operation, arrivedAt);
        throw failure(SAID_AFTER[fault]);
      case 'late-commit':
        void this.#commitLate(operation, arrivedAt);
        break;
      case 'drop':
        break;
      default:
        throw failure(fault);
    }
    throw failure('no-answer');
  }

  async findByRef(_conversationId: string, ref: string, signal: AbortSignal): Promise<OperationProof | null> {
    const fault = await this.#arrive('findByRef', ref, signal);
    if (fault !== 'none') throw failure(fault);
    const found = this.performed.find((done) => done.ref === ref);
    return found === undefined ? null : { serverId: found.serverId, conversation: null };
  }

  async upload(file: OutgoingFile, ref: string, signal: AbortSignal): Promise<string> {
    const fault = await this.#arrive('upload', ref, signal);
    if (fault !== 'none') throw failure(fault);
    const chunks: number[] = [];
    for await (const chunk of file.read()) chunks.push(...chunk);
    this.uploads.set(ref, new Uint8Array(chunks));
    return `upload:${ref}`;
  }

  download(): Promise<never> {
    return Promise.reject(new BackendError('not-found', 'The fake has no attachments.'));
  }

  async listen(_onHint: () => void, signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(Number.MAX_SAFE_INTEGER, signal);
  }

  async #arrive(call: 'perform' | 'findByRef' | 'upload', ref: string, signal: AbortSignal): Promise<Fault> {
    const { clock, fault, latencyMs } = this.#options;
    this.calls.push(`${call} ${ref}`);
    const happens = fault(call, ref);
    await clock.sleep(latencyMs ?? 10, new AbortController().signal);
    if (signal.aborted) throw failure('no-answer');
    return happens;
  }

  /** A T1 server recognises the reference; the others do it again. */
  #commit(operation: Operation, arrivedAt: number): OperationProof {
    const before = this.performed.find((done) => done.ref === operation.ref);
    if (before !== undefined && this.descriptor.tier === 'T1') {
      return { serverId: before.serverId, conversation: null };
    }
    const serverId = `s${this.performed.length + 1}`;
    this.performed.push({ ref: operation.ref, serverId, operation, arrivedAt });
    this.#apply(operation, serverId);
    const author = this.#options.authors && this.#authorOf(operation);
    return { serverId, conversation: null, ...(author && { author }) };
  }

  #authorOf({ author }: Operation): { id: string; name: string } {
    if (author === undefined || this.#options.authors !== 'named') return WHO_SIGNED_IN;
    return { id: author.id, name: author.name };
  }

  #apply(operation: Operation, id: string): void {
    const { action, conversationId, ref } = operation;
    if (action.kind === 'status') this.change(conversationId, { status: action.status });
    if (action.kind === 'assign') this.change(conversationId, { assigneeId: action.assigneeId });
    if (action.kind !== 'reply' && action.kind !== 'note') return;
    const clientRef = this.descriptor.tier === 'T4' ? null : ref;
    const author = { type: 'agent', ...this.#authorOf(operation) } as const;
    this.say(conversationId, { id, kind: action.kind, clientRef, author });
    if (action.kind === 'reply' && action.statusAfter !== null) {
      this.change(conversationId, { status: action.statusAfter });
    }
  }

  async #commitLate(operation: Operation, arrivedAt: number): Promise<void> {
    await this.#options.clock.sleep(this.descriptor.settleMs * 0.9, new AbortController().signal);
    this.#commit(operation, arrivedAt);
  }
}

function failure(fault: Fault): BackendError {
  if (fault === 'too-long') return new ThreadTooLongError(LOOKED_AT);
  const kind = isKind(fault) ? fault : 'no-answer';
  return new BackendError(kind, `made to fail: ${kind}`, null, kind === 'rate-limited' ? 2_000 : null);
}

function isKind(fault: Fault): fault is FailureKind {
  return (FAILURE_KINDS as readonly string[]).includes(fault);
}
