/**
 * The delivery log as a screen reads it: newest first, older pages from the host as they are asked
 * for, what happens meanwhile laid over them. Before the first page, and when the host does not
 * answer, it shows what this window knows.
 */
import type { OutboxRow } from '@shared/domain/intents';
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
}

/** Rows older than an order, newest first. */
export interface OlderPage {
  rows: readonly OutboxRow[];
  /** Ask again with this; `null` at the oldest. */
  before: number | null;
}

export interface DeliveryLogDeps {
  door: {
    /** @param before `null` for the newest. @throws DoorFailure */
    log(before: number | null, limit: number): Promise<OlderPage>;
  };
  outbox: Pick<OutboxStore, 'known' | 'unconfirmed'>;
}

export class DeliveryLog {
  readonly view = new Signal<LogView>({ rows: [], older: 'more' });
  readonly #deps: DeliveryLogDeps;
  readonly #rows = new Map<string, OutboxRow>();
  /** Every row of this order and above is here; `Infinity` before the first page. */
  #readDownTo = Infinity;
  #reading: Promise<void> | null = null;

  constructor(deps: DeliveryLogDeps) {
    this.#deps = deps;
  }

  /** Follows what happens until the returned function is called, and reads the first page. */
  open(): () => void {
    const stop = this.#deps.outbox.unconfirmed.subscribe(() => this.#takeKnown());
    this.#takeKnown();
    void this.readOlder();
    return stop;
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
      const page = await this.#deps.door.log(before, PAGE_ROWS);
      for (const row of page.rows) this.#take(row);
      this.#readDownTo = page.before ?? -Infinity;
      this.#done(page.before === null ? 'none' : 'more');
    } catch {
      this.#done('unreachable');
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
    this.view.set({ rows, older });
  }
}
