/**
 * What is new at Request Tracker: its transactions, a global log with rising ids that also tells of
 * deletions and merges. Ids are given when a transaction begins and seen when it is committed, mails
 * and all, so a smaller id may turn up after a greater one:
 *
 *    since ├── ids seen within OVERLAP ──┤ newest           asked for: everything after `since`
 *          └─ one that was late is not among those seen ─▶ news
 *
 * Mails that RT sends are transactions too (EmailRecord); nobody is to see them, so they are not asked for.
 */
import { z } from 'zod';
import { isoTime, rowId } from '../field-schemas';
import { newestFirst } from '../newest-first';
import type { Asker, FeedDefinition, RawPage } from '../rest-definition';
import { ageOf, readRow, statusOf, TICKET_FIELDS, type RawRow, type Ticket } from './rt-rows';
import { idOf, search, searchAll } from './rt-search';
import { readListed, readTickets } from './rt-tickets';

/**
 * A transaction that begins may be committed this much later: RT hands its mails to the mail server
 * in between (RT::Ticket::Correspond holds one database transaction around all of it).
 */
const OVERLAP_MS = 120_000;
/** Transactions read in one page of the feed: as many conversations at most. */
const NEWS_AT_ONCE = 25;
/** Remembered at most; more in two minutes is an import, and some of them may be told twice. */
const MOST_SEEN = 1_000;
/** Tickets in a page of the first sync. */
const OLDER_AT_ONCE = 25;
/** Messages of each conversation that come without being asked for. */
export const NEWEST_MESSAGES = 20;
/** Conversations that changed within this come with their messages also where they are closed. */
const RECENT_MS = 14 * 24 * 3_600_000;
/** While older tickets are read, news is looked for this often. */
const NEWS_EVERY_MS = 15_000;
/** Pages that hold nothing the agent may see are stepped over, looked for this often… */
const HIDDEN_EVERY_MS = 60_000;
/** …and so many of them. */
const MOST_HIDDEN_PAGES = 50;

const position = z.object({
  /** Everything up to this id was read. */
  since: z.number(),
  /** Ids after it that were read. */
  seen: z.array(z.number()),
});
type Position = z.infer<typeof position>;

const fields = { fields: 'Type,ObjectId,Created,Field,NewValue' };

function after(id: number): string {
  return `ObjectType='RT::Ticket' AND id > ${id} AND Type != 'EmailRecord' AND Type != 'CommentEmailRecord'`;
}

const fromNewest = { query: after(0), orderby: 'id', order: 'DESC', ...fields };

function numberOf(raw: unknown): number {
  return Number(idOf(raw) ?? 0);
}

const newsRow = z.object({
  id: rowId.transform(Number),
  Type: z.string(),
  ObjectId: rowId,
  Created: isoTime,
  Field: z.string().nullish(),
  NewValue: z.string().nullish(),
});

/** The newest transactions there are: what was read when a first sync begins. */
async function head(ask: Asker): Promise<{ cursor: string; count?: number }> {
  const { items } = await searchAll(ask, '/transactions', fromNewest, {
    mostPages: MOST_HIDDEN_PAGES,
    enough: (found) => found.length > 0,
  });
  const ids = items.map(numberOf);
  const { total } = await search(ask, '/tickets', { query: 'id > 0', per_page: '1' });
  // A server without a ticket has nothing before its first.
  const since = ids.length === 0 ? 0 : Math.min(...ids) - 1;
  const at: Position = { since, seen: ids };
  return { cursor: JSON.stringify(at), ...(total === null ? {} : { count: total }) };
}

async function news(ask: Asker, cursor: string, atOnce: number): Promise<RawPage> {
  const at = position.parse(JSON.parse(cursor));
  const { listed, serverTime } = await listNews(ask, at);
  const known = new Set(at.seen);
  const unread = listed.filter((raw) => !known.has(numberOf(raw)));
  const taken = unread.slice(0, atOnce);
  const read = taken.map((raw) => ({ raw, row: newsRow.safeParse(raw).data ?? null }));
  const ids = new Set(read.flatMap(({ row }) => row?.ObjectId ?? []));
  const rows = await readTickets(ask, [...ids], {
    messagesOf: () => true,
    also: new Set(taken.map((raw) => String(numberOf(raw)))),
    newest: 1,
    // Either side of a merge tells where its messages live now.
    allOf: new Set(
      read.flatMap(({ row }) =>
        row?.Type === 'AddLink' && row.Field === 'MergedInto' ? [row.ObjectId, ticketOf(row.NewValue)] : [],
      ),
    ),
  });
  const broken = read
    .filter(({ row }) => row === null)
    .map(({ raw }): RawRow => ({ id: idOf(raw) ?? '', as: 'broken', transaction: raw }));
  const firstLeft = unread[taken.length];
  const done = firstLeft === undefined ? listed : listed.slice(0, listed.indexOf(firstLeft));
  const next = advanced(at, done, serverTime ?? ask.clock.now());
  return { rows: [...rows, ...broken], cursor: JSON.stringify(next), more: taken.length > 0 };
}

