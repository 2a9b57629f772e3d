/** Brings the rows out of the cache into the window: a first page to draw at once, then all of them. */
import type { CacheReader } from './cache/cache-reader';
import { DamagedBlockError } from './cache/light-rows';
import type { Clock } from './clock';
import type { RowStore } from './stores/row-store';

const KEEP_FIRST_PAGE_EVERY_MS = 10_000;

export interface RowLoadingDeps {
  rows: RowStore;
  reader: CacheReader;
  clock: Clock;
  /** Resolves once what is known was painted and nothing more urgent is to be done. */
  whenIdle(): Promise<void>;
}

export class RowLoading {
  readonly #deps: RowLoadingDeps;
  #running = false;
  #firstPage = { version: -1, keptAt: 0 };

  constructor(deps: RowLoadingDeps) {
    this.#deps = deps;
  }

  get isRunning(): boolean {
    return this.#running;
  }

  /** Loads all rows; what fails is tried again. */
  async load(): Promise<void> {
    const { rows, reader } = this.#deps;
    this.#running = true;
    try {
      await rows.load(this.#patiently(reader.lightRows()));
    } catch (failure) {
      // A damaged block is found by the leader as well, which fills the cache anew.
      if (!(failure instanceof DamagedBlockError)) await this.#loadLater();
    } finally {
      this.#running = false;
    }
  }

  /** Puts in what was kept of the first pages, to be drawn before the rows are here. */
  async seedFirstPages(): Promise<void> {
    const { rows, reader } = this.#deps;
    try {
      for (const [filter, page] of await reader.firstPages()) rows.seedFirstPage(filter, page);
    } catch {
      // Then the rows come with the index.
    }
  }

  /** Keeps the first page for the next start, now and then. */
  async keepFirstPage(): Promise<void> {
    const { rows, reader, clock } = this.#deps;
    const now = clock.now();
    if (now - this.#firstPage.keptAt < KEEP_FIRST_PAGE_EVERY_MS) return;
    try {
      const found = await rows.firstPage();
      if (found === null || found.version === this.#firstPage.version) return;
      const { filter, version, ...page } = found;
      this.#firstPage = { version, keptAt: now };
      await reader.keepFirstPage(filter, page, now);
    } catch {
      // The next start draws a little later.
    }
  }

  /** Lets what the agent does go first, between any two pieces of a long work. */
  async *#patiently<T>(pieces: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const piece of pieces) {
      yield piece;
      await this.#deps.whenIdle();
    }
  }

  async #loadLater(): Promise<void> {
    await this.#deps.clock.sleep(1_000, new AbortController().signal);
    void this.load();
  }
}
