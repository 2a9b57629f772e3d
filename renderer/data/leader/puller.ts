/** Brings the accounts' spools into the cache, each account in its own loop. */
import type { ChangesPage } from '@shared/contract/door';
import { followSpool } from '@shared/sync/follow-spool';
import type { CacheWriter } from '../cache/cache-writer';
import { isFull } from '../cache/store-bucket';
import type { Clock } from '../clock';
import type { DoorClient } from '../door/door-client';
import { DoorFailure } from '../door/failure';
import type { WindowChannel } from './channel';

/** Changes asked for at once. */
const PAGE_ROWS = 1_000;
/** Changes written in one transaction while much is to be caught up. */
const BATCH_ROWS = 250;
/**
 * The same while somebody reads: a reader waits for the transaction before it, and 500 rows cost
 * it 56–90 ms at the 95th percentile, 100 about 20 ms.
 */
const BATCH_ROWS_WHILE_READING = 100;
/** How long a reader is expected to read on. */
const READING_LASTS_MS = 1_000;
export const RETRY_MS = 2_000;
/** Room is made by a person: looking for it more often only wears the disk. */
export const FULL_RETRY_MS = 10_000;

export interface PullerDeps {
  door: DoorClient;
  writer: CacheWriter;
  channel: WindowChannel;
  clock: Clock;
  /** The rows of an account came from another spool than the cached ones, which are gone now. */
  onReplaced(accountId: string): void;
  onStored(rows: number): void;
  /** There is no room to write; it is tried again by itself. */
  onFull(): void;
  /** Writing failed: the term of this leader is over. */
  onBroken(failure: unknown): void;
}

interface Pull {
  running: Promise<boolean>;
  again: boolean;
}

export class Puller {
  readonly #deps: PullerDeps;
  readonly #signal: AbortSignal;
  readonly #pulls = new Map<string, Pull>();

  #readAt = Number.NEGATIVE_INFINITY;

  constructor(deps: PullerDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
    const stop = deps.channel.listen((message) => {
      if (message.type === 'reading') this.#readAt = deps.clock.monotonic();
    });
    signal.addEventListener('abort', stop, { once: true });
  }

  /** Pulls an account; resolves with true at its end, with false when it failed and will be tried again. */
  pull(accountId: string): Promise<boolean> {
    const known = this.#pulls.get(accountId);
    if (known !== undefined) {
      known.again = true;
      return known.running;
    }
    const pull: Pull = { running: Promise.resolve(false), again: false };
    pull.running = this.#run(accountId, pull);
    this.#pulls.set(accountId, pull);
    return pull.running;
  }

  async #run(accountId: string, pull: Pull): Promise<boolean> {
    try {
      do {
        pull.again = false;
        await this.#toTheEnd(accountId);
      } while (pull.again);
      return true;
    } catch (failure) {
      if (this.#signal.aborted) return false;
      if (failure instanceof DoorFailure && failure.code === 'not-found') return true;
      if (isFull(failure)) {
        this.#deps.onFull();
        void this.#later(accountId, FULL_RETRY_MS);
      } else if (failure instanceof DoorFailure) void this.#later(accountId, RETRY_MS);
      else this.#deps.onBroken(failure);
      return false;
    } finally {
      this.#pulls.delete(accountId);
    }
  }

  async #later(accountId: string, ms: number): Promise<void> {
    await this.#deps.clock.sleep(ms, this.#signal);
    if (!this.#signal.aborted) await this.pull(accountId);
  }

  async #toTheEnd(accountId: string): Promise<void> {
    const { door, writer, onReplaced } = this.#deps;
    await followSpool<ChangesPage>({
      cursor: async () => (await writer.cursor(accountId)) ?? null,
      ask: (after) => door.changes(accountId, after, PAGE_ROWS, this.#signal),
      async drop() {
        await writer.dropAccount(accountId);
        onReplaced(accountId);
      },
      store: (page) => this.#store(accountId, page),
    });
  }

  async #store(accountId: string, { changes, epoch, seq }: ChangesPage): Promise<void> {
    const { writer, channel, clock } = this.#deps;
    for (let from = 0, rows = 0; from < changes.length; from += rows) {
      this.#signal.throwIfAborted();
      rows = clock.monotonic() - this.#readAt < READING_LASTS_MS ? BATCH_ROWS_WHILE_READING : BATCH_ROWS;
      const batch = changes.slice(from, from + rows);
      const isLast = from + rows >= changes.length;
      const reached = isLast ? seq : batch.at(-1)!.seq;
      const delta = await writer.store(
        { accountId, spoolEpoch: epoch, changes: batch, seq: reached },
        clock.now(),
      );
      channel.send(delta);
      this.#deps.onStored(batch.length);
    }
  }
}
