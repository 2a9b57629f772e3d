/**
 * Rows that could not be understood, each counted once for as long as it cannot be: what comes after all
 * counts no more, and what is told again at every pull stays one. Conversations whose own requests failed
 * are counted where they are kept (`unread-threads.ts`).
 */
import type { PulledPage, RejectedRow } from '../backends/port';

/** More are counted and not told apart. */
const MOST_KNOWN = 10_000;
/** Of what is wrong with them so much is told. */
export const PROBLEMS_TOLD = 5;

/** Where an id sweep found a row. */
const SWEEP = '';

export class SetAside {
  /** By feed, kind and id; the one told last is the last. */
  readonly #rows = new Map<string, RejectedRow>();
  #beyond = 0;

  get count(): number {
    return this.#rows.size + this.#beyond;
  }

  /** What is wrong with those told last, each once. */
  get because(): readonly string[] {
    const problems = [...this.#rows.values()].reverse().map(({ problem }) => problem);
    return [...new Set(problems)].slice(0, PROBLEMS_TOLD);
  }

  /** Takes note of a page of a feed. */
  pulled(feed: string, { changes, rejected }: PulledPage): void {
    for (const { kind, id } of this.#rows.size === 0 ? [] : changes) this.#came(feed, kind, id);
    broken(rejected).forEach((row, index) => this.#add(feed, row, index));
  }

  /** Takes note of what an id sweep was answered; it replaces what feeds told of the same things. */
  swept({ changes, rejected }: PulledPage): void {
    for (const { kind, id } of this.#rows.size === 0 ? [] : [...changes, ...rejected]) {
      if (id === null) continue;
      for (const [key, row] of this.#rows) {
        const same = row.kind === undefined || kind === undefined || row.kind === kind;
        if (row.id === id && same) this.#rows.delete(key);
      }
    }
    broken(rejected).forEach((row, index) => this.#add(SWEEP, row, index));
  }

  #came(feed: string, kind: string, id: string): void {
    this.#rows.delete(keyOf(feed, undefined, id));
    this.#rows.delete(keyOf(feed, kind, id));
    this.#rows.delete(keyOf(SWEEP, kind, id));
  }

  /** Rows without an id are told apart by their place and their fault. */
  #add(feed: string, row: RejectedRow, index: number): void {
    const key = row.id === null ? `${feed}\n?${index}\n${row.problem}` : keyOf(feed, row.kind, row.id);
    if (!this.#rows.delete(key) && this.#rows.size >= MOST_KNOWN) {
      this.#beyond += 1;
      return;
    }
    this.#rows.set(key, row);
  }
}

const broken = (rejected: readonly RejectedRow[]): RejectedRow[] =>
  rejected.filter(({ unread }) => unread === undefined);

function keyOf(feed: string, kind: string | undefined, id: string): string {
  return `${feed}\n${kind ?? ''}\n${id}`;
}
