/**
 * The feed of tickets, with the messages and requesters that belong to them.
 *
 *   news    tickets updated since, in the order of their updates; each that is new is read by itself with
 *           its messages. What was deleted or marked as spam is on no such list, but on two of its own.
 *   older   all tickets, latest update first, to the 300th page, where the server ends every list; what
 *           lies behind is walked from the other end, oldest first, in windows that begin anew.
 *
 * Times are told in whole seconds. A ticket that is deleted while older pages are read moves a later one
 * over the edge of its page: that one is told when it next changes.
 */
import { z } from 'zod';
import type { Change, Conversation, Message } from '../../domain/entities';
import { changeTo, goneChange } from '../changes';
import { newestFirst } from '../newest-first';
import { understand } from '../response';
import type { Asker, FeedDefinition, RawPage, RowReader } from '../rest-definition';
import { threadsApart, UnreadThread } from '../threads-apart';
import { askNames, askThread, askTicket, askTickets, ROWS_PER_PAGE } from './freshdesk-requests';
import {
  idIn,
  readEntry,
  readListed,
  readMergedInto,
  readOpening,
  readParty,
  readRequester,
  readTicket,
  type Listed,
  type Names,
} from './freshdesk-rows';

/** Lists trail the server's writes by up to a minute. */
export const OVERLAP_MS = 60_000;
/** A ticket may change again within the second that its time tells. */
const SAME_SECOND_MS = 2_000;
/** Deletions are looked for this often: the lists for it have a limit of their own per account. */
const GONE_EVERY_MS = 300_000;
/** Tickets that are read with their messages before what came is stored. */
const AT_ONCE = 20;
/** Enough tickets to find one whose messages can be read. */
const SOME = '10';
/** Messages of resolved tickets that rested longer are read when somebody opens them. */
const FRESH_MS = 14 * 86_400_000;
const NEWS_EVERY_MS = 60_000;
/** "A maximum of 300 pages (30000 tickets) will be returned." */
const MOST_PAGES = 300;
/** Before every ticket there is; without such a time only the last 30 days would come. */
const BEGINNING = '1970-01-01T00:00:00Z';

/** What one row of the feed is before it is read; `id` names it when it cannot be. */
export type Told = ToldTicket | ToldMessage | Gone;

interface ToldTicket {
  is: 'ticket';
  id: unknown;
  ticket: unknown;
  thread: readonly unknown[] | null;
  names: Names;
}

interface ToldMessage {
  is: 'message';
  id: unknown;
  ticket: unknown;
  message: unknown;
  names: Names;
}

interface Gone {
  is: 'gone';
  id: string;
  movedTo: string | null;
  age: number | null;
}

/** In the form that the API takes and gives. */
const isoOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const position = z.object({
  /** The latest update that was told, ms of the server's clock. */
  newest: z.number(),
  /** What was told of the time since `newest - OVERLAP_MS`, and is surely not to change within its second. */
  told: z.record(z.string(), z.number()),
  /** Where a reading of news stands that is under way. */
  window: z.object({ since: z.number(), page: z.number(), latest: z.number() }).optional(),
  gone: z.object({
    /** Deletions before it are told; the server's clock. */
    since: z.number(),
    /** When they were last looked for, our wall clock. */
    at: z.number(),
  }),
});
type Position = z.infer<typeof position>;