/** The number at the end of RT's address of a ticket. */
function ticketOf(address: string | null | undefined): string {
  return /\d+$/.exec(address ?? '')?.[0] ?? '';
}

/** Transactions after a position, read and unread, up to the first page with something unread. */
async function listNews(
  ask: Asker,
  { since, seen }: Position,
): Promise<{ listed: readonly unknown[]; serverTime: number | null }> {
  const known = new Set(seen);
  const query = { query: after(since), orderby: 'id', ...fields };
  const listed: unknown[] = [];
  for (let page = 1; ; page += 1) {
    const { items, serverTime, total, perPage } = await search(ask, '/transactions', {
      ...query,
      page: String(page),
    });
    listed.push(...items);
    if (items.some((raw) => !known.has(numberOf(raw)))) return { listed, serverTime };
    if (items.length === perPage) continue;
    const hidden = total === null && (await hidesNews(ask, Math.max(since, ...seen)));
    if (!hidden || page > MOST_HIDDEN_PAGES) return { listed, serverTime };
  }
}

/**
 * A page that is not full is not the end where some of its transactions may not be seen by this agent
 * (another team's, on servers that check rights after the search). Asked from the other end, now and
 * then: is there anything newer?
 */
async function hidesNews(ask: Asker, newest: number): Promise<boolean> {
  const id = await ask.remembered('newest transaction', HIDDEN_EVERY_MS, async () => {
    const { items } = await search(ask, '/transactions', fromNewest);
    return Math.max(0, ...items.map(numberOf));
  });
  return id > newest;
}

/**
 * The position after everything in `done` was read: what is older than the overlap need not be told
 * apart any more.
 */
function advanced({ since, seen }: Position, done: readonly unknown[], serverTime: number): Position {
  const ids = [...new Set([...seen, ...done.map(numberOf)])].sort((a, b) => a - b);
  const settled = done
    .map((raw) => newsRow.safeParse(raw).data)
    .filter((row) => row !== undefined && row.Created <= serverTime - OVERLAP_MS)
    .map((row) => row?.id ?? 0);
  const floor = Math.max(since, ...settled, ids.at(-MOST_SEEN - 1) ?? 0);
  return { since: floor, seen: ids.filter((id) => id > floor) };
}

/**
 * Where the older tickets stand: those one can work on first, then those that are done, each by falling
 * id, so that nothing that changes meanwhile moves a page's edge.
 */
const olderPlace = z.object({
  part: z.enum(['__Active__', '__Inactive__']),
  below: z.number(),
  /** How many are done, as the server told in the beginning; `null` where it did not. */
  inactive: z.number().nullable(),
});
type OlderPlace = z.infer<typeof olderPlace>;

async function older(
  ask: Asker,
  cursor: string | null,
  perPage: number,
): Promise<{ rows: readonly unknown[]; cursor: string | null; left?: number }> {
  const place = cursor === null ? await fromTheStart(ask) : olderPlace.parse(JSON.parse(cursor));
  const { part, below, inactive } = place;
  const { items, total } = await search(ask, '/tickets', {
    query: `id < ${below} AND Status='${part}'`,
    orderby: 'id',
    order: 'DESC',
    per_page: String(perPage),
    ...TICKET_FIELDS,
  });
  const rows = await readListed(ask, items, {
    messagesOf: (ticket) => isShown(ticket, ask.clock.now()),
    newest: NEWEST_MESSAGES,
  });
  const done = part === '__Inactive__';
  const next: OlderPlace | null =
    items.length > 0
      ? { ...place, below: Math.min(...items.map(numberOf)) }
      : done
        ? null
        : { ...place, part: '__Inactive__', below: ABOVE_ALL };
  const rest = done ? 0 : inactive;
  return {
    rows,
    cursor: next === null ? null : JSON.stringify(next),
    ...(total === null || rest === null ? {} : { left: total - items.length + rest }),
  };
}

/** Greater than any id that RT's databases can give. */
const ABOVE_ALL = 2 ** 31;

async function fromTheStart(ask: Asker): Promise<OlderPlace> {
  const { total } = await search(ask, '/tickets', { query: "Status='__Inactive__'", per_page: '1' });
  return { part: '__Active__', below: ABOVE_ALL, inactive: total };
}

/** Others are read when somebody opens them. */
function isShown(ticket: Ticket, now: number): boolean {
  const status = statusOf(ticket);
  return (status !== 'resolved' && status !== 'closed') || now - ticket.LastUpdated < RECENT_MS;
}

/** @param atOnce rows of a page; left out: what suits a server at work */
export function conversationsFeed(atOnce?: number): FeedDefinition {
  return {
    pull: newestFirst({
      head,
      news: (ask, cursor) => news(ask, cursor, atOnce ?? NEWS_AT_ONCE),
      older: (ask, cursor) => older(ask, cursor, atOnce ?? OLDER_AT_ONCE),
      newsEveryMs: NEWS_EVERY_MS,
    }),
    row: readRow,
    age: ageOf,
  };
}
