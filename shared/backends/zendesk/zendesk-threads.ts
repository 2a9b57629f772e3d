/** How tickets and their comments are asked for, whoever asks: feeds, history, the fresh head. */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import { at, readAt, rowsAt } from '../pagination';
import { readable, understand } from '../response';
import type { Answer, Asker, Query } from '../rest-definition';
import { rowId } from '../field-schemas';
import { isMissing, isOfOneThread, threadsApart, UnreadThread } from '../threads-apart';
import {
  ageOf,
  headOf,
  isMergedAway,
  mergedInto,
  type FeedRow,
  type GoneRow,
  type TicketHead,
  type TicketRow,
} from './zendesk-rows';
import { identitiesOf, usersOf, type User, type Users } from './zendesk-people';

/** Beside a ticket: whom it names, and how many comments it has ("Side-loading"). */
export const BESIDE = { include: 'users,comment_count' } as const;

/** As many of the newest comments as come with a ticket; older ones are read on opening. */
const NEWEST_COMMENTS = 30;

/** Settled tickets bring their comments only when they changed within this. */
const RECENT_MS = 14 * 24 * 3_600_000;

const CUSTOM_STATUSES_EVERY_MS = 10 * 60_000;
/** Enough tickets to find one whose comments can be read. */
const SOME = '10';

/** Some tickets, the people they name, and the server's clock in ms when it answered. */
export interface Tickets {
  rows: readonly unknown[];
  users: readonly unknown[];
  serverNow: number;
}

export function ticketsOf(answer: Answer, place: 'tickets' | 'results', ask: Asker): Tickets {
  return {
    rows: rowsAt(answer.body, place),
    users: sideloaded(answer.body),
    serverNow: serverTime(answer, ask),
  };
}

/** The server's clock at its answer; this computer's where it does not tell. */
export function serverTime({ headers }: Answer, ask: Asker): number {
  const told = Date.parse(headers['date'] ?? '');
  return Number.isNaN(told) ? ask.clock.now() : told;
}

/** The path of a ticket or of something under it. */
export const ticketPath = (id: string): string => `/tickets/${encodeURIComponent(id)}`;

export interface CommentsPage {
  /** Newest first. */
  rows: readonly unknown[];
  users: readonly unknown[];
  /** Cursor of the older ones; `null` where these are the oldest. */
  older: string | null;
}

/** "List Comments": cursor pagination, `sort=-created_at`, CCs and authors beside. */
export async function commentsOf(ask: Asker, id: string, after: string | null): Promise<CommentsPage> {
  const { body } = await ask.json({
    method: 'GET',
    path: `${ticketPath(id)}/comments`,
    query: {
      sort: '-created_at',
      include: 'users',
      include_inline_images: 'true',
      'page[size]': String(NEWEST_COMMENTS),
      ...(after === null ? {} : { 'page[after]': after }),
    },
  });
  return understand(() => ({
    rows: rowsAt(body, 'comments'),
    users: sideloaded(body),
    older: nextOf(body),
  }));
}

/**
 * Cursor of the next page of a list with cursor pagination; `null` at its end. What belongs to archived
 * tickets comes whole and without one ("do not support pagination").
 */
export function nextOf(body: unknown): string | null {
  if (at(body, 'meta') === undefined && at(body, 'next_page') === null) return null;
  if (!readAt(z.boolean(), body, 'meta.has_more')) return null;
  return readAt(z.string(), body, 'meta.after_cursor');
}

const sideloaded = (body: unknown): readonly unknown[] =>
  readAt(z.array(z.unknown()).nullish(), body, 'users') ?? [];

const customStatus = z.object({ id: rowId, agent_label: z.string(), default: z.boolean().nullish() });

