/**
 * A helpdesk in memory behind the backend port, with every fault an outbox has to live with. The
 * server part outlives crashes of the console: what was on its way still arrives.
 */
import { BackendError } from '../backends/backend-error';
import type { Clock } from '../backends/clock';
import type { Backend, BackendDescriptor, Operation, OperationProof, OutgoingFile } from '../backends/port';
import type { Change } from '../domain/entities';
import type { FailureKind } from '../domain/failures';
import { aMessage } from './builders';

/**
 * How a call goes wrong. `drop`: it never arrives, no answer · `commit-drop`: done, no answer ·
 * `late-commit`: no answer, and done only within the settle time · a kind: the server (or the
 * way to it) fails so, nothing is done.
 */
export type Fault = 'none' | 'drop' | 'commit-drop' | 'late-commit' | FailureKind;

export interface FakeBackendOptions {
  tier: BackendDescriptor['tier'];
  clock: Clock;
  /** Asked for each call in turn. */
  fault(call: 'perform' | 'findByRef' | 'upload', ref: string): Fault;
  settleMs?: number;
  /** Time a call takes, ms. */
  latencyMs?: number;
}

/** What the server did, in order. */
export interface Performed {
  ref: string;
  serverId: string;
  operation: Operation;
}

export class FakeBackend implements Backend {
  readonly descriptor: BackendDescriptor;
  readonly performed: Performed[] = [];
  readonly uploads = new Map<string, Uint8Array>();
  /** Calls by name and reference, as they arrived or would have. */
  readonly calls: string[] = [];
  readonly #options: FakeBackendOptions;

  constructor(options: FakeBackendOptions) {
    this.#options = options;
    this.descriptor = {
      id: 'fake',
      name: 'Fake helpdesk',
      tier: options.tier,
      settleMs: options.settleMs ?? 1_000,
      supports: {
        note: true,
        priority: true,
        tags: true,
        attachments: true,
        push: false,
        maxAttachmentBytes: 1_000,
      },
      feeds: ['messages'],
    };
  }

  whoAmI(): Promise<never> {
    return Promise.reject(new BackendError('not-found', 'The fake has no agents.'));
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
    const fault = await this.#arrive('perform', operation.ref, signal);
    switch (fault) {
      case 'none':
        return this.#commit(operation);
      case 'commit-drop':
        this.#commit(operation);
        break;
      case 'late-commit':
        void this.#commitLate(operation);
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
  #commit(operation: Operation): OperationProof {
    const before = this.performed.find((done) => done.ref === operation.ref);
    if (before !== undefined && this.descriptor.tier === 'T1') {
      return { serverId: before.serverId, conversation: null };
    }
    const serverId = `s${this.performed.length + 1}`;
    this.performed.push({ ref: operation.ref, serverId, operation });
    return { serverId, conversation: null };
  }

  async #commitLate(operation: Operation): Promise<void> {
    await this.#options.clock.sleep(this.descriptor.settleMs * 0.9, new AbortController().signal);
    this.#commit(operation);
  }
}

function failure(fault: Fault): BackendError {
  const kind: FailureKind =
    fault === 'none' || fault === 'drop' || fault === 'commit-drop' || fault === 'late-commit'
      ? 'no-answer'
      : fault;
  return new BackendError(kind, `made to fail: ${kind}`, null, kind === 'rate-limited' ? 2_000 : null);
}
