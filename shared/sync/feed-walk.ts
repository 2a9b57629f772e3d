/**
 * One feed within one pull, from where it stands to its end. Where the backend's cursor may miss
 * rows it begins a little earlier; repeats are recognised and cost nothing.
 */
import { BackendError } from '../backends/backend-error';
import type { Backend, FeedPage } from '../backends/port';
import type { Change } from '../domain/entities';
import type { PulledRows } from './pulled-rows';

export interface FeedWalkOptions {
  feed: string;
  backend: Backend;
  rows: PulledRows;
  /** The backend does not know the cursor it gave: it was restored, or set up anew. */
  onForgotten(): Promise<void>;
}

/** What one page brought once it is durable. */
export interface WalkedPage {
  news: readonly Change[];
  /** Newest seq of the spool; `null` when nothing was news. */
  seq: number | null;
  more: boolean;
}

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
  /** The cursor was not known any more; a second time it is the backend that is wrong. */
  #begunAnew = false;

  constructor(options: FeedWalkOptions) {
    const { feed, backend, rows } = options;
    this.feed = feed;
    this.#options = options;
    this.#stored = rows.cursorOf(feed);
    this.#at = this.#stored === null ? null : (backend.rewind?.(feed, this.#stored) ?? this.#stored);
    this.#overlapping = this.#at !== this.#stored;
  }

  async ask(signal: AbortSignal): Promise<FeedPage> {
    const { backend, rows, onForgotten } = this.#options;
    // Rows that turned out damaged have made the spool forget its cursors.
    const stored = rows.cursorOf(this.feed);
    if (stored === null && this.#stored !== null) this.#beginAt(null);
    this.#stored = stored;
    try {
      return await backend.pull(this.feed, this.#at, signal);
    } catch (error) {
      const forgotten = error instanceof BackendError && error.kind === 'invalid' && this.#at !== null;
      if (!forgotten) throw error;
      if (this.#begunAnew) {
        throw new BackendError('nonsense', `The feed "${this.feed}" refuses every cursor it gives.`);
      }
      this.#begunAnew = true;
      await rows.markReread(this.feed, true);
      await onForgotten();
      this.#beginAt(null);
      return backend.pull(this.feed, null, signal);
    }
  }

  async store(page: FeedPage): Promise<WalkedPage> {
    const { backend, rows } = this.#options;
    const { feed } = this;
    if (page.more && (page.cursor === this.#at || this.#cursors.has(page.cursor))) {
      throw new BackendError('nonsense', `The feed "${feed}" promises more but stands still.`);
    }
    this.#cursors.add(page.cursor);
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
      return { news, seq, more: true };
    }
    if (!page.more) {
      this.#overlapping = false;
      if (reread) await rows.markReread(feed, false);
    }
    return { news, seq, more: page.more };
  }

  #beginAt(cursor: string | null): void {
    this.#at = cursor;
    this.#overlapping = false;
    this.#cursors.clear();
  }
}
