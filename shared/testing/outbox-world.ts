/**
 * An outbox with everything around it: a journal that is a real fsync away, a fake helpdesk, a link
 * that can be cut, and a power switch. A crash makes every await of the running outbox never
 * return; what the journal held and what the server did stays.
 */
import type { BackendError } from '../backends/backend-error';
import type { Backend } from '../backends/port';
import type { Clock } from '../backends/clock';
import type { Change } from '../domain/entities';
import type { IntentAction, OutboxRow } from '../domain/intents';
import type { ThreadHead } from '../domain/thread-moved';
import { createOutbox, type Outbox } from '../sync/outbox';
import type { FilePort, HeadPort, JournalPort } from '../sync/ports';
import { anIntent, NOON } from './builders';
import { FakeBackend, type FakeBackendOptions, type Fault } from './fake-backend';
import { seededRandom } from './seeded-random';
import { VirtualClock } from './virtual-clock';

const FSYNC_MS = 3;
/** A pull that reads one thread. */
const PULL_MS = 2;
export const CHAT_LATE_MS = 180_000;

export interface OutboxWorldOptions {
  tier?: FakeBackendOptions['tier'];
  settleMs?: number;
  uploadLifeMs?: number;
  fault?: FakeBackendOptions['fault'];
  files?: Readonly<Record<string, Uint8Array>>;
  seed?: number;
  authors?: FakeBackendOptions['authors'];
  /** Another console at the same helpdesk, whose time it shares. */
  beside?: OutboxWorld;
  /** Threads look as if nobody had ever heard of them: switches holding off. */
  blind?: boolean;
}

export class OutboxWorld {
  readonly clock: VirtualClock;
  readonly backend: FakeBackend;
  /** What the journal holds: the newest row by reference. */
  readonly journal = new Map<string, OutboxRow>();
  /** Every row shown, in order. */
  readonly shown: OutboxRow[] = [];
  online = true;
  /** While set, its account is not connected. */
  removed = false;
  /** While unset, threads cannot be read, though the account seems well. */
  readable = true;
  /** What the helpdesk says to whoever reads a thread. */
  unwilling: BackendError | null = null;
  /** How often it was asked for one. */
  threadsAsked = 0;
  /** While set, this computer knows no thread by itself. */
  forget = false;
  /** Threads as they were read last. */
  readonly #known = new Map<string, ThreadHead>();
  /** While set, the journal refuses to write. */
  diskFull = false;
  outbox!: Outbox;
  /** What a start does before anything leaves. */
  beforeRun: (outbox: Outbox) => void = () => undefined;
  readonly #options: OutboxWorldOptions;
  #life = { over: false };
  #running = new AbortController();
  #starts = 0;

  constructor(options: OutboxWorldOptions = {}) {
    this.#options = options;
    this.clock = options.beside?.clock ?? new VirtualClock(NOON);
    this.backend = options.beside?.backend ?? this.#newBackend(options);
    this.start();
  }

