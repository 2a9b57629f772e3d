/**
 * Which of two rows of the same thing counts: the one the spool holds, or one that just came.
 *
 *   same content, same age          a repeat          → nothing happens
 *   order 'arrival'                 (gap-free cursor) → what comes later counts
 *   order 'age'  older than held    (late, or a replica that lags) → nothing happens
 *                same age           a tombstone counts before a row, else what comes later
 *                newer, or unknown  → what came counts
 *
 * A tombstone without an age of its own takes over the age of the row it buries, so that a late
 * older row cannot bring the thing back while one that is truly newer can.
 */
import type { Change, EntityKind } from '../domain/entities';
import { hash53 } from '../domain/hash53';

/** What is remembered of a row without keeping it. */
export interface RowMark {
  /** Never falls for the same thing: a revision, or `updated_at` in ms. `null`: the backend tells none. */
  age: number | null;
  /** {@link fingerprint}; `null` for rows kept by builds that took none. */
  print: number | null;
  /** It is a tombstone. */
  gone: boolean;
}

/** 'arrival' where the cursor is a gap-free revision; 'age' where pages overlap or may come late. */
export type RowOrder = 'arrival' | 'age';

/** What the spool holds, by mark. */
export interface HeldRows {
  /** `null` when it never held that thing. */
  markOf(kind: EntityKind, id: string): RowMark | null;
  /** Ids of all live rows of a kind, and of rows that went bad since it was opened; tombstones left out. */
  idsOf(kind: EntityKind): Iterable<string>;
}

/** A change with what will be remembered of it. */
export interface MarkedChange {
  change: Change;
  mark: RowMark;
}

/** Those of the changes that count, in their order. `ages` belong to `changes` one by one. */
export function newsOf(
  changes: readonly Change[],
  ages: readonly (number | null)[],
  held: Pick<HeldRows, 'markOf'>,
  order: RowOrder,
): MarkedChange[] {
  const before = new Map<string, RowMark>();
  const news: MarkedChange[] = [];
  changes.forEach((change, i) => {
    const key = `${change.kind}/${change.id}`;
    const holds = before.get(key) ?? held.markOf(change.kind, change.id);
    const mark = markOf(change, ages[i] ?? null, holds);
    if (holds !== null && !counts(holds, mark, order)) return;
    before.set(key, mark);
    news.push({ change, mark });
  });
  return news;
}

function markOf(change: Change, age: number | null, holds: RowMark | null): RowMark {
  const gone = change.row === null;
  return { age: gone ? (age ?? holds?.age ?? null) : age, print: fingerprint(change), gone };
}

/** Whether what came takes the place of what is held. */
export function counts(held: RowMark, came: RowMark, order: RowOrder): boolean {
  const sameContent = held.print !== null && held.print === came.print && held.gone === came.gone;
  if (sameContent && held.age === came.age) return false;
  if (order === 'arrival' || held.age === null || came.age === null) return true;
  if (came.age === held.age) return !held.gone || came.gone;
  return came.age > held.age;
}

/** Whether nothing came for a thing since its mark was taken. */
export function isSameMark(a: RowMark | null, b: RowMark | null): boolean {
  return a === b || (a !== null && b !== null && a.age === b.age && a.print === b.print && a.gone === b.gone);
}

/** The same row goes through merge and spool; its fingerprint is taken once. */
const taken = new WeakMap<object, number>();

/** 53 bits over the content of a change: equal for the same row of the same thing, whenever it is read. */
export function fingerprint({ row, movedTo }: Pick<Change, 'row' | 'movedTo'>): number {
  if (row === null) return hash53(`gone ${movedTo ?? ''}`);
  const known = taken.get(row);
  if (known !== undefined) return known;
  const print = hash53(JSON.stringify(row));
  taken.set(row, print);
  return print;
}
