/**
 * The delivery log as a screen reads it: newest first, older pages from the host as they are asked
 * for, what happens meanwhile laid over them. Before the first page, and when the host does not
 * answer, it shows what this window knows.
 *
 * With a filter it is the host that looks: it finds by words of conversations that may not be here,
 * and sends only what fits.
 */
import type { OutboxRow } from '@shared/domain/intents';
import { isFiltered, type LogFilter } from '@shared/domain/log-filter';
import type { OutboxStore } from './outbox-store';
import { Signal } from './signal';

/** In one request. */
const PAGE_ROWS = 200;

/** What is known of what lies below the rows: asked for, there to be asked for, nothing, no answer. */
export type OlderRows = 'reading' | 'more' | 'none' | 'unreachable';

export interface LogView {
  /** Newest first. */
  rows: readonly OutboxRow[];
  older: OlderRows;
  /** What the host found to fit the filter; without one, nothing. What this window knows may fit too. */
  found: ReadonlySet<string>;
  /** So far back the host has looked (when that row was decided); `null` before the first answer. */
  reachedAt: number | null;
}

/** Rows older than an order, newest first. */
export interface OlderPage {
  rows: readonly OutboxRow[];
  /** Ask again with this; `null` at the oldest. */
  before: number | null;
  reachedAt?: number | null | undefined;
}

export interface DeliveryLogDeps {
  door: {
    /** @param before `null` for the newest. @throws DoorFailure; the signal's reason when aborted */
    log(before: number | null, limit: number, filter: LogFilter, signal: AbortSignal): Promise<OlderPage>;
  };
  outbox: Pick<OutboxStore, 'known' | 'unconfirmed'>;
}

export class DeliveryLog {
  readonly view = new Signal<LogView>({ rows: [], older: 'more', found: new Set(), reachedAt: null });
  readonly #deps: DeliveryLogDeps;
  readonly #filter: LogFilter;
  readonly #rows = new Map<string, OutboxRow>();
  /** Every row of this order and above is here; `Infinity` before the first page. */
  #readDownTo = Infinity;
  #reading: Promise<void> | null = null;
  readonly #found = new Set<string>();
  #reachedAt: number | null = null;
  #open = new AbortController();

  constructor(deps: DeliveryLogDeps, filter: LogFilter) {
    this.#deps = deps;
    this.#filter = filter;
  }

  /** Follows what happens until the returned function is called, and reads the first page unless it is here. */
  open(): () => void {
    this.#open = new AbortController();
    const stop = this.#deps.outbox.unconfirmed.subscribe(() => this.#takeKnown());
    this.#takeKnown();
    if (this.#readDownTo === Infinity) void this.readOlder();
    return () => {
      stop();
      // Nobody waits for it any more: the host looks no further.
      this.#open.abort();
    };
  }

  /** Reads the next page, unless one is being read or there is none. Never rejects. */
  readOlder(): Promise<void> {
    if (this.view.get().older === 'none') return Promise.resolve();
    this.#reading ??= this.#readPage();
    return this.#reading;
  }

  async #readPage(): Promise<void> {
    this.#show('reading');
    const before = this.#readDownTo === Infinity ? null : this.#readDownTo;
    try {
      const page = await this.#deps.door.log(before, PAGE_ROWS, this.#filter, this.#open.signal);
      for (const row of page.rows) this.#take(row);
      if (isFiltered(this.#filter)) for (const { intent } of page.rows) this.#found.add(intent.ref);
      this.#readDownTo = page.before ?? -Infinity;
      this.#reachedAt = page.reachedAt ?? this.#reachedAt;
      this.#done(page.before === null ? 'none' : 'more');
    } catch {
      // Given up on, it can be asked again when it is opened again.
      this.#done(this.#open.signal.aborted ? 'more' : 'unreachable');
    }
  }

  #done(older: OlderRows): void {
    // First, for whoever hears that there is more may ask for it at once.
    this.#reading = null;
    this.#show(older);
  }

  #takeKnown(): void {
    let news = false;
    for (const row of this.#deps.outbox.known()) news = this.#take(row) || news;
    if (news) this.#show(this.view.get().older);
  }

  #take(row: OutboxRow): boolean {
    const known = this.#rows.get(row.intent.ref);
    if (known !== undefined && known.revision >= row.revision) return false;
    this.#rows.set(row.intent.ref, row);
    return true;
  }

  #show(older: OlderRows): void {
    const rows = [...this.#rows.values()]
      // An old row that still waits would stand beside ones that are years younger.
      .filter(({ order }) => this.#readDownTo === Infinity || order >= this.#readDownTo)
      .sort((a, b) => b.order - a.order);
    this.view.set({ rows, older, found: new Set(this.#found), reachedAt: this.#reachedAt });
  }
}
