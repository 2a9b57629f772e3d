/**
 * Compares every id at the backend with what is held here, and repairs what no feed told: rows that
 * were missed, things that vanished without a tombstone, versions of a server that went back.
 *
 *   note what is held ──▶ list all ids ──▶ ask by id for each difference ──▶ merge what comes
 *
 * Nothing is concluded from half a list: a failure throws the whole comparison away. What came after
 * the sweep began was not noted and cannot be missed. And absence from the list alone buries nothing:
 * the backend has to say of that very id that it is gone. An answer counts only where the row is
 * still as it was when it was asked for; what a pull brought meanwhile is newer.
 */
import { BackendError } from '../backends/backend-error';
import type { Backend, PulledPage, SweepPort } from '../backends/port';
import type { Change, EntityKind } from '../domain/entities';
import { isSameMark, type RowMark, type RowOrder } from './merge';
import type { Clock } from './ports';
import type { PulledRows } from './pulled-rows';
import { NO_FEED } from './spool-records';

/** Between two requests, so that a sweep is never what keeps backend or host busy. */
const PAUSE_MS = 200;
/** Held ids noted in one breath. */
const IDS_AT_ONCE = 5_000;
/** Where the spool notes when a sweep last repaired something. */
const SWEEP = `${NO_FEED}sweep`;

export interface IdSweepOptions {
  backend: Backend;
  sweep: SweepPort;
  rows: PulledRows;
  clock: Clock;
  onNews(changes: readonly Change[], seq: number): void;
  /** What the backend answered for some ids, also where none of it is news. Awaited. */
  onAnswer?(page: PulledPage): void | Promise<void>;
  /** The backend has an older version of something than it once told. */
  onWentBack(): Promise<void>;
}

/** What is to be asked for: with the age that the list told, if it was on it. */
type Differences = Map<string, number | null>;

/** One sweep over all kinds. Rejects when it could not be made to its end. */
export async function sweepIds(options: IdSweepOptions, signal: AbortSignal): Promise<void> {
  const { sweep } = options;
  for (const kind of sweep.kinds) {
    const differences = await compare(options, kind, signal);
    const ids = [...differences.keys()];
    for (let at = 0; at < ids.length; at += sweep.rowsAtOnce) {
      await repair(options, kind, ids.slice(at, at + sweep.rowsAtOnce), differences, signal);
    }
  }
}

async function compare(
  { sweep, rows, clock }: IdSweepOptions,
  kind: EntityKind,
  signal: AbortSignal,
): Promise<Differences> {
  const { held } = rows;
  const unseen = new Set<string>();
  for (const id of held.idsOf(kind)) {
    unseen.add(id);
    if (unseen.size % IDS_AT_ONCE === 0) await pause(clock, 0, signal);
  }
  const differences: Differences = new Map();
  const cursors = new Set<string>();
  for (let cursor: string | null = null; ;) {
    const page = await sweep.ids(kind, cursor, signal);
    for (const { id, age } of page.ids) {
      unseen.delete(id);
      if (isAsListed(held.markOf(kind, id), age)) differences.delete(id);
      else differences.set(id, age);
    }
    if (page.next === null) break;
    cursor = page.next;
    if (cursors.has(cursor)) {
      throw new BackendError('nonsense', `The list of every ${kind} leads in a circle.`);
    }
    cursors.add(cursor);
    await pause(clock, PAUSE_MS, signal);
  }
  for (const id of unseen) differences.set(id, null);
  // What a pull brought while the list was read is no difference any more.
  for (const [id, age] of differences) {
    const mark = held.markOf(kind, id);
    if (unseen.has(id) ? mark?.gone === true : isAsListed(mark, age)) differences.delete(id);
  }
  return differences;
}

function isAsListed(mark: RowMark | null, age: number | null): boolean {
  if (mark === null || mark.gone) return false;
  return mark.age === null || age === null || mark.age === age;
}

async function repair(
  options: IdSweepOptions,
  kind: EntityKind,
  asked: readonly string[],
  differences: Differences,
  signal: AbortSignal,
): Promise<void> {
  const { sweep, rows, clock } = options;
  for (let left = asked; left.length > 0;) {
    await pause(clock, PAUSE_MS, signal);
    const before = new Map(left.map((id) => [id, rows.held.markOf(kind, id)]));
    const page = await sweep.rows(kind, left, signal);
    await options.onAnswer?.(page);
    await merge(options, page, before, differences);
    const answered = new Set([...page.changes, ...page.rejected].map(({ id }) => id));
    const rest = left.filter((id) => !answered.has(id));
    // What a backend never answers for stays as it is.
    if (rest.length === left.length) return;
    left = rest;
  }
}

async function merge(
  { backend, rows, clock, onNews, onWentBack }: IdSweepOptions,
  page: PulledPage,
  before: ReadonlyMap<string, RowMark | null>,
  differences: Differences,
): Promise<void> {
  const byAge = backend.descriptor.overlapMs !== undefined;
  const believed: number[] = [];
  const others: number[] = [];
  let wentBack = false;
  page.changes.forEach(({ id, row }, i) => {
    const age = page.ages?.[i] ?? null;
    const held = before.get(id) ?? null;
    // Twice the same age, in the list and by id: no replica that lags, but how things stand.
    const twice = row !== null && age !== null && differences.get(id) === age;
    const older = twice && held !== null && held.age !== null && age < held.age;
    wentBack ||= older;
    (older || (twice && held?.gone === true) ? believed : others).push(i);
  });
  if (wentBack) await onWentBack();
  for (const [part, order] of [
    [believed, 'arrival'],
    [others, byAge ? 'age' : 'arrival'],
  ] as const satisfies readonly (readonly [number[], RowOrder])[]) {
    if (part.length === 0) continue;
    const came = {
      changes: part.map((i) => page.changes[i] as Change),
      ages: part.map((i) => page.ages?.[i] ?? null),
    };
    const { news, seq } = await rows.take(SWEEP, String(clock.now()), came, {
      order,
      keepCursor: false,
      stillWanted: ({ change }) =>
        before.has(change.id) &&
        isSameMark(rows.held.markOf(change.kind, change.id), before.get(change.id) ?? null),
    });
    if (seq !== null) onNews(news, seq);
  }
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal);
  signal.throwIfAborted();
}