  #newBackend(options: OutboxWorldOptions): FakeBackend {
    return new FakeBackend({
      tier: options.tier ?? 'T1',
      clock: this.clock,
      fault: options.fault ?? (() => 'none'),
      ...(options.settleMs === undefined ? {} : { settleMs: options.settleMs }),
      ...(options.uploadLifeMs === undefined ? {} : { uploadLifeMs: options.uploadLifeMs }),
      ...(options.authors === undefined ? {} : { authors: options.authors }),
    });
  }

  /** Starts the console on what the journal holds. */
  start(): void {
    this.#life = { over: false };
    this.#running = new AbortController();
    this.#starts += 1;
    const life = this.#life;
    const alive = <T>(promise: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        promise.then(
          (value) => !life.over && resolve(value),
          (error: unknown) => !life.over && reject(error),
        );
      });
    const clock: Clock = {
      now: () => this.clock.now(),
      monotonic: () => this.clock.monotonic(),
      sleep: (ms, signal) => alive(this.clock.sleep(ms, signal)),
    };
    const backend = mortal(this.backend, alive);
    this.outbox = createOutbox({
      rows: [...this.journal.values()],
      journal: this.#journalPort(life),
      backendOf: (accountId) => (accountId === 'a1' && !this.removed ? backend : null),
      accountOnline: () => this.online,
      files: this.#filePort(),
      heads: this.#headPort(alive),
      chatLateMs: () => CHAT_LATE_MS,
      clock,
      random: seededRandom((this.#options.seed ?? 1) + this.#starts),
      onRow: (row) => this.shown.push(row),
    });
    this.beforeRun(this.outbox);
    void this.outbox.run(this.#running.signal);
  }

  /** The process is gone, this very moment. */
  crash(): void {
    this.#life.over = true;
  }

  /** Brings the link back, as the puller would tell it. */
  goOnline(): void {
    this.online = true;
    this.outbox.wake('a1');
  }

  row(ref: string): OutboxRow {
    const row = this.outbox.rows().find((candidate) => candidate.intent.ref === ref);
    if (row === undefined) throw new Error(`No durable row has the reference ${ref}.`);
    return row;
  }

  /** Lets the feed bring everything that the server did. */
  pullAll(): void {
    this.outbox.pulled('a1', { changes: this.backend.feed(), seq: null, caughtUp: true });
  }

  /** Lets the feed bring one thread as it is now. */
  async pullThread(conversationId: string): Promise<void> {
    const head = this.backend.head(conversationId);
    this.#known.set(conversationId, head);
    const changes: Change[] = head.messages.map((row) => ({
      kind: 'message',
      id: row.id,
      row,
      movedTo: null,
    }));
    this.outbox.pulled('a1', { changes, seq: null, caughtUp: false });
    await this.clock.settle();
  }

  #journalPort(life: { over: boolean }): JournalPort {
    const pass = (ms: number): Promise<void> => this.clock.sleep(ms, new AbortController().signal);
    return {
      append: async (rows) => {
        await pass(FSYNC_MS);
        if (life.over) return new Promise(() => undefined);
        if (this.diskFull) throw new Error('ENOSPC');
        for (const row of rows) this.journal.set(row.intent.ref, row);
        await pass(1);
        if (life.over) return new Promise(() => undefined);
      },
    };
  }

  #headPort(alive: <T>(promise: Promise<T>) => Promise<T>): HeadPort {
    const pull = async (conversationId: string): Promise<ThreadHead | BackendError | null> => {
      this.threadsAsked += 1;
      await this.clock.sleep(PULL_MS, new AbortController().signal);
      if (this.unwilling !== null) return this.unwilling;
      if (!this.online || !this.readable) return null;
      if (this.#options.blind === true) {
        return { conversation: null, gone: false, movedTo: null, messages: [] };
      }
      const head = this.backend.head(conversationId);
      this.#known.set(conversationId, head);
      return head;
    };
    return {
      head: (_accountId, conversationId) => alive(pull(conversationId)),
      known: async (_accountId, conversationId) =>
        this.forget ? null : (this.#known.get(conversationId) ?? this.backend.head(conversationId)),
    };
  }

  #filePort(): FilePort {
    return {
      open: (hash) => {
        const bytes = this.#options.files?.[hash];
        if (bytes === undefined) return Promise.resolve(null);
        return Promise.resolve(async function* () {
          yield bytes;
        });
      },
    };
  }
}

/** The backend as a process sees it that may die while an answer is on its way. */
function mortal(backend: FakeBackend, alive: <T>(promise: Promise<T>) => Promise<T>): Backend {
  return {
    descriptor: backend.descriptor,
    whoAmI: () => alive(backend.whoAmI()),
    pull: () => alive(backend.pull()),
    history: () => alive(backend.history()),
    perform: (operation, signal) => alive(backend.perform(operation, signal)),
    findByRef: (conversationId, ref, signal) => alive(backend.findByRef(conversationId, ref, signal)),
    upload: (file, ref, signal) => alive(backend.upload(file, ref, signal)),
    download: () => alive(backend.download()),
    listen: (onHint, signal) => alive(backend.listen(onHint, signal)),
  };
}

/** Hands an intent in and lets the journal take it. */
export async function take(world: OutboxWorld, ...args: Parameters<typeof anIntent>): Promise<void> {
  const done = world.outbox.accept(anIntent(...args));
  await world.clock.advance(10);
  await done;
}

/** Faults for the calls of one name, in turn; then everything works. */
export function failing(call: string, ...faults: Fault[]): (name: string) => Fault {
  return (name) => (name === call ? (faults.shift() ?? 'none') : 'none');
}

export function aReply(text = 'Sample answer'): IntentAction {
  return { kind: 'reply', text, files: [], statusAfter: null };
}
