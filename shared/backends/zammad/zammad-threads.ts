/** How tickets, their articles and people are asked for, whoever asks: feeds, history, the fresh head. */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import { rowId } from '../field-schemas';
import { readAt, rowsAt } from '../pagination';
import { readable, understand } from '../response';
import type { Answer, Asker } from '../rest-definition';
import { isMissing, threadsApart, UnreadThread } from '../threads-apart';
import {
  articleOf,
  authorIdOf,
  headOf,
  isGone,
  readPriority,
  readState,
  readUserRow,
  type FeedRow,
  type State,
  type TicketHead,
  type TicketRow,
  type User,
  type Users,
} from './zammad-rows';

/** Settled tickets bring their articles only when they changed within this. */
const RECENT_MS = 14 * 24 * 3_600_000;
const LISTS_FOR_MS = 10 * 60_000;
const PEOPLE_FOR_MS = 10 * 60_000;
/** Enough tickets to find one whose articles can be read. */
const SOME = '10';

export const ticketPath = (id: string): string => `/tickets/${encodeURIComponent(id)}`;

/** The server's clock at its answer; this computer's where it does not tell. */
export function serverTime({ headers }: Answer, ask: Asker): number {
  const told = Date.parse(headers['date'] ?? '');
  return Number.isNaN(told) ? ask.clock.now() : told;
}

/** All states by id, also those that are not in use any more. */
export function statesOf(ask: Asker): Promise<ReadonlyMap<string, State>> {
  return ask.remembered('states', LISTS_FOR_MS, async () => {
    const { body } = await ask.json({ method: 'GET', path: '/ticket_states', query: { expand: 'true' } });
    const states = readable(
      understand(() => rowsAt(body, '')),
      readState,
    );
    return new Map(states.map((state) => [state.id, state]));
  });
}

export function prioritiesOf(ask: Asker): Promise<readonly ReturnType<typeof readPriority>[]> {
  return ask.remembered('priorities', LISTS_FOR_MS, async () => {
    const { body } = await ask.json({ method: 'GET', path: '/ticket_priorities', query: { expand: 'true' } });
    return readable(
      understand(() => rowsAt(body, '')),
      readPriority,
    );
  });
}

/** A person; `null` where nobody may know. */
function userOf(ask: Asker, id: string): Promise<User | null> {
  return ask.remembered(`user ${id}`, PEOPLE_FOR_MS, async () => {
    try {
      const { body } = await ask.json({ method: 'GET', path: `/users/${encodeURIComponent(id)}` });
      return understand(() => readUserRow(body));
    } catch (error) {
      const unknown =
        error instanceof BackendError && ['not-found', 'forbidden', 'nonsense'].includes(error.kind);
      if (unknown) return null;
      throw error;
    }
  });
}

export async function peopleOf(ask: Asker, ids: Iterable<string>): Promise<Map<string, User>> {
  const found = await Promise.all([...new Set(ids)].map((id) => userOf(ask, id)));
  return new Map(found.flatMap((user) => (user === null ? [] : [[user.id, user]])));
}

/** Every article of a ticket, oldest first: Zammad gives them in no other way. */
export async function articlesOf(ask: Asker, id: string): Promise<readonly unknown[]> {
  const { body } = await ask.json({
    method: 'GET',
    path: `/ticket_articles/by_ticket/${encodeURIComponent(id)}`,
    query: { expand: 'true' },
  });
  return understand(() => rowsAt(body, ''));
}

/** People who wrote some articles. */
export function authorsOf(ask: Asker, articles: readonly unknown[]): Promise<Map<string, User>> {
  return peopleOf(
    ask,
    articles.flatMap((raw) => {
      const article = articleOf(raw);
      return article === null || article.sender === 'System' ? [] : [authorIdOf(article)];
    }),
  );
}

async function tagsOf(ask: Asker, { id, tags }: TicketHead): Promise<readonly string[]> {
  if (tags) return tags;
  const { body } = await ask.json({ method: 'GET', path: '/tags', query: { object: 'Ticket', o_id: id } });
  return understand(() => readAt(z.array(z.string()), body, 'tags'));
}

const linkRow = z.object({ link_type: z.string(), link_object: z.string(), link_object_value: rowId });

/**
 * Where a merged ticket lives now: a merge links it to its target as to a parent, and that link is the
 * last one of its kind (Ticket#merge_to, Link.list).
 */
async function mergedInto(ask: Asker, id: string): Promise<string | null> {
  const { body } = await ask.json({
    method: 'GET',
    path: '/links',
    query: { link_object: 'Ticket', link_object_value: id },
  });
  const raws = understand(() => rowsAt(body, 'links'));
  const links = readable(raws, (raw) => linkRow.parse(raw));
  const parents = links.filter((link) => link.link_object === 'Ticket' && link.link_type === 'parent');
  return parents.at(-1)?.link_object_value ?? null;
}

