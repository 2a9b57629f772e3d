/**
 * A console's way to the server, behind the backend port. Requests and answers are delayed, lost,
 * repeated and overtaken; a request that has left lives on whatever becomes of who sent it.
 */
import { BackendError } from '../../backends/backend-error';
import type { Backend, BackendDescriptor, Operation, OperationProof, SweepPort } from '../../backends/port';
import type { FailureKind } from '../../domain/failures';
import type { Draws } from './draws';
import type { Life, Machine } from './machine';
import { ACCOUNT, type SimServer } from './sim-server';
import type { Planned, SimTime } from './sim-time';

/** The console gives up on a call after this long. */
const TIMEOUT_MS = 8_000;
/** A silent hint channel is dead after this long. */
const SILENCE_MS = 6_500;
const RETRY_AFTER_MS = 2_000;

/**
 * How a call goes. `lost`: it never arrives · `answer-lost`: done, no answer · `late`: no answer, and
 * done only when the console has long given up · `twice`: it arrives twice · `before`/`after` a kind:
 * the server fails so without, or in spite of, doing it.
 */
export type CallFault = 'none' | 'lost' | 'answer-lost' | 'late' | 'twice' | 'before' | 'after';
export type CallName = 'perform' | 'findByRef' | 'upload' | 'pull' | 'history' | 'sweep' | 'whoAmI';

export interface LinkHabits {
  /** Weights of what befalls a call while faults are on. */
  faults: Readonly<Record<CallFault, number>>;
  /** What the server says when it fails before doing anything. */
  before: readonly [FailureKind, ...FailureKind[]];
  /** What is said though it was done. */
  after: readonly [FailureKind, ...FailureKind[]];
  /** The longest a request lives, from its sending to its commit, in ms. */
  lifeMs: number;
  push: boolean;
  /** How long the server takes for a page of a feed besides what the way takes, in ms. */
  pageMs: number;
}

/** `cut`: refused at once · `silent`: packets vanish. */
export type LinkState = 'up' | 'cut' | 'silent';

/** A call that leaves, as the judge sees it. */
export interface Leaving {
  machine: string;
  call: CallName;
  operation: Operation | null;
  /** Nothing can come of it: the link is down. */
  inVain: boolean;
}

export class SimLink {
  state: LinkState = 'up';
  /** False while the server takes nobody's token. */
  tokenGood = true;
  faulty = true;
  /** The answer to the next thing that is done is lost, and nobody hears of that for long. */
  losesNext = false;
  /** References that the server refused, or refused to tell about. */
  readonly refused = new Set<string>();
  onLeaving: (leaving: Leaving) => void = () => undefined;
  readonly #time: SimTime;
  readonly #server: SimServer;
  readonly #machine: Machine;
  readonly #name: string;
  readonly #habits: LinkHabits;
  readonly #draws: Draws;
  readonly #channels = new Set<(ending: 'hint' | 'cut' | 'silent') => void>();

  constructor(parts: {
    time: SimTime;
    server: SimServer;
    machine: Machine;
    name: string;
    habits: LinkHabits;
    draws: Draws;
  }) {
    this.#time = parts.time;
    this.#server = parts.server;
    this.#machine = parts.machine;
    this.#name = parts.name;
    this.#habits = parts.habits;
    this.#draws = parts.draws;
  }

