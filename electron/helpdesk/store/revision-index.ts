/**
 * Ids in the order of their last change. Reading a page costs the page, not the collection:
 * entries that were overtaken by a newer change are skipped, and dropped once they are a quarter.
 */
const SPARE_ENTRIES = 256;

interface Entry {
  rev: number;
  id: string;
}

export class RevisionIndex {
  private entries: Entry[] = [];
  private readonly newest = new Map<string, number>();

  /** Notes that `id` changed at `rev`, which is higher than every one before. */
  push(rev: number, id: string): void {
    this.entries.push({ rev, id });
    this.newest.set(id, rev);
    if (this.entries.length > this.newest.size * 1.25 + SPARE_ENTRIES) this.compact();
  }

  /** Replaces everything, for a store that has just been read; the entries need not be ordered. */
  load(entries: Iterable<Entry>): void {
    this.newest.clear();
    this.entries = [...entries].sort((a, b) => a.rev - b.rev);
    for (const { rev, id } of this.entries) this.newest.set(id, rev);
  }

  /**
   * The ids changed after `rev` and not after `upTo`, oldest change first.
   * An id whose newest change lies after `upTo` is left for a later page.
   */
  *after(rev: number, upTo: number): Generator<Entry> {
    for (let at = this.firstAfter(rev); at < this.entries.length; at += 1) {
      const entry = this.entries[at]!;
      if (entry.rev > upTo) return;
      if (this.newest.get(entry.id) === entry.rev) yield entry;
    }
  }

  private firstAfter(rev: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.entries[middle]!.rev <= rev) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private compact(): void {
    this.entries = this.entries.filter(({ rev, id }) => this.newest.get(id) === rev);
  }
}
