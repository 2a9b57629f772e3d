/**
 * News of tickets by the time of their last change, which every article, tag, link and merge moves
 * (HasTicketContactAttributesImpact, Tag, Link: `touch`). Where a server's search brings nothing although
 * it has tickets (a proxy that drops brackets, a version that knows no conditions), the plain list is
 * walked again and again instead, and what changed is found by its time.
 */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import { newestFirst } from '../newest-first';
import type { Asker, FeedDefinition, RawPage } from '../rest-definition';
import { UnreadThread } from '../threads-apart';
import { tell, untold } from '../told-lately';
import { ageOfRow, headOf, readFeedRow, type FeedRow } from './zammad-rows';
import { listed, walk, type ByTime } from './zammad-search';
import { serverTime, withThreads } from './zammad-threads';

/** Tickets in one page; each takes up to three requests more. */
export const TICKETS_A_PAGE = 25;
const LIST_PAGE = 100;
/** A change may be seen this long after the time that it bears: transactions end later than they begin. */
const COMMIT_LATE_MS = 30_000;
const REMEMBERED_MS = 120_000;
const MOST_REMEMBERED = 1_000;
const NEWS_EVERY_MS = 15_000;
/** Newer than everything there is, whatever a server of several machines calls now. */
const AHEAD_MS = 60_000;
/** The plain list is walked again so often. */
const LIST_EVERY_MS = 120_000;

const NEWS: ByTime = { field: 'updated_at', way: 'up' };
const OLDER: ByTime = { field: 'updated_at', way: 'down' };

const position = z.object({
  by: z.enum(['search', 'list']),
  /** From when news is looked for, server's clock in ms. */
  since: z.number(),
  page: z.number(),
  /** When the plain list's walk began: by the server's clock, and by this computer's. */
  begunAt: z.number(),
  walkedAt: z.number(),
  told: z.array(z.tuple([z.string(), z.number()])),
});
type Position = z.infer<typeof position>;

async function head(ask: Asker): Promise<{ cursor: string }> {
  const me = await ask.json({ method: 'GET', path: '/users/me' });
  const serverNow = serverTime(me, ask);
  const by = (await searches(ask, serverNow)) ? 'search' : 'list';
  const begin: Position = {
    by,
    since: serverNow - COMMIT_LATE_MS,
    page: 1,
    begunAt: serverNow,
    // The first walk of a plain list is the first sync.
    walkedAt: ask.clock.now(),
    told: [],
  };
  return { cursor: JSON.stringify(begin) };
}

/** Whether the server's search finds what its list shows. */
async function searches(ask: Asker, serverNow: number): Promise<boolean> {
  try {
    const ahead = { at: serverNow + AHEAD_MS, page: 1 };
    // A condition that cannot be read is left out in silence (lib/selector/sql.rb: InvalidCondition).
    if ((await walk(ask, NEWS, ahead, 1)).rows.length > 0) return false;
    const before = await walk(ask, OLDER, ahead, 1);
    return before.rows.length > 0 || (await listed(ask, 1, 1)).rows.length === 0;
  } catch (error) {
    if (error instanceof BackendError && error.kind === 'nonsense') return false;
    throw error;
  }
}

async function news(ask: Asker, cursor: string, size: number): Promise<RawPage> {
  const at = position.parse(JSON.parse(cursor));
  return at.by === 'search' ? newsBySearch(ask, at, size) : newsByList(ask, at);
}

async function newsBySearch(ask: Asker, at: Position, size: number): Promise<RawPage> {
  const found = await walk(ask, NEWS, { at: at.since, page: at.page }, size);
  const rows = await withThreads(ask, changed(found.rows, at.told), found.serverNow);
  const told = tellOf(at, rows, found.serverNow);
  if (found.next !== null) {
    return page(rows, { ...at, told, since: found.next.at, page: found.next.page }, true);
  }
  const times = found.rows.flatMap((raw) => headOf(raw)?.updated_at ?? []);
  const since = Math.max(at.since, ...times.map((time) => Math.min(time, found.serverNow) - COMMIT_LATE_MS));
  return page(rows, { ...at, told, since, page: 1 }, false);
}