/** A ticket with its people, tags and articles, as rows. */
export async function withThread(ask: Asker, raw: unknown, serverNow: number): Promise<FeedRow[]> {
  try {
    return withContacts(await threadOf(ask, raw, serverNow));
  } catch (error) {
    // Deleted between two requests.
    if (!(error instanceof BackendError) || error.kind !== 'not-found') throw error;
    return [goneRow(rawId(raw))];
  }
}

/** The same for a page of tickets, of which some may not be readable. */
export async function withThreads(
  ask: Asker,
  raws: readonly unknown[],
  serverNow: number,
): Promise<(FeedRow | UnreadThread)[]> {
  // Before the threads: where it fails, that is no matter of any of them.
  if (raws.length > 0) await statesOf(ask);
  const threads = await threadsApart(ask, raws, {
    idOf: rawId,
    ageOf: (raw) => headOf(raw)?.updated_at ?? null,
    read: (raw) => threadOf(ask, raw, serverNow),
    ...articlesAsWitness(ask),
  });
  const rows = threads.flatMap((one) => (one instanceof UnreadThread ? [] : one));
  const unread = threads.filter((one) => one instanceof UnreadThread);
  return [...withContacts(rows), ...unread.map((one) => (isMissing(one) ? goneRow(one.id) : one))];
}

function articlesAsWitness(ask: Asker): {
  witness(id: string): Promise<unknown>;
  others(): Promise<readonly string[]>;
} {
  return {
    witness: (id) => articlesOf(ask, id),
    async others() {
      const query = { page: '1', per_page: SOME };
      const { body } = await ask.json({ method: 'GET', path: '/tickets', query });
      return understand(() => rowsAt(body, '')).map(rawId);
    },
  };
}

function withContacts(rows: readonly FeedRow[]): FeedRow[] {
  const contacts = new Map<string, User>();
  for (const row of rows) {
    if (row.of !== 'ticket') continue;
    const customer = row.users.get(headOf(row.ticket)?.customer_id ?? '');
    if (customer !== undefined) contacts.set(customer.id, customer);
  }
  return [...[...contacts].map(([id, user]): FeedRow => ({ of: 'contact', id, user })), ...rows];
}

async function threadOf(ask: Asker, raw: unknown, serverNow: number): Promise<FeedRow[]> {
  const head = headOf(raw);
  const states = await statesOf(ask);
  if (head === null) return [ticketRow(raw, rawId(raw), null, states)];
  const age = head.updated_at;
  const state = states.get(head.state_id);
  const gone = isGone(state);
  if (gone !== null) {
    const movedTo = gone === 'merged' ? await mergedInto(ask, head.id) : null;
    return [{ of: 'gone', id: head.id, age, movedTo }];
  }
  const wanted = state?.state_type !== 'closed' || age > serverNow - RECENT_MS;
  const [tags, articles] = await Promise.all([
    tagsOf(ask, head),
    wanted ? articlesOf(ask, head.id) : Promise.resolve(null),
  ]);
  const [customers, authors] = await Promise.all([
    peopleOf(ask, [head.customer_id]),
    authorsOf(ask, articles ?? []),
  ]);
  const users: Users = new Map([...customers, ...authors]);
  return [
    { ...ticketRow(raw, head.id, age, states), users, tags, articles },
    ...(articles ?? []).map((article): FeedRow => ({ of: 'article', id: rawId(article), article, users })),
  ];
}

const goneRow = (id: string): FeedRow => ({ of: 'gone', id, age: null, movedTo: null });

function ticketRow(
  ticket: unknown,
  id: string,
  age: number | null,
  states: ReadonlyMap<string, State>,
): TicketRow {
  return { of: 'ticket', id, age, ticket, states, users: new Map(), tags: [], articles: null };
}

/** The id that a row claims, readable or not. */
function rawId(raw: unknown): string {
  return String((raw as { id?: unknown } | null)?.id ?? '');
}

/** One ticket by its id with its thread; one that is not there, or that this agent may not see, is gone. */
export async function ticketById(ask: Asker, id: string, serverNow: number): Promise<FeedRow[]> {
  try {
    const { body } = await ask.json({ method: 'GET', path: ticketPath(id), query: { expand: 'true' } });
    return await withThread(ask, body, serverNow);
  } catch (error) {
    if (!(error instanceof BackendError) || !['not-found', 'forbidden'].includes(error.kind)) throw error;
    return [goneRow(id)];
  }
}

/** Some tickets by their ids, each as {@link ticketById} reads it. */
export async function ticketsById(
  ask: Asker,
  ids: readonly string[],
): Promise<readonly (FeedRow | UnreadThread)[]> {
  const found = await threadsApart(ask, ids, {
    idOf: (id) => id,
    read: (id) => ticketById(ask, id, ask.clock.now()),
    ...articlesAsWitness(ask),
  });
  return found.flat();
}
