/**
 * News of tickets, from three lists that each know what the others do not:
 *
 *   newest   "List Tickets" by last change: at once, but only the newest page, and nothing deleted
 *   export   "Incremental Ticket Export, Cursor Based": everything, also deleted, a minute late; admins
 *   search   for everybody else: everything but what was deleted, late by its index, 1,000 rows a query
 *
 * The newest page is looked at in every pull; the export or the search rarely, because an account has
 * 10 exports a minute for all its agents together. A ticket that one list told is not read again when
 * another tells the same of it. Archived tickets (closed for 120 days) are in none but the export.
 */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import { newestFirst } from '../newest-first';
import { readAt } from '../pagination';
import { understand } from '../response';
import type { Asker, FeedDefinition, RawPage } from '../rest-definition';
import { UnreadThread } from '../threads-apart';
import { tell, untold } from '../told-lately';
import {
  BESIDE,
  nextOf,
  serverTime,
  ticketsById,
  ticketsOf,
  wantsComments,
  withThreads,
  type Tickets,
} from './zendesk-threads';
import { ageOf, ageOfRow, headOf, readFeedRow, stampOf, type FeedRow } from './zendesk-rows';
import { readSelf } from './zendesk-people';

/** How many rows are read at once. */
export interface PageSizes {
  /** Tickets with their comments: one request each. */
  threads: number;
  /** Tickets alone, of which the vendor gives at most 100. */
  list: number;
  newest: number;
}
export const PAGE_SIZES: PageSizes = { threads: 25, list: 100, newest: 50 };

/** "You can make up to 10 requests per minute" to exports, an account's agents together. */
const COMPLETE_EVERY_MS = 60_000;
/** While old tickets are read, news is looked for this often. */
const NEWS_EVERY_MS = 20_000;
/** Exports hold back the last minute; beginning earlier than that costs nothing. */
const EXPORT_LATE_MS = 120_000;
/** How far the search index trails: "up to a few minutes". */
const SEARCH_LATE_MS = 300_000;
const SEARCH_PAGE = 100;
/** The tenth page is the last that a search gives. */
const LAST_SEARCH_PAGE = 10;
/** Times are whole seconds: what changed in the last two may have changed once more under the same time. */
const SETTLED_MS = 2_000;
/** A change may be seen in the newest page this long after the time that it bears. */
const COMMIT_LATE_MS = 10_000;
/** A ticket is remembered as told for this long, at least. */
const REMEMBERED_MS = 600_000;
const MOST_REMEMBERED = 1_000;

const position = z.object({
  by: z.enum(['export', 'search']),
  /** The export's own cursor; `null` before its first page. */
  cursor: z.string().nullable(),
  /** From when the export begins, and from when the search looks: server's clock in ms. */
  since: z.number(),
  /** Which page of a search within {@link since}. */
  page: z.number(),
  /** The complete list has more pages now. */
  midway: z.boolean(),
  /** When the complete list was last read, this computer's clock in ms. */
  completeAt: z.number(),
  /** When the newest page was last read, server's clock in ms. */
  newestAt: z.number(),
  /** Changed tickets that are still to be read with their comments. */
  waiting: z.array(z.string()),
  /** Tickets that were told lately, with the age they had. */
  told: z.array(z.tuple([z.string(), z.number()])),
});
type Position = z.infer<typeof position>;

/** Where news begins, decided by the role of whoever signed in. */
async function head(ask: Asker): Promise<{ cursor: string }> {
  const answer = await ask.json({ method: 'GET', path: '/users/me' });
  const { role } = understand(() => readSelf(answer.body));
  const serverNow = serverTime(answer, ask);
  const by = role === 'admin' ? 'export' : 'search';
  const begin: Position = {
    by,
    cursor: null,
    since: serverNow - (by === 'export' ? EXPORT_LATE_MS : SEARCH_LATE_MS),
    page: 1,
    midway: false,
    completeAt: ask.clock.now(),
    newestAt: serverNow,
    waiting: [],
    told: [],
  };
  return { cursor: JSON.stringify(begin) };
}

