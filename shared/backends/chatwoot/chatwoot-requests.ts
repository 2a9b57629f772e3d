/** How Chatwoot is asked, and what its refusals mean. */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import { at, readAt, rowsAt } from '../pagination';
import { understand } from '../response';
import type { Answer, Asker, RequestShape } from '../rest-definition';

/** The path of something in the account whose number the agent gave. */
export function inAccount({ settings }: Pick<Asker, 'settings'>, path: string): string {
  return `/accounts/${encodeURIComponent(settings.values?.workspace ?? '')}${path}`;
}

export function ofConversation(ask: Asker, conversationId: string, path = ''): string {
  // Ids are numbers: nothing else is worth asking for.
  if (!/^\d+$/.test(conversationId)) {
    throw new BackendError('not-found', `There is no conversation "${conversationId}".`);
  }
  return inAccount(ask, `/conversations/${conversationId}${path}`);
}

/**
 * Asks, and tells a missing right from a wrong key: the server says 401 for both
 * (`RequestExceptionHandler` rescues `Pundit::NotAuthorizedError` so). The key is good if it still
 * names its owner.
 */
export async function asked(ask: Asker, shape: RequestShape): Promise<Answer> {
  try {
    return await ask.json(shape);
  } catch (error) {
    if (!(error instanceof BackendError) || error.kind !== 'unauthorized') throw error;
    await ask.json({ method: 'GET', path: '/profile' });
    throw new BackendError('forbidden', error.message, error.status);
  }
}

/** A conversation as it is this moment. */
export async function askConversation(ask: Asker, conversationId: string): Promise<unknown> {
  const { body } = await asked(ask, { method: 'GET', path: ofConversation(ask, conversationId) });
  return body;
}

/**
 * One page of messages, oldest first: the newest 20, or the 20 before an id (`MessageFinder`).
 * With `after` as well: those from `after` (or from before it, on old servers) to before `before`.
 */
export async function askMessages(
  ask: Asker,
  conversationId: string,
  place: { before?: string; after?: string } = {},
): Promise<readonly unknown[]> {
  const { body } = await asked(ask, {
    method: 'GET',
    path: ofConversation(ask, conversationId, '/messages'),
    query: place,
  });
  return understand(() => rowsAt(body, 'payload'));
}

const numbered = z.object({ id: z.number() });

/** The id before which the next older page begins; `null` for a page without rows. */
export function oldestId(rows: readonly unknown[]): string | null {
  const ids = rows.flatMap((raw) => numbered.safeParse(raw).data?.id ?? []);
  return ids.length === 0 ? null : String(Math.min(...ids));
}

export interface ConversationPage {
  rows: readonly unknown[];
  /** How many conversations there are in all, as this agent may see them. */
  count: number | null;
  /** The server's clock, ms; ours where it tells none. To the second. */
  serverNow: number;
}

/**
 * Conversations of every status and owner: one page (25 rows, unless the server is set up otherwise),
 * or with `updated_within` all at once (`ConversationFinder`).
 */
export async function askConversations(
  ask: Asker,
  query: { sort_by: string; page: string } | { updated_within: string },
): Promise<ConversationPage> {
  const { body, headers } = await asked(ask, {
    method: 'GET',
    path: inAccount(ask, '/conversations'),
    query: { status: 'all', assignee_type: 'all', ...query },
  });
  const told = Date.parse(headers['date'] ?? '');
  return understand(() => ({
    rows: rowsAt(body, 'data.payload'),
    count:
      at(body, 'data.meta.all_count') === undefined ? null : readAt(z.number(), body, 'data.meta.all_count'),
    serverNow: Number.isNaN(told) ? ask.clock.now() : told,
  }));
}
