/** The spool as a puller sees it, in memory: for tests that are about something else than its disk. */
import type { Change, EntityKind } from '../domain/entities';
import { fingerprint, type HeldRows, type RowMark } from '../sync/merge';
import type { SpoolPort } from '../sync/ports';

export class HeldSpool implements SpoolPort, HeldRows {
  readonly cursors = new Map<string, string>();
  readonly rows = new Map<string, { change: Change; mark: RowMark }>();
  /** Every change that was stored, in order. */
  readonly stored: Change[] = [];
  commits = 0;
  /** While set, nothing can be stored. */
  full = false;

  cursorOf(feed: string): string | null {
    return this.cursors.get(feed) ?? null;
  }

  commit(
    feed: string,
    cursor: string,
    changes: readonly Change[],
    ages: readonly (number | null)[] = [],
  ): Promise<number> {
    if (this.full) return Promise.reject(new Error('ENOSPC'));
    this.commits += 1;
    changes.forEach((change, i) => {
      const mark = { age: ages[i] ?? null, print: fingerprint(change), gone: change.row === null };
      this.rows.set(`${change.kind}/${change.id}`, { change, mark });
      this.stored.push(change);
    });
    this.cursors.set(feed, cursor);
    return Promise.resolve(this.stored.length);
  }

  markOf(kind: EntityKind, id: string): RowMark | null {
    return this.rows.get(`${kind}/${id}`)?.mark ?? null;
  }

  idsOf(kind: EntityKind): string[] {
    return [...this.rows.values()]
      .filter(({ change }) => change.kind === kind && change.row !== null)
      .map(({ change }) => change.id);
  }

  /** Live rows by `kind/id`. */
  live(): Map<string, unknown> {
    const live = [...this.rows].filter(([, { change }]) => change.row !== null);
    return new Map(live.map(([key, { change }]) => [key, change.row]));
  }
}