/** @param perPage rows a list may have; 100 but in tests */
export function ticketsFeed(perPage = ROWS_PER_PAGE): FeedDefinition {
  const size = { per_page: String(perPage) };

  async function head(ask: Asker): Promise<{ cursor: string }> {
    const { rows, serverNow } = await askTickets(ask, {
      updated_since: BEGINNING,
      order_type: 'desc',
      per_page: '1',
      page: '1',
    });
    // Never ahead of the server's clock: nothing is newer than what a row claims of the year 2999.
    const newest = Math.min(readListed(rows[0])?.updatedAt ?? serverNow, serverNow);
    const begin: Position = { newest, told: {}, gone: { since: serverNow, at: ask.clock.now() } };
    return { cursor: JSON.stringify(begin) };
  }

  async function news(ask: Asker, cursor: string): Promise<RawPage> {
    const from = position.parse(JSON.parse(cursor));
    if (Math.abs(ask.clock.now() - from.gone.at) >= GONE_EVERY_MS) return goneSince(ask, from);
    const window = from.window ?? { since: from.newest - OVERLAP_MS, page: 1, latest: from.newest };
    const { rows, serverNow } = await askTickets(ask, {
      updated_since: isoOf(window.since),
      order_type: 'asc',
      ...size,
      page: String(window.page),
    });
    const listed = listedIn(rows);
    const fresh = listed.filter(({ id, mark }) => id === '' || from.told[id] !== mark);
    const now = fresh.slice(0, AT_ONCE);
    const told = { ...from.told, ...marksOf(now) };
    if (now.length > 0) await askNames(ask);
    const bundles = await apart(ask, now, ({ id, raw, row }) =>
      row === null ? Promise.resolve(broken(raw)) : whole(ask, id),
    );
    const latest = Math.min(
      serverNow,
      Math.max(window.latest, ...listed.flatMap(({ row }) => row?.updatedAt ?? [])),
    );
    const next = nextPosition({ ...from, told }, { ...window, latest }, serverNow, {
      unread: now.length < fresh.length,
      full: rows.length >= perPage,
      end: listed.at(-1)?.row?.updatedAt ?? window.since,
    });
    return { rows: bundles, cursor: JSON.stringify(next), more: next.window !== undefined };
  }

  async function older(
    ask: Asker,
    cursor: string | null,
  ): Promise<{ rows: readonly unknown[]; cursor: string | null }> {
    const at = olderPosition.parse(JSON.parse(cursor ?? '{"page":1}'));
    const { rows, serverNow } = await askTickets(ask, {
      updated_since: at.rest === undefined ? BEGINNING : isoOf(at.rest.since),
      order_type: at.rest === undefined ? 'desc' : 'asc',
      include: 'requester,stats,description',
      ...size,
      page: String(at.page),
    });
    const listed = listedIn(rows);
    const names = await askNames(ask);
    const bundles = await apart(ask, listed, async ({ id, raw, row }) => {
      const wanted = row !== null && (!row.resting || row.updatedAt >= serverNow - FRESH_MS);
      return bundle(raw, wanted ? await askThread(ask, id) : null, names);
    });
    const next = nextOlder(at, rows.length >= perPage, listed.at(-1)?.row?.updatedAt ?? null);
    return { rows: bundles, cursor: next === null ? null : JSON.stringify(next) };
  }

  return {
    pull: newestFirst({ head, news, older, newsEveryMs: NEWS_EVERY_MS }),
    ownCursors: true,
    row: readTold,
    age(raw, { kind }) {
      const told = raw as Told;
      // Messages do not tell when they were changed in a way that never falls.
      if (kind !== 'conversation') return null;
      return told.is === 'gone' ? told.age : (readListed(told.ticket)?.updatedAt ?? null);
    },
  };
}

/** Where the next reading of news begins, and whether it is the end of this one. */
function nextPosition(
  from: Position,
  window: NonNullable<Position['window']>,
  serverNow: number,
  { unread, full, end }: { unread: boolean; full: boolean; end: number },
): Position {
  if (unread) return { ...from, window };
  if (full) {
    // Rows that are updated meanwhile leave their page: the next one begins behind the last row, not by count.
    const moved = end > window.since;
    return {
      ...from,
      window: { ...window, since: moved ? end : window.since, page: moved ? 1 : window.page + 1 },
    };
  }
  const kept = Object.entries(from.told).filter(
    // What is dated ahead stands on every list from now on.
    ([, mark]) =>
      mark >= window.latest - OVERLAP_MS &&
      (mark < serverNow - SAME_SECOND_MS || mark > serverNow + OVERLAP_MS),
  );
  const { window: _ended, ...rest } = from;
  return { ...rest, newest: window.latest, told: Object.fromEntries(kept) };
}

const olderPosition = z.object({
  page: z.number(),
  /** What the 300 pages did not reach: from the oldest on, up to where they ended. */
  rest: z.object({ since: z.number(), until: z.number() }).optional(),
});

function nextOlder(
  { page, rest }: z.infer<typeof olderPosition>,
  full: boolean,
  end: number | null,
): z.infer<typeof olderPosition> | null {
  if (!full || end === null) return null;
  if (rest === undefined) {
    return page < MOST_PAGES
      ? { page: page + 1 }
      : { page: 1, rest: { since: Date.parse(BEGINNING), until: end } };
  }
  if (end > rest.until) return null;
  return end > rest.since ? { page: 1, rest: { ...rest, since: end } } : { page: page + 1, rest };
}

/** Tombstones of what was deleted or marked as spam; the reading of news goes on after them. */
async function goneSince(ask: Asker, from: Position): Promise<RawPage> {
  const since = isoOf(from.gone.since - OVERLAP_MS);
  const rows: ListedRow[] = [];
  let asOf = Infinity;
  for (const filter of ['deleted', 'spam']) {
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const list = await askTickets(ask, {
        filter,
        updated_since: since,
        order_type: 'asc',
        per_page: String(ROWS_PER_PAGE),
        page: String(page),
      });
      rows.push(...listedIn(list.rows));
      asOf = Math.min(asOf, list.serverNow);
      if (list.rows.length < ROWS_PER_PAGE) break;
    }
  }
  const next: Position = { ...from, gone: { since: asOf, at: ask.clock.now() } };
  return {
    rows: rows.flatMap(({ row }) => row ?? []).map(goneTicket),
    cursor: JSON.stringify(next),
    more: true,
  };
}