  setState(state: LinkState): void {
    this.state = state;
    if (state !== 'up') for (const channel of [...this.#channels]) channel(state);
  }

  /** The server has news, or will have. */
  hint(afterMs: number): void {
    this.#time.after(afterMs, () => {
      for (const channel of [...this.#channels]) channel('hint');
    });
  }

  /** The backend as one life of the console sees it. */
  backend(descriptor: BackendDescriptor, life: Life): Backend {
    const server = this.#server;
    const call = <T>(
      name: CallName,
      signal: AbortSignal,
      act: () => T,
      operation: Operation | null = null,
      ref: string | null = operation?.ref ?? null,
    ): Promise<T> => life.alive(this.#call(name, signal, act, operation, ref));
    return {
      descriptor,
      whoAmI: (signal) =>
        call('whoAmI', signal, () => ({
          accountId: ACCOUNT,
          id: 'agent-1',
          name: 'Sample Agent',
          email: null,
        })),
      pull: (feed, cursor, signal) => call('pull', signal, () => server.page(feed, cursor)),
      history: (conversationId, before, signal) =>
        call('history', signal, () => server.history(conversationId, before)),
      ...(server.readsThreads
        ? {
            thread: (conversationId, signal) => call('history', signal, () => server.thread(conversationId)),
          }
        : {}),
      perform: (operation, signal) => {
        const leftAt = this.#time.now;
        return call('perform', signal, () => server.perform(operation, this.#name, leftAt), operation);
      },
      findByRef: (_conversationId, ref, signal) =>
        call<OperationProof | null>('findByRef', signal, () => server.findByRef(ref), null, ref),
      upload: async (file, ref, signal) => {
        let size = 0;
        for await (const chunk of file.read()) size += chunk.length;
        if (size !== file.size) throw new BackendError('invalid', 'The upload has another length.', 400);
        return call('upload', signal, () => server.upload(ref), null, ref.slice(0, ref.lastIndexOf('.')));
      },
      download: () => Promise.reject(new BackendError('not-found', 'Nothing is downloaded here.', 404)),
      ...(descriptor.overlapMs === undefined
        ? {}
        : { rewind: (_feed: string, cursor: string) => server.rewind(cursor, descriptor.overlapMs ?? 0) }),
      ...(descriptor.supports.idSweep === true
        ? {
            sweep: {
              kinds: ['conversation', 'message'] as const,
              rowsAtOnce: 5,
              ids: (kind, cursor, signal) => call('sweep', signal, () => server.ids(kind, cursor)),
              rows: (kind, ids, signal) => call('sweep', signal, () => server.rows(kind, ids)),
            } satisfies SweepPort,
          }
        : {}),
      listen: (onHint, signal) => life.alive(this.#listen(() => !life.over && onHint(), signal)),
    };
  }

  #call<T>(
    name: CallName,
    signal: AbortSignal,
    act: () => T,
    operation: Operation | null,
    ref: string | null,
  ): Promise<T> {
    this.onLeaving({ machine: this.#name, call: name, operation, inVain: this.state !== 'up' });
    return new Promise((resolve, reject) => {
      let giveUp: Planned | null = null;
      const end = (finish: () => void): void => {
        giveUp?.cancel();
        signal.removeEventListener('abort', onAbort);
        finish();
      };
      const fail = (kind: FailureKind): void => end(() => reject(failure(kind)));
      const onAbort = (): void => fail('no-answer');
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });

      if (this.state === 'cut') {
        this.#time.after(this.#draws.int(1, 30), () => fail('refused'));
        return;
      }
      // Sometimes the connection breaks, sometimes nothing is heard for long.
      const losesNext = this.losesNext && name === 'perform';
      if (losesNext) this.losesNext = false;
      const patience = !losesNext && this.#draws.chance(0.5) ? this.#draws.int(20, 800) : TIMEOUT_MS;
      const fault = this.state === 'silent' ? 'lost' : losesNext ? 'answer-lost' : this.#fault(name);
      const arrive = (afterMs: number, answered: boolean): void => {
        this.#time.after(afterMs, () => {
          const answer = this.#act(act, fault, ref);
          if (!answered || this.state !== 'up') return;
          this.#time.after(this.#delay(), () =>
            answer.type === 'done' ? end(() => resolve(answer.value)) : end(() => reject(answer.error)),
          );
        });
      };
      const delay = this.#delay() + (name === 'pull' ? this.#pageMs() : 0);
      switch (fault) {
        case 'lost':
          break;
        case 'late':
          arrive(this.#draws.next() * 0.95 * this.#habits.lifeMs, false);
          break;
        case 'answer-lost':
          arrive(delay, false);
          break;
        case 'twice':
          arrive(delay + this.#draws.int(0, 400), false);
          arrive(delay, true);
          break;
        default:
          arrive(delay, true);
      }
      const silent = fault === 'lost' || fault === 'late' || fault === 'answer-lost';
      giveUp = this.#time.after(silent ? patience : TIMEOUT_MS, () => fail('no-answer'));
    });
  }

  #act<T>(act: () => T, fault: CallFault, ref: string | null): Answer<T> {
    if (!this.tokenGood) return this.#refuse(failure('unauthorized'), ref);
    if (fault === 'before') return this.#refuse(failure(this.#draws.pick(this.#habits.before)), ref);
    try {
      const value = act();
      if (fault === 'after') return this.#refuse(failure(this.#draws.pick(this.#habits.after)), ref);
      return { type: 'done', value };
    } catch (error) {
      return this.#refuse(error as BackendError, ref);
    }
  }

  #refuse<T>(error: BackendError, ref: string | null): Answer<T> {
    if (ref !== null && REFUSALS.has(error.kind)) this.refused.add(ref);
    return { type: 'failed', error };
  }

  #fault(name: CallName): CallFault {
    if (!this.faulty) return 'none';
    // Most of what is read gets through: a console that is never online sends nothing either.
    if (name !== 'perform' && this.#draws.chance(0.7)) return 'none';
    const fault = this.#draws.weighted(this.#habits.faults);
    // Node sends a request once; only a server with keys may see one twice (reliability.md, fact 1).
    if (fault === 'twice' && name === 'perform' && this.#server.habits.tier !== 'T1') return 'none';
    if (name !== 'perform' && (fault === 'late' || fault === 'after')) return 'answer-lost';
    return fault;
  }

  #delay(): number {
    return this.faulty && this.#draws.chance(0.05) ? this.#draws.int(300, 3_000) : this.#draws.int(5, 120);
  }

  /** Once all is well the server has caught its breath. */
  #pageMs(): number {
    const { pageMs } = this.#habits;
    return this.faulty && pageMs > 0 ? this.#draws.int(pageMs / 2, pageMs) : 0;
  }

  #listen(onHint: () => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (finish: () => void): void => {
        this.#channels.delete(channel);
        signal.removeEventListener('abort', onAbort);
        finish();
      };
      const onAbort = (): void => end(resolve);
      const channel = (news: 'hint' | 'cut' | 'silent'): void => {
        if (news === 'hint') this.#time.after(this.#draws.int(5, 300), () => this.#machine.deliver(onHint));
        else this.#time.after(news === 'cut' ? 5 : SILENCE_MS, () => end(() => reject(failure('no-answer'))));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      if (this.state === 'up' && this.tokenGood) this.#channels.add(channel);
      else
        this.#time.after(this.state === 'silent' ? SILENCE_MS : 5, () =>
          end(() => reject(failure('refused'))),
        );
    });
  }
}

type Answer<T> = { type: 'done'; value: T } | { type: 'failed'; error: BackendError };

/** Failures after which a row may rightly be parked. */
const REFUSALS: ReadonlySet<FailureKind> = new Set(['invalid', 'forbidden', 'not-found', 'conflict']);

function failure(kind: FailureKind): BackendError {
  const retryAfterMs = kind === 'rate-limited' ? RETRY_AFTER_MS : null;
  return new BackendError(kind, `made to fail: ${kind}`, null, retryAfterMs);
}
