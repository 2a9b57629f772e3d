/** Where what was pulled is merged and stored: one thing after another, so that no two decide on the same past. */
import type { Change } from '../domain/entities';
import { newsOf, type HeldRows, type MarkedChange, type RowOrder } from './merge';
import type { SpoolPort } from './ports';
import { NO_FEED } from './spool-records';

/** Where the spool keeps the names of the feeds that are being read again. */
const REREAD = `${NO_FEED}reread`;

/** Some rows, and what the backend says of their age. */
export interface CameRows {
  changes: readonly Change[];
  /** One for each change; left out where the backend tells none. */
  ages?: readonly (number | null)[];
}

export class PulledRows {
  readonly #spool: SpoolPort;
  readonly held: HeldRows;
  #work: Promise<unknown> = Promise.resolve();

  constructor(spool: SpoolPort & HeldRows) {
    this.#spool = spool;
    this.held = spool;
  }

  cursorOf(feed: string): string | null {
    return this.#spool.cursorOf(feed);
  }

  /**
   * Stores what is news together with the cursor. Without news nothing is written, unless the
   * cursor moved and `keepCursor` wants it kept. Resolves with the news and the spool's newest seq.
   * @param stillWanted asked right before: changes for which it says no are left out
   */
  take(
    feed: string,
    cursor: string,
    { changes, ages = [] }: CameRows,
    { order, keepCursor, from, stillWanted }: TakeOptions,
  ): Promise<{ news: Change[]; seq: number | null }> {
    return this.#inTurn(async () => {
      if (from !== undefined && from !== this.#spool.cursorOf(feed)) return { news: [], seq: null };
      const news = newsOf(changes, ages, this.held, order).filter(stillWanted ?? (() => true));
      const moved = keepCursor && cursor !== this.#spool.cursorOf(feed);
      if (news.length === 0 && !moved) return { news: [], seq: null };
      const rows = news.map(({ change }) => change);
      const seq = await this.#spool.commit(
        feed,
        cursor,
        rows,
        news.map(({ mark }) => mark.age),
      );
      return { news: rows, seq: rows.length === 0 ? null : seq };
    });
  }

  /** Keeps a note beside the feeds, as it is when its turn has come; the same again is not written. */
  async keep(name: `${typeof NO_FEED}${string}`, note: () => string): Promise<void> {
    await this.#inTurn(async () => {
      const text = note();
      if (text !== this.#spool.cursorOf(name)) await this.#spool.commit(name, text, []);
    });
  }

  /** Whether a feed is being read again after its backend went back: then it is right whatever the ages say. */
  isReread(feed: string): boolean {
    return this.#rereads().includes(feed);
  }

  /** Notes durably that a feed is read again from its start, or that this has come to its end. */
  async markReread(feed: string, reread: boolean): Promise<void> {
    await this.#inTurn(async () => {
      const others = this.#rereads().filter((other) => other !== feed);
      await this.#spool.commit(REREAD, [...others, ...(reread ? [feed] : [])].join(' '), []);
    });
  }

  #rereads(): string[] {
    return (this.#spool.cursorOf(REREAD) ?? '').split(' ').filter((feed) => feed !== '');
  }

  #inTurn<R>(task: () => Promise<R>): Promise<R> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => undefined);
    return done;
  }
}

export interface TakeOptions {
  order: RowOrder;
  keepCursor: boolean;
  /** The feed's cursor when this was asked for: nothing is taken where it has been forgotten since. */
  from?: string | null;
  stillWanted?(news: MarkedChange): boolean;
}