/** Names of statuses that a team made for itself, by id; the built-in ones are left out. */
const labels = (ask: Asker): Promise<ReadonlyMap<string, string>> =>
  ask.remembered('custom statuses', CUSTOM_STATUSES_EVERY_MS, async () => {
    try {
      const { body } = await ask.json({ method: 'GET', path: '/custom_statuses' });
      const raws = understand(() => rowsAt(body, 'custom_statuses'));
      const statuses = readable(raws, (raw) => customStatus.parse(raw));
      const own = statuses.filter((status) => status.default !== true);
      return new Map(own.map(({ id, agent_label }) => [id, agent_label]));
    } catch (error) {
      // An account without them has no such list.
      if (error instanceof BackendError && ['not-found', 'forbidden'].includes(error.kind)) return new Map();
      throw error;
    }
  });

/** Zendesk's names for its own statuses where ours are others. */
const BUILT_IN: Readonly<Record<string, string>> = { hold: 'On-hold', solved: 'Solved' };

async function labelOf(ask: Asker, { status, custom_status_id }: TicketHead): Promise<string | null> {
  const own = (await labels(ask)).get(custom_status_id ?? '');
  return own ?? BUILT_IN[status] ?? null;
}

/** A ticket that somebody may still have to answer, or that changed lately. */
export function wantsComments(head: TicketHead, serverNow: number): boolean {
  if (isMergedAway(head)) return true;
  const settled = head.status === 'solved' || head.status === 'closed';
  return !settled || head.updated_at > serverNow - RECENT_MS;
}

/** A ticket with its people and newest comments, as rows. */
export async function withThread(
  ask: Asker,
  ticket: unknown,
  users: readonly unknown[],
  serverNow: number,
): Promise<FeedRow[]> {
  const tickets: Tickets = { rows: [ticket], users, serverNow };
  return withPeople(ask, tickets, [
    await orGone(rawId(ticket), threadOf(ask, ticket, usersOf(users), serverNow)),
  ]);
}

/** The same for a page of tickets, of which some may not be readable. */
export async function withThreads(ask: Asker, tickets: Tickets): Promise<(FeedRow | UnreadThread)[]> {
  const known = usersOf(tickets.users);
  // Before the threads: where it fails, that is no matter of any of them.
  if (tickets.rows.length > 0) await labels(ask);
  const found = await threadsApart(ask, tickets.rows, {
    idOf: rawId,
    ageOf: (raw) => {
      const head = headOf(raw);
      return head === null ? null : ageOf(head);
    },
    read: (raw) => threadOf(ask, raw, known, tickets.serverNow),
    witness: (id) => commentsOf(ask, id, null),
    async others() {
      const query = { sort: '-updated_at', 'page[size]': SOME };
      const { body } = await ask.json({ method: 'GET', path: '/tickets', query });
      return understand(() => rowsAt(body, 'tickets')).map(rawId);
    },
  });
  // Deleted between the two requests.
  const threads = found.flatMap((one) =>
    isMissing(one) ? gone(one.id, null, null) : one instanceof UnreadThread ? [] : one,
  );
  const unread = found.filter((one) => one instanceof UnreadThread && !isMissing(one));
  return [...(await withPeople(ask, tickets, threads)), ...(unread as UnreadThread[])];
}

async function withPeople(ask: Asker, tickets: Tickets, threads: readonly Thread[]): Promise<FeedRow[]> {
  const rows = threads.flatMap((thread) => thread.rows);
  const unnamed = await usersById(ask, rows.flatMap(unnamedRequester));
  const named = usersOf(unnamed);
  const people = new Map<string, unknown>();
  for (const raw of [...tickets.users, ...threads.flatMap((thread) => thread.people), ...unnamed]) {
    people.set(rawId(raw), raw);
  }
  return [
    ...(await Promise.all([...people].map(([id, user]) => personOf(ask, id, user)))),
    ...rows.map((row) => (row.of === 'ticket' ? { ...row, users: new Map([...named, ...row.users]) } : row)),
  ];
}

async function personOf(ask: Asker, id: string, user: unknown): Promise<FeedRow> {
  return { of: 'user', id, user, identities: await identitiesOrNone(ask, user) };
}

/** Where one customer's cannot be read, nothing is vouched for. */
async function identitiesOrNone(ask: Asker, user: unknown): Promise<readonly unknown[]> {
  try {
    return await identitiesOf(ask, user);
  } catch (error) {
    if (isOfOneThread(error) && error.kind !== 'no-answer') return [];
    throw error;
  }
}

