/** A queue in order: ascending by rank, ties by key. */
import type { LightRow } from '../cache/light-rows';

/** A light row with its place in every queue. Never changed once it is in a list. */
export interface Entry extends LightRow {
  rank: number;
}

/** A change of one conversation inside a list: `null` where it was not, or is not, a member. */
export interface Move {
  from: Entry | null;
  to: Entry | null;
}

/** Above this many moves one linear pass is cheaper than as many splices. */
const SPLICE_AT_MOST = 24;

export function compareEntries(a: Entry, b: Entry): number {
  return a.rank - b.rank || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
}

export class SortedList {
  #entries: Entry[];
  #version = 0;

  /** @param entries already in order */
  constructor(entries: Entry[] = []) {
    this.#entries = entries;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Rises with every change of order or membership. */
  get version(): number {
    return this.#version;
  }

  at(position: number): Entry | undefined {
    return this.#entries[position];
  }

  /** Position of an entry, or -1. Binary search: the entry must carry its rank. */
  indexOf(entry: Entry): number {
    const position = this.#lowerBound(entry);
    return this.#entries[position]?.key === entry.key ? position : -1;
  }

  filtered(belongs: (entry: Entry) => boolean): Entry[] {
    return this.#entries.filter(belongs);
  }

  /** Applies the moves of different conversations. */
  apply(moves: readonly Move[]): void {
    if (moves.length === 0) return;
    if (moves.length > SPLICE_AT_MOST) this.#merge(moves);
    else for (const move of moves) this.#splice(move);
  }

  #splice({ from, to }: Move): void {
    if (from !== null) {
      const position = this.indexOf(from);
      if (position !== -1 && to !== null && compareEntries(from, to) === 0) {
        this.#entries[position] = to;
        return;
      }
      if (position !== -1) this.#entries.splice(position, 1);
    }
    if (to !== null) this.#entries.splice(this.#lowerBound(to), 0, to);
    this.#version += 1;
  }

  #merge(moves: readonly Move[]): void {
    const leaving = new Set(moves.flatMap(({ from }) => (from === null ? [] : [from])));
    const arriving = moves.flatMap(({ to }) => (to === null ? [] : [to])).sort(compareEntries);
    const merged: Entry[] = [];
    let next = 0;
    for (const entry of this.#entries) {
      if (leaving.has(entry)) continue;
      for (let first = arriving[next]; first !== undefined && compareEntries(first, entry) < 0;) {
        merged.push(first);
        first = arriving[++next];
      }
      merged.push(entry);
    }
    for (; next < arriving.length; next += 1) merged.push(arriving[next]!);
    this.#entries = merged;
    this.#version += 1;
  }

  /** First position whose entry does not come before the given one. */
  #lowerBound(entry: Entry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareEntries(this.#entries[middle]!, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
