/** How Freshdesk is asked. Calls cost credits: one each, one or two more for everything that is included. */
import { z } from 'zod';
import type { Agent } from '../../domain/entities';
import { BackendError } from '../backend-error';
import { rowId } from '../field-schemas';
import { rowsAt } from '../pagination';
import { readable, understand } from '../response';
import type { Asker, Query } from '../rest-definition';
import { readAgent, type Names } from './freshdesk-rows';

/** "The maximum number of objects that can be retrieved per page is 100." */
export const ROWS_PER_PAGE = 100;
/** Names of statuses and agents change rarely; the documentation asks for them to be kept. */
const NAMES_FOR_MS = 600_000;
/** No account has more agents or folders than this many pages. */
const MOST_PAGES = 50;

export function ofTicket(ticketId: string, path = ''): string {
  if (!/^\d+$/.test(ticketId)) throw new BackendError('not-found', `There is no ticket "${ticketId}".`);
  return `/tickets/${ticketId}${path}`;
}

/** One ticket with requester and stats; the description is always part of it. Three credits. */
export async function askTicket(ask: Asker, ticketId: string): Promise<unknown> {
  const { body } = await ask.json({
    method: 'GET',
    path: ofTicket(ticketId),
    query: { include: 'requester,stats' },
  });
  return body;
}

export interface TicketPage {
  rows: readonly unknown[];
  /** The server's clock, ms; ours where it tells none. */
  serverNow: number;
}

/** A page of tickets. Without `updated_since` only those of the last 30 days would come. */
export async function askTickets(ask: Asker, query: Query & { updated_since: string }): Promise<TicketPage> {
  const { body, headers } = await ask.json({
    method: 'GET',
    path: '/tickets',
    query: { order_by: 'updated_at', ...query },
  });
  const told = Date.parse(headers['date'] ?? '');
  return understand(() => ({
    rows: rowsAt(body, ''),
    serverNow: Number.isNaN(told) ? ask.clock.now() : told,
  }));
}

/** All messages of a ticket behind its description, oldest first; the API gives them in this order only. */
export function askThread(ask: Asker, ticketId: string): Promise<readonly unknown[]> {
  return askAll(ask, ofTicket(ticketId, '/conversations'));
}

/** Every page of a list; a page that is not full is the last one. */
export async function askAll(ask: Asker, path: string, query: Query = {}): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { body } = await ask.json({
      method: 'GET',
      path,
      query: { ...query, per_page: String(ROWS_PER_PAGE), page: String(page) },
    });
    const rows = understand(() => rowsAt(body, ''));
    all.push(...rows);
    if (rows.length < ROWS_PER_PAGE) return all;
  }
  throw new BackendError('nonsense', `The list ${path} does not end.`);
}

/** What a missing right keeps back is not there for this agent. */
async function orNone<T>(wanted: Promise<T>, none: T): Promise<T> {
  try {
    return await wanted;
  } catch (error) {
    if (error instanceof BackendError && (error.kind === 'forbidden' || error.kind === 'not-found'))
      return none;
    throw error;
  }
}

/** A choice is told with its names: for agents and for customers. */
const statusField = z.array(z.object({ choices: z.record(z.string(), z.array(z.string()).catch([])) }));
const agentField = z.array(z.object({ choices: z.record(z.string(), rowId.catch('')) }));

async function askField(ask: Asker, type: string): Promise<unknown> {
  const { body } = await ask.json({ method: 'GET', path: '/ticket_fields', query: { type } });
  return body;
}

/** All agents: from their list, or where that is for administrators only, from the field that offers them. */
export function askAgents(ask: Asker): Promise<readonly Agent[]> {
  return ask.remembered('agents', NAMES_FOR_MS, async () => {
    const listed = await orNone<readonly unknown[] | null>(askAll(ask, '/agents'), null);
    if (listed !== null) return listed.flatMap((raw) => orUnread(() => readAgent(raw, ask.accountId)));
    const body = await orNone<unknown>(askField(ask, 'default_agent'), []);
    const [field] = understand(() => agentField.parse(body));
    return Object.entries(field?.choices ?? {}).flatMap(([name, id]): Agent[] =>
      id === '' ? [] : [{ accountId: ask.accountId, id, name, email: null }],
    );
  });
}

function orUnread<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch (error) {
    if (error instanceof z.ZodError) return [];
    throw error;
  }
}

export async function askNames(ask: Asker): Promise<Names> {
  const statuses = ask.remembered('statuses', NAMES_FOR_MS, async () => {
    const body = await orNone<unknown>(askField(ask, 'default_status'), []);
    const [field] = understand(() => statusField.parse(body));
    const choices = Object.entries(field?.choices ?? {});
    return Object.fromEntries(choices.flatMap(([id, [name]]) => (name === undefined ? [] : [[id, name]])));
  });
  const agents = Object.fromEntries((await askAgents(ask)).map(({ id, name }) => [id, name]));
  return { statuses: await statuses, agents };
}

const folderRow = z.object({ id: rowId, name: z.string() });

/** Saved replies, each with the name of its folder; none where the plan or the role has none. */
export async function askSavedReplies(
  ask: Asker,
): Promise<readonly { id: unknown; reply: unknown; folder: string }[]> {
  const { body } = await orNone(ask.json({ method: 'GET', path: '/canned_response_folders' }), {
    status: 403,
    headers: {},
    body: [],
  });
  const raws = understand(() => rowsAt(body, ''));
  const folders = readable(raws, (raw) => folderRow.parse(raw));
  const found = await Promise.all(
    folders.slice(0, MOST_PAGES).map(async ({ id, name }) => {
      const answer = await ask.json({ method: 'GET', path: `/canned_response_folders/${id}/responses` });
      return understand(() => rowsAt(answer.body, '')).map((reply) => ({
        id: (reply as { id?: unknown } | null)?.id,
        reply,
        folder: name,
      }));
    }),
  );
  return found.flat();
}