/** The customer of a ticket, where nothing that came with it says who that is. */
function unnamedRequester(row: FeedRow): string[] {
  const id = row.of === 'ticket' ? headOf(row.ticket)?.requester_id : null;
  return row.of === 'ticket' && id && !row.users.has(id) ? [id] : [];
}

/** "Show Many Users", at most 100; those who were deleted for good are left out. */
async function usersById(ask: Asker, ids: readonly string[]): Promise<readonly unknown[]> {
  if (ids.length === 0) return [];
  const query = { ids: [...new Set(ids)].slice(0, 100).join(',') };
  const { body } = await ask.json({ method: 'GET', path: '/users/show_many', query });
  return understand(() => sideloaded(body));
}

interface Thread {
  rows: readonly FeedRow[];
  /** Users as the server gave them. */
  people: readonly unknown[];
}

async function threadOf(ask: Asker, raw: unknown, known: Users, serverNow: number): Promise<Thread> {
  const head = headOf(raw);
  if (head === null) return { rows: [{ ...bare(raw), users: known }], people: [] };
  const age = ageOf(head);
  if (head.status === 'deleted') return gone(head.id, age, null);
  const label = await labelOf(ask, head);
  const row: TicketRow = { ...bare(raw), id: head.id, age, users: known, label };
  if (!wantsComments(head, serverNow)) return { rows: [row], people: [] };
  const page = await commentsOf(ask, head.id, null);
  if (isMergedAway(head)) return gone(head.id, age, mergedInto(head.id, page.rows));
  const users: Users = new Map<string, User>([...known, ...usersOf(page.users)]);
  const thread = {
    conversationId: head.id,
    requesterId: head.requester_id ?? null,
    subject: head.subject ?? '',
    users,
  };
  return {
    rows: [
      { ...row, users, comments: page.rows, complete: page.older === null },
      ...page.rows.map((comment): FeedRow => ({ of: 'comment', id: rawId(comment), comment, thread })),
    ],
    people: page.users,
  };
}

/** The id that a row claims, readable or not. */
function rawId(raw: unknown): string {
  return String((raw as { id?: unknown } | null)?.id ?? '');
}

function bare(raw: unknown): TicketRow {
  return {
    of: 'ticket',
    id: rawId(raw),
    age: null,
    ticket: raw,
    users: new Map(),
    comments: null,
    complete: false,
    label: null,
  };
}

async function orGone(id: string, thread: Promise<Thread>): Promise<Thread> {
  try {
    return await thread;
  } catch (error) {
    // Deleted between the two requests.
    if (error instanceof BackendError && error.kind === 'not-found') return gone(id, null, null);
    throw error;
  }
}

function gone(id: string, age: number | null, movedTo: string | null): Thread {
  const row: GoneRow = { of: 'gone', id, age, movedTo };
  return { rows: [row], people: [] };
}

/** Up to 100 tickets by id ("Show Multiple Tickets"): those that are not in the answer are gone. */
export async function ticketsById(
  ask: Asker,
  ids: readonly string[],
): Promise<{ rows: (FeedRow | UnreadThread)[]; serverNow: number }> {
  // An id that is no number is nobody's, and would spoil the request for the others.
  const numbers = ids.filter((id) => /^\d+$/.test(id));
  const query: Query = { ids: numbers.join(','), ...BESIDE };
  const found: Tickets =
    numbers.length === 0
      ? { rows: [], users: [], serverNow: ask.clock.now() }
      : ticketsOf(await ask.json({ method: 'GET', path: '/tickets/show_many', query }), 'tickets', ask);
  const there = new Set(found.rows.map(rawId));
  const missing = ids.filter((id) => !there.has(id));
  return {
    rows: [
      ...(await withThreads(ask, found)),
      ...missing.map((id): FeedRow => ({ of: 'gone', id, age: null, movedTo: null })),
    ],
    serverNow: found.serverNow,
  };
}
