/** A puller with everything around it: a server of plain lists, a spool in memory, a clock to turn. */
import { BackendError } from '../backends/backend-error';
import { goneThread } from '../backends/changes';
import type { Backend, FeedPage, SweepPort } from '../backends/port';
import type { Change } from '../domain/entities';
import type { FailureKind } from '../domain/failures';
import type { ThreadHead } from '../domain/thread-moved';
import { createPuller, type Pulled, type Puller, type PullState } from '../sync/pull';
import { NOON } from './builders';
import { FakeBackend } from './fake-backend';
import { HeldSpool } from './held-spool';
import { seededRandom } from './seeded-random';
import { VirtualClock } from './virtual-clock';

export const AGENT = { accountId: 'a1', id: 'agent-1', name: 'Sample Agent', email: null };

/** A server whose feeds are lists; a cursor is how many rows were read. */
export class PullWorld {
  readonly clock = new VirtualClock(NOON);
  readonly feeds: Record<string, Change[]> = { conversations: [], messages: [] };
  readonly states: PullState[] = [];
  readonly pulled: Pulled[] = [];
  readonly asked: string[] = [];
  spool = new HeldSpool();
  readonly storageProblems: unknown[] = [];
  /** Every call fails so while set; `silence`: it never returns. */
  failing: FailureKind | 'silence' | null = null;
  retryAfterMs: number | null = null;
  push = false;
  /** Left out: the puller's own pause. */
  pollMs: number | undefined;
  hint: () => void = () => undefined;
  breakPush: (error: Error) => void = () => undefined;
  listening = 0;
  pageSize = 2;
  refusesCursors = false;
  /** What every page says, whatever was asked. */
  samePage: FeedPage | null = null;
  rejected: FeedPage['rejected'] = [];
  puller!: Puller;
  onRollback: () => Promise<void> = () => Promise.resolve();
  onBeginning: () => void = () => undefined;
  onAnchored: () => void = () => undefined;
  /** What a script of the backend throws that is no failure of a helpdesk. */
  stumbles: Error | null = null;
  /** Whether ids can be compared, and how often that was begun. */
  sweeps = false;
  sweepsBegun = 0;
  /** How one thread is read; left out: it cannot be. */
  thread: ((id: string) => ThreadHead) | null = null;
  readonly #stop = new AbortController();

  start(): () => void {
    this.puller = createPuller({
      accountId: 'a1',
      backend: this.#backend(),
      spool: this.spool,
      clock: this.clock,
      random: seededRandom(1),
      onState: (state) => this.states.push(state),
      onChanges: (pulled) => this.pulled.push(pulled),
      onStorageProblem: (error) => this.storageProblems.push(error),
      onRollback: () => this.onRollback(),
      onBeginning: () => this.onBeginning(),
      onAnchored: () => this.onAnchored(),
    });
    void this.puller.run(this.#stop.signal);
    return () => this.puller.kick();
  }

  get stored(): readonly Change[] {
    return this.spool.stored;
  }

  stop(): void {
    this.#stop.abort();
  }

  get state(): PullState {
    const state = this.states.at(-1);
    if (state === undefined) throw new Error('Nothing was told yet.');
    return state;
  }

  #backend(): Backend {
    const fake = new FakeBackend({ tier: 'T1', clock: this.clock, fault: () => 'none' });
    const answer = async <T>(value: () => T): Promise<T> => {
      await this.clock.sleep(10, this.#stop.signal);
      if (this.stumbles !== null) throw this.stumbles;
      if (this.failing === 'silence') return new Promise(() => undefined);
      if (this.failing !== null) {
        throw new BackendError(this.failing, `made to fail: ${this.failing}`, null, this.retryAfterMs);
      }
      return value();
    };
    return {
      descriptor: {
        ...fake.descriptor,
        supports: { ...fake.descriptor.supports, push: this.push },
        feeds: ['conversations', 'messages'],
        ...(this.pollMs === undefined ? {} : { pollMs: this.pollMs }),
      },
      whoAmI: () => answer(() => AGENT),
      pull: (feed, cursor) => {
        this.asked.push(`${feed} ${cursor ?? 'start'}`);
        return answer(() => this.#page(feed, cursor));
      },
      listen: (onHint) => {
        this.listening += 1;
        this.hint = onHint;
        return new Promise((_resolve, reject) => (this.breakPush = reject));
      },
      history: () => fake.history(),
      perform: (operation, signal) => fake.perform(operation, signal),
      findByRef: (id, ref, signal) => fake.findByRef(id, ref, signal),
      upload: (file, ref, signal) => fake.upload(file, ref, signal),
      download: () => fake.download(),
      ...(this.thread && {
        thread: (id) => {
          this.asked.push(`thread ${id}`);
          return answer(() => this.thread?.(id) ?? goneThread());
        },
      }),
      ...(this.sweeps && { sweep: this.#sweep() }),
    };
  }

  #sweep(): SweepPort {
    return {
      kinds: ['message'],
      rowsAtOnce: 5,
      ids: () => {
        this.sweepsBegun += 1;
        const ids = (this.feeds['messages'] ?? []).map(({ id }) => ({ id, age: null }));
        return Promise.resolve({ ids, next: null });
      },
      rows: () => Promise.resolve({ changes: [], rejected: [] }),
    };
  }

  #page(feed: string, cursor: string | null): FeedPage {
    if (cursor === 'forgotten' || (cursor !== null && this.refusesCursors)) {
      throw new BackendError('invalid', 'bad cursor');
    }
    if (this.samePage !== null) return this.samePage;
    const rows = this.feeds[feed] ?? [];
    const from = Number(cursor ?? 0);
    const changes = rows.slice(from, from + this.pageSize);
    const to = from + changes.length;
    return { changes, cursor: String(to), more: to < rows.length, rejected: this.rejected };
  }
}