async function newsByList(ask: Asker, at: Position): Promise<RawPage> {
  const walking = at.page > 1;
  if (!walking && Math.abs(ask.clock.now() - at.walkedAt) < LIST_EVERY_MS) return page([], at, false);
  const found = await listed(ask, at.page, LIST_PAGE);
  const begunAt = walking ? at.begunAt : found.serverNow;
  const recent = found.rows.filter((raw) => (headOf(raw)?.updated_at ?? Infinity) >= at.since);
  const rows = await withThreads(ask, changed(recent, at.told), found.serverNow);
  const next = { ...at, begunAt, walkedAt: ask.clock.now(), told: tellOf(at, rows, found.serverNow) };
  if (found.more) return page(rows, { ...next, page: at.page + 1 }, true);
  return page(rows, { ...next, page: 1, since: begunAt - COMMIT_LATE_MS }, false);
}

/** Rows that were not told; one that cannot be read is told again and again, and counted. */
function changed(rows: readonly unknown[], told: Position['told']): unknown[] {
  const readable = rows.flatMap((raw) => {
    const found = headOf(raw);
    return found === null ? [] : [{ id: found.id, age: found.updated_at, raw }];
  });
  return [...rows.filter((raw) => headOf(raw) === null), ...untold(readable, told).map(({ raw }) => raw)];
}

type PageRow = FeedRow | UnreadThread;

function tellOf(at: Position, rows: readonly PageRow[], serverNow: number): [string, number][] {
  // One that was set aside is told: it is kept elsewhere until it can be read.
  const read = rows.map((row) => ({
    id: row.id,
    age: row instanceof UnreadThread ? row.age : ageOfRow(row),
  }));
  // Times are told in ms: what was read a second later cannot change under the same one.
  return tell(at.told, read, {
    settledAt: serverNow - 1_000,
    keepFrom: Math.min(serverNow - REMEMBERED_MS, at.since),
    most: MOST_REMEMBERED,
  });
}

function page(rows: readonly PageRow[], at: Position, more: boolean): RawPage {
  return { rows, cursor: JSON.stringify(at), more };
}

const olderPosition = z.object({ at: z.number(), page: z.number(), list: z.boolean() });

async function older(
  ask: Asker,
  cursor: string | null,
  size: number,
): Promise<{ rows: readonly unknown[]; cursor: string | null }> {
  const at = cursor === null ? await begin(ask) : olderPosition.parse(JSON.parse(cursor));
  if (at.list) {
    const found = await listed(ask, at.page, size);
    const rows = await withThreads(ask, found.rows, found.serverNow);
    return { rows, cursor: found.more ? JSON.stringify({ ...at, page: at.page + 1 }) : null };
  }
  const found = await walk(ask, OLDER, at, size);
  const rows = await withThreads(ask, found.rows, found.serverNow);
  return { rows, cursor: found.next === null ? null : JSON.stringify({ ...found.next, list: false }) };
}

async function begin(ask: Asker): Promise<z.infer<typeof olderPosition>> {
  const { by, begunAt } = position.parse(JSON.parse((await head(ask)).cursor));
  return { at: begunAt + AHEAD_MS, page: 1, list: by === 'list' };
}

/** The feed of tickets with their articles, tags and customers. */
export function ticketFeed(size: number): FeedDefinition {
  return {
    pull: newestFirst({
      head,
      news: (ask, cursor) => news(ask, cursor, size),
      older: (ask, cursor) => older(ask, cursor, size),
      newsEveryMs: NEWS_EVERY_MS,
    }),
    ownCursors: true,
    row: readFeedRow,
    age: (raw, { kind }) => (kind === 'conversation' ? ageOfRow(raw) : null),
  };
}
