/** The only writer of the cache: one per leader, one write at a time, each guarded by the lead. */
import type { CacheDb, CursorRecord } from './cache-db';
import type { Codec } from './codec';
import { DamagedBlockError } from './light-rows';
import { LightBlocks } from './light-blocks';
import { assertLeads, dropAccount, emptyCache, storeBatch, type Batch } from './store-changes';
import type { Delta } from '../leader/channel';
import type { FillReason } from '../shapes';

/** Blocks are rewritten once this many rows changed… */
const FLUSH_AT_ROWS = 1_000;
/** …or when nothing changed for this long… */
const FLUSH_WHEN_IDLE_MS = 3_000;
/** …or at the latest after this. */
const FLUSH_AT_LATEST_MS = 60_000;

interface TakeOver {
  writer: CacheWriter;
  /** Why the cache had to be emptied; `null` when it could be kept. */
  emptied: FillReason | null;
}

export class CacheWriter {
  readonly #db: CacheDb;
  readonly #codec: Codec;
  readonly leaderEpoch: number;
  #blocks = new LightBlocks();
  #hostEpoch: string | null;
  #last: Promise<unknown> = Promise.resolve();
  #changedAt = 0;
  #flushedAt = 0;

  private constructor(db: CacheDb, codec: Codec, leaderEpoch: number, hostEpoch: string | null) {
    this.#db = db;
    this.#codec = codec;
    this.leaderEpoch = leaderEpoch;
    this.#hostEpoch = hostEpoch;
  }

  /**
   * Makes the cache this leader's and looks whether it is whole: Chromium empties a damaged
   * database without an error.
   * @param hadCache whether this origin once had a cache: tells a lost one from a first start
   */
  static async takeOver(db: CacheDb, codec: Codec, hadCache: boolean, now: number): Promise<TakeOver> {
    await db.open();
    const owner = await db.owner.get('owner');
    // Never an epoch that was used before, also when the old number is lost.
    const leaderEpoch = Math.max(now, (owner?.leaderEpoch ?? 0) + 1);
    const writer = new CacheWriter(db, codec, leaderEpoch, owner?.hostEpoch ?? null);
    if (owner === undefined) {
      await writer.empty(null);
      return { writer, emptied: hadCache ? 'emptied' : 'first' };
    }
    await db.owner.put({ ...owner, leaderEpoch });
    if (await writer.#isWhole()) return { writer, emptied: null };
    await writer.empty(null);
    return { writer, emptied: 'damaged' };
  }

  get hostEpoch(): string | null {
    return this.#hostEpoch;
  }

  cursor(accountId: string): Promise<CursorRecord | undefined> {
    return this.#db.cursors.get(accountId);
  }

  async accountIds(): Promise<string[]> {
    return this.#db.cursors.toCollection().primaryKeys();
  }

  /** @throws LostLeadError, CacheLostError */
  assertLeads(): Promise<void> {
    return this.#exclusively(() => assertLeads(this.#db, this.leaderEpoch));
  }

  /** @throws LostLeadError, CacheLostError */
  store(batch: Batch, now: number): Promise<Delta> {
    return this.#exclusively(async () => {
      const delta = await storeBatch(this.#db, this.#codec, this.leaderEpoch, batch);
      for (const row of delta.light) this.#blocks.note(row.key, row);
      for (const { key } of delta.removed) this.#blocks.note(key, null);
      this.#changedAt = now;
      if (this.#blocks.pending >= FLUSH_AT_ROWS) await this.#flush(now);
      return delta;
    });
  }

  /** Rewrites the blocks when it is time. @throws LostLeadError, CacheLostError */
  flushIfDue(now: number): Promise<void> {
    return this.#exclusively(async () => {
      const idle = now - this.#changedAt >= FLUSH_WHEN_IDLE_MS;
      const overdue = now - this.#flushedAt >= FLUSH_AT_LATEST_MS;
      if (this.#blocks.pending > 0 && (idle || overdue)) await this.#flush(now);
    });
  }

  /** @throws LostLeadError, CacheLostError */
  dropAccount(accountId: string): Promise<void> {
    return this.#exclusively(async () => {
      await dropAccount(this.#db, this.leaderEpoch, accountId);
      this.#blocks.noteAccountGone(accountId);
    });
  }

  /** Forgets everything; from now on the rows are those of `hostEpoch`. */
  empty(hostEpoch: string | null): Promise<void> {
    return this.#exclusively(async () => {
      await emptyCache(this.#db, this.leaderEpoch, hostEpoch);
      this.#blocks = new LightBlocks();
      this.#hostEpoch = hostEpoch;
    });
  }

  /** Notes whose rows a cache that was empty is being filled with. */
  adopt(hostEpoch: string): Promise<void> {
    return this.#exclusively(async () => {
      await this.#db.transaction('rw', this.#db.owner, async () => {
        await assertLeads(this.#db, this.leaderEpoch);
        await this.#db.owner.put({ name: 'owner', leaderEpoch: this.leaderEpoch, hostEpoch });
      });
      this.#hostEpoch = hostEpoch;
    });
  }

  async #flush(now: number): Promise<void> {
    await this.#blocks.flush(this.#db, this.#codec, () => assertLeads(this.#db, this.leaderEpoch));
    this.#flushedAt = now;
  }

  async #isWhole(): Promise<boolean> {
    try {
      this.#blocks = await LightBlocks.open(this.#db, this.#codec);
    } catch (failure) {
      if (failure instanceof DamagedBlockError) return false;
      throw failure;
    }
    if (!(await this.#blocks.fits(this.#db))) return false;
    const canaries = (await this.#db.cursors.toArray()).flatMap(({ canary }) =>
      canary === null ? [] : [canary],
    );
    return (await this.#db.messages.bulkGet(canaries)).every((message) => message !== undefined);
  }

  #exclusively<T>(write: () => Promise<T>): Promise<T> {
    const result = this.#last.then(write, write);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