async function news(ask: Asker, cursor: string, sizes: PageSizes): Promise<RawPage> {
  const at = position.parse(JSON.parse(cursor));
  if (at.waiting.length > 0) {
    const now = at.waiting.slice(0, sizes.threads);
    const { rows, serverNow } = await ticketsById(ask, now);
    return page(rows, noted({ ...at, waiting: at.waiting.slice(sizes.threads) }, rows, serverNow));
  }
  const lists: Tickets[] = [];
  let next = at;
  if (!at.midway) {
    const newest = await newestPage(ask, sizes.newest);
    lists.push({ ...newest, rows: newest.rows.filter((raw) => isSince(raw, at.newestAt - COMMIT_LATE_MS)) });
    next = { ...next, newestAt: newest.serverNow };
  }
  if (at.midway || Math.abs(ask.clock.now() - at.completeAt) >= COMPLETE_EVERY_MS) {
    const complete = await completePage(ask, next);
    if (complete.tickets !== null) lists.push(complete.tickets);
    next = complete.next;
  }
  const changed = unseen(lists, at.told);
  const rows = await withThreads(ask, { ...changed, rows: changed.rows.slice(0, sizes.threads) });
  const waiting = changed.rows.slice(sizes.threads).flatMap((raw) => headOf(raw)?.id ?? []);
  return page(rows, noted({ ...next, waiting }, rows, changed.serverNow));
}

type PageRow = FeedRow | UnreadThread;

function page(rows: readonly PageRow[], at: Position): RawPage {
  return { rows, cursor: JSON.stringify(at), more: at.midway || at.waiting.length > 0 };
}

async function newestPage(ask: Asker, size: number): Promise<Tickets> {
  const query = { sort: '-updated_at', 'page[size]': String(size), ...BESIDE };
  return ticketsOf(await ask.json({ method: 'GET', path: '/tickets', query }), 'tickets', ask);
}

/** A page of the export or of the search. Where it may not be asked now, the newest page must do. */
async function completePage(ask: Asker, at: Position): Promise<{ tickets: Tickets | null; next: Position }> {
  try {
    return at.by === 'export' ? await exported(ask, at) : await searched(ask, at);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    const rest = { ...at, midway: false };
    if (error.kind === 'rate-limited') {
      const wait = (error.retryAfterMs ?? COMPLETE_EVERY_MS) - COMPLETE_EVERY_MS;
      return { tickets: null, next: { ...rest, completeAt: ask.clock.now() + Math.max(0, wait) } };
    }
    // An admin who is none any more.
    if (error.kind === 'forbidden' && at.by === 'export') {
      return { tickets: null, next: { ...rest, by: 'search', page: 1 } };
    }
    // Zendesk does not know its own cursor any more: the export begins anew, from where it last ended.
    if (error.kind === 'invalid' && at.cursor !== null) {
      return { tickets: null, next: { ...at, cursor: null, midway: true } };
    }
    // What is refused here says nothing of what the account holds: nobody may take it for a restored one.
    if (error.kind === 'invalid') throw new BackendError('nonsense', error.message, error.status);
    throw error;
  }
}

async function exported(ask: Asker, at: Position): Promise<{ tickets: Tickets; next: Position }> {
  const answer = await ask.json({
    method: 'GET',
    path: '/incremental/tickets/cursor',
    // The description wants a start time in every request; beside a cursor it counts for nothing.
    query: {
      start_time: String(Math.floor(at.since / 1_000)),
      ...(at.cursor === null ? {} : { cursor: at.cursor }),
      ...BESIDE,
    },
  });
  return understand(() => {
    const tickets = ticketsOf(answer, 'tickets', ask);
    const cursor = readAt(z.string().nullable(), answer.body, 'after_cursor') ?? at.cursor;
    const midway = !readAt(z.boolean(), answer.body, 'end_of_stream');
    const since = midway ? at.since : tickets.serverNow - EXPORT_LATE_MS;
    return { tickets, next: { ...at, cursor, midway, since, completeAt: ask.clock.now() } };
  });
}

/**
 * Oldest change first, each page from the last row's time on, so that rows which move to the end while
 * they are paged are not skipped; page numbers only count within one second.
 */