const goneTicket = ({ id, updatedAt }: Listed): Gone => ({ is: 'gone', id, movedTo: null, age: updatedAt });

interface ListedRow {
  id: string;
  raw: unknown;
  /** `null`: it cannot be read, and is set aside by its reader. */
  row: Listed | null;
  /** What changes when the row does; a broken row is told once. */
  mark: number;
}

function listedIn(rows: readonly unknown[]): ListedRow[] {
  return rows.map((raw) => {
    const row = readListed(raw);
    return { id: idIn(raw), raw, row, mark: row?.updatedAt ?? 0 };
  });
}

const marksOf = (listed: readonly ListedRow[]): Position['told'] =>
  Object.fromEntries(listed.flatMap(({ id, mark }) => (id === '' ? [] : [[id, mark]])));

const NO_NAMES: Names = { statuses: {}, agents: {} };
const broken = (raw: unknown): Told[] => [
  { is: 'ticket', id: idIn(raw), ticket: raw, thread: null, names: NO_NAMES },
];

/**
 * Lists trail the server: a ticket on one may be deleted for good, or no more this agent's to see. One
 * such must not stop the news of all others.
 */
async function apart(
  ask: Asker,
  listed: readonly ListedRow[],
  read: (one: ListedRow) => Promise<Told[]>,
): Promise<readonly (Told | UnreadThread)[]> {
  const found = await threadsApart(ask, listed, {
    idOf: ({ id }) => id,
    ageOf: ({ row }) => row?.updatedAt ?? null,
    read,
    witness: (id) => askThread(ask, id),
    async others() {
      const { rows } = await askTickets(ask, {
        updated_since: BEGINNING,
        order_type: 'desc',
        per_page: SOME,
        page: '1',
      });
      return rows.map(idIn);
    },
  });
  return found.flat().map((one) => {
    const isGone = one instanceof UnreadThread && ['not-found', 'forbidden'].includes(one.because.kind);
    return isGone ? { is: 'gone', id: one.id, movedTo: null, age: null } : one;
  });
}

/** One ticket as it is this moment, with all its messages. */
async function whole(ask: Asker, id: string): Promise<Told[]> {
  const { ticket, thread, names } = await readWhole(ask, id);
  return bundle(ticket, thread, names);
}

function bundle(ticket: unknown, thread: readonly unknown[] | null, names: Names): Told[] {
  const id = idIn(ticket);
  const listed = readListed(ticket);
  if (listed?.gone === true) return [goneTicket(listed)];
  const movedTo = thread === null ? null : readMergedInto(ticket, thread);
  if (movedTo !== null) return [{ is: 'gone', id, movedTo, age: listed?.updatedAt ?? null }];
  const messages: Told[] = (thread === null ? [] : [ticket, ...thread]).map((message) => ({
    is: 'message',
    id: idIn(message),
    ticket,
    message,
    names,
  }));
  return [{ is: 'ticket', id, ticket, thread, names }, ...messages];
}

export interface Whole {
  ticket: unknown;
  thread: readonly unknown[];
  names: Names;
}

/** Rejects with `not-found` where there is none. */
export async function readWhole(ask: Asker, ticketId: string): Promise<Whole> {
  const [ticket, thread, names] = await Promise.all([
    askTicket(ask, ticketId),
    askThread(ask, ticketId),
    askNames(ask),
  ]);
  return { ticket, thread, names };
}

/** The conversation of a whole ticket. Throws a `BackendError` where it cannot be read. */
export function conversationIn({ ticket, thread, names }: Whole, accountId: string): Conversation {
  return understand(() => readTicket(ticket, thread, names, accountId));
}

/** The messages of a whole ticket, oldest first, as rows of {@link readMessageTold}. */
export function messagesTold({ ticket, thread, names }: Whole): Told[] {
  return bundle(ticket, thread, names).filter(({ is }) => is === 'message');
}

export const readMessageTold: RowReader<Message> = (raw, accountId) => {
  const told = raw as ToldMessage;
  return told.message === told.ticket
    ? readOpening(told.ticket, told.names, accountId)
    : readEntry(told.message, readParty(told.ticket), told.names, accountId);
};

const readTold: RowReader<Change | readonly Change[]> = (raw, accountId) => {
  const told = raw as Told;
  if (told.is === 'gone') return goneChange('conversation', told.id, told.movedTo);
  if (told.is === 'message') return changeTo('message', readMessageTold(told, accountId));
  const contact = readRequester(told.ticket, accountId);
  const row = readTicket(told.ticket, told.thread, told.names, accountId);
  return [...(contact === null ? [] : [changeTo('contact', contact)]), changeTo('conversation', row)];
};
