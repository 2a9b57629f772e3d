/**
 * Lists of tickets by time. "Search" with a `condition` and without a `query` asks the database and not
 * the search index (app/models/concerns/can_search.rb: "we only search in elastic search when we have a
 * query present"), so it needs no Elasticsearch and does not trail. Conditions are inclusive
 * (lib/selector/sql.rb: `>=` for "after (absolute)", `<=` for "before (absolute)").
 */
import { BackendError } from '../backend-error';
import { rowsAt } from '../pagination';
import { understand } from '../response';
import type { Answer, Asker, Query } from '../rest-definition';
import { headOf } from './zammad-rows';
import { serverTime } from './zammad-threads';

export interface ByTime {
  field: 'updated_at' | 'created_at';
  /** `up`: from a moment on, oldest first; `down`: until a moment, newest first. */
  way: 'up' | 'down';
}

/** Where a walk by time stands: a moment, and the page of those that share it. */
export interface Moment {
  /** ms. */
  at: number;
  page: number;
}

/** One page from a moment on, and where the next one begins; `null` at the end. */
export async function walk(
  ask: Asker,
  { field, way }: ByTime,
  { at, page }: Moment,
  size: number,
): Promise<{ rows: readonly unknown[]; next: Moment | null; serverNow: number }> {
  const condition = `condition[ticket.${field}]`;
  const answer = await searched(ask, {
    expand: 'true',
    sort_by: field,
    order_by: way === 'up' ? 'asc' : 'desc',
    per_page: String(size),
    page: String(page),
    [`${condition}[operator]`]: way === 'up' ? 'after (absolute)' : 'before (absolute)',
    [`${condition}[value]`]: new Date(at).toISOString(),
  });
  const rows = understand(() => rowsAt(answer.body, ''));
  const times = rows.flatMap((raw) => headOf(raw)?.[field] ?? []);
  const last = way === 'up' ? Math.max(at, ...times) : Math.min(at, ...times);
  // From the last row's moment on: rows that leave their place while they are paged skip no other.
  const next = last === at ? { at, page: page + 1 } : { at: last, page: 1 };
  return { rows, next: rows.length < size ? null : next, serverNow: serverTime(answer, ask) };
}

async function searched(ask: Asker, query: Query): Promise<Answer> {
  try {
    return await ask.json({ method: 'GET', path: '/tickets/search', query });
  } catch (error) {
    // A search that is refused says nothing of what is there: nobody may take it for a restored server.
    if (!(error instanceof BackendError) || error.kind !== 'invalid') throw error;
    throw new BackendError('nonsense', error.message, error.status);
  }
}

/** One page of the plain list, by rising ids: the way of last resort. */
export async function listed(
  ask: Asker,
  page: number,
  size: number,
): Promise<{ rows: readonly unknown[]; more: boolean; serverNow: number }> {
  const query = { expand: 'true', page: String(page), per_page: String(size) };
  const answer = await ask.json({ method: 'GET', path: '/tickets', query });
  const rows = understand(() => rowsAt(answer.body, ''));
  return { rows, more: rows.length >= size, serverNow: serverTime(answer, ask) };
}
