/**
 * One feed within one pull, from where it stands to its end. Where the backend's cursor may miss
 * rows it begins a little earlier; repeats are recognised and cost nothing.
 */
import { asBackend, BackendError } from '../backends/backend-error';
import type { Backend, FeedPage } from '../backends/port';
import type { Change } from '../domain/entities';
import type { PulledRows } from './pulled-rows';

export interface FeedWalkOptions {
  feed: string;
  backend: Backend;
  rows: PulledRows;
  /** By feed, kept between walks: where the last whole one stood when it began; see {@link PAGES_AGAIN}. */
  begun?: Map<string, string | null>;
  /** The backend does not know the cursor it gave: it was restored, or set up anew. */
  onForgotten(): Promise<void>;
}

/** What one page brought once it is durable. */
export interface WalkedPage {
  news: readonly Change[];
  /** Newest seq of the spool; `null` when nothing was news. */
  seq: number | null;
  more: boolean;
  /** It was read from the feed's beginning, and its cursor is kept: a server that goes back refuses that. */
  anchored: boolean;
}

/**
 * A backend's overlap covers how late a row may appear, not how long a walk takes: a row that appears
 * behind a slow walk is behind the overlap of the next one as well, unless that begins where the slow
 * one did. After many pages (a first sync) it goes back so many, for new rows are on the last of them.
 */
const PAGES_AGAIN = 10;

export class FeedWalk {
  readonly feed: string;
  readonly #options: FeedWalkOptions;
  /** The cursor in the spool as this walk last saw it. */
  #stored: string | null;
  /** Where the next page begins. */
  #at: string | null;
  /** Behind the stored cursor: what ends here is not worth storing by itself. */
  #overlapping: boolean;
  /** Where pages have ended: what shows that a backend leads us in a circle, which would never end. */
  readonly #cursors = new Set<string>();
  /** Where its last pages began, and at first what was stored. */
  #starts: (string | null)[];
  readonly #begun: Map<string, string | null>;
  /** The cursor was not known any more; a second time it is the backend that is wrong. */
  #begunAnew = false;

  constructor(options: FeedWalkOptions) {
    const { feed, backend, rows, begun = new Map<string, string | null>() } = options;
    this.feed = feed;
    this.#options = options;
    this.#stored = rows.cursorOf(feed);
    this.#begun = begun;
    this.#starts = [this.#stored];
    const last = begun.get(feed);
    const since = last === undefined ? this.#stored : last;
    this.#at = this.#stored;
    if (this.#stored !== null && backend.rewind !== undefined) {
      this.#at = since === null ? null : backend.rewind(feed, since);
    }
    this.#overlapping = this.#at !== this.#stored;
  }

  /**
   * Its next page is the feed's first, perhaps though a later place is known: nothing would be refused
   * then by a server that went back, and what was known of its old life is replaced.
   */
  get begins(): boolean {
    return this.#at === null;
  }

  async ask(signal: AbortSignal): Promise<FeedPage> {
    const { backend, rows, onForgotten } = this.#options;
    // Rows that turned out damaged have made the spool forget its cursors.
    const stored = rows.cursorOf(this.feed);
    if (stored === null && this.#stored !== null) this.#beginAt(null);
    this.#stored = stored;
    try {
      return await asBackend(backend.pull(this.feed, this.#at, signal));
    } catch (error) {
      if (!(error instanceof BackendError) || this.#at === null) throw error;
      // An expired cursor proves no restore: nothing that was confirmed is doubted.
      const expired = error.kind === 'cursor-expired';
      if (!expired && error.kind !== 'invalid') throw error;
      if (this.#begunAnew) {
        throw new BackendError('nonsense', `The feed "${this.feed}" refuses every cursor it gives.`);
      }
      this.#begunAnew = true;
      if (!expired) {
        await rows.markReread(this.feed, true);
        await onForgotten();
      }
      this.#beginAt(null);
      return asBackend(backend.pull(this.feed, null, signal));
    }
  }

  async store(page: FeedPage): Promise<WalkedPage> {
    const { backend, rows } = this.#options;
    const { feed } = this;
    if (page.more && (page.cursor === this.#at || this.#cursors.has(page.cursor))) {
      throw new BackendError('nonsense', `The feed "${feed}" promises more but stands still.`);
    }
    this.#cursors.add(page.cursor);
    const fromBeginning = this.#at === null;
    this.#at = page.cursor;
    const reread = rows.isReread(feed);
    const order = backend.descriptor.overlapMs === undefined || reread ? 'arrival' : 'age';
    const keepCursor = !page.more || !this.#overlapping;
    const from = this.#stored;
    const { news, seq } = await rows.take(feed, page.cursor, page, { order, keepCursor, from });
    this.#stored = rows.cursorOf(feed);
    // Forgotten since this page was asked for.
    if (this.#stored === null) {
      this.#beginAt(null);
      return { news, seq, more: true, anchored: false };
    }
    // Pages of repeats are not counted, or each walk would go back as far as the one before it.
    if (page.more && seq !== null) this.#starts = [...this.#starts, page.cursor].slice(-PAGES_AGAIN);
    if (!page.more) {
      this.#begun.set(feed, this.#starts[0] ?? null);
      this.#overlapping = false;
      if (reread) await rows.markReread(feed, false);
    }
    return { news, seq, more: page.more, anchored: fromBeginning };
  }

  #beginAt(cursor: string | null): void {
    this.#at = cursor;
    this.#starts = [cursor];
    this.#begun.delete(this.feed);
    this.#overlapping = false;
    this.#cursors.clear();
  }
}