async function searched(ask: Asker, at: Position): Promise<{ tickets: Tickets; next: Position }> {
  const answer = await ask.json({
    method: 'GET',
    path: '/search',
    query: {
      query: `type:ticket updated>=${stampOf(at.since)}`,
      sort_by: 'updated_at',
      sort_order: 'asc',
      per_page: String(SEARCH_PAGE),
      page: String(at.page),
      include: 'tickets(users,comment_count)',
    },
  });
  return understand(() => {
    const tickets = ticketsOf(answer, 'results', ask);
    const times = tickets.rows.flatMap((raw) => headOf(raw)?.updated_at ?? []);
    const last = Math.max(at.since, ...times);
    const next = { ...at, page: 1, midway: false, completeAt: ask.clock.now() };
    if (readAt(z.unknown(), answer.body, 'next_page') !== null && tickets.rows.length > 0) {
      if (stampOf(last) !== stampOf(at.since))
        return { tickets, next: { ...next, since: last, midway: true } };
      // More than a thousand tickets of one second would be a bulk change; the rest comes by other lists.
      if (at.page < LAST_SEARCH_PAGE) return { tickets, next: { ...next, page: at.page + 1, midway: true } };
      return { tickets, next: { ...next, since: last + 1_000, midway: true } };
    }
    return { tickets, next: { ...next, since: Math.min(last, tickets.serverNow - SEARCH_LATE_MS) } };
  });
}

function isSince(raw: unknown, time: number): boolean {
  const found = headOf(raw);
  return found === null || ageOf(found) >= time;
}

/** What the lists tell that was not told before, each ticket once, as it was newest. */
function unseen(lists: readonly Tickets[], told: Position['told']): Tickets {
  const rows = lists.flatMap((list) => list.rows);
  const readable = rows.flatMap((raw) => {
    const found = headOf(raw);
    return found === null ? [] : [{ id: found.id, age: ageOf(found), raw }];
  });
  return {
    rows: [...rows.filter((raw) => headOf(raw) === null), ...untold(readable, told).map(({ raw }) => raw)],
    users: lists.flatMap(({ users }) => users),
    serverNow: lists[0]?.serverNow ?? 0,
  };
}

/** Notes what was told now. */
function noted(at: Position, rows: readonly PageRow[], serverNow: number): Position {
  // One that was set aside is not read again before its next change, or a sweep.
  const read = rows.map((row) => ({
    id: row.id,
    age: row instanceof UnreadThread ? row.age : ageOfRow(row),
  }));
  const told = tell(at.told, read, {
    settledAt: serverNow - SETTLED_MS,
    keepFrom: Math.min(serverNow - REMEMBERED_MS, at.by === 'search' ? at.since : Infinity),
    most: MOST_REMEMBERED,
  });
  return { ...at, told };
}

const olderPosition = z.object({ after: z.string(), size: z.number(), left: z.number() });

/** All tickets that are not archived, last changed first; short pages while comments come with them. */
async function older(
  ask: Asker,
  cursor: string | null,
  sizes: PageSizes,
): Promise<{ rows: readonly unknown[]; cursor: string | null; left: number }> {
  const at = cursor === null ? null : olderPosition.parse(JSON.parse(cursor));
  const before = at?.left ?? (await countOf(ask));
  const answer = await ask.json({
    method: 'GET',
    path: '/tickets',
    query: {
      sort: '-updated_at',
      'page[size]': String(at?.size ?? sizes.threads),
      ...(at === null ? {} : { 'page[after]': at.after }),
      ...BESIDE,
    },
  });
  const tickets = ticketsOf(answer, 'tickets', ask);
  const after = understand(() => nextOf(answer.body));
  const left = after === null ? 0 : Math.max(0, before - tickets.rows.length);
  const wanting = tickets.rows.some((raw) => {
    const found = headOf(raw);
    return found !== null && wantsComments(found, tickets.serverNow);
  });
  return {
    rows: await withThreads(ask, tickets),
    cursor:
      after === null ? null : JSON.stringify({ after, size: wanting ? sizes.threads : sizes.list, left }),
    left,
  };
}

/** "Count Tickets": approximate above 100,000. */
async function countOf(ask: Asker): Promise<number> {
  const { body } = await ask.json({ method: 'GET', path: '/tickets/count' });
  return understand(() => readAt(z.number(), body, 'count.value'));
}

/** The feed of tickets with their newest comments and the people in them. */
export function ticketFeed(sizes: PageSizes): FeedDefinition {
  return {
    pull: newestFirst({
      head,
      news: (ask, cursor) => news(ask, cursor, sizes),
      older: (ask, cursor) => older(ask, cursor, sizes),
      newsEveryMs: NEWS_EVERY_MS,
    }),
    // Those of cursor pagination, by which older tickets are read, are not kept for ever.
    cursorsExpire: true,
    row: readFeedRow,
    age: (raw, { kind }) => (kind === 'conversation' ? ageOfRow(raw) : null),
  };
}
