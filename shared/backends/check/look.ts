import type { Conversation } from '../../domain/entities';
import type { Backend } from '../port';
import { CheckFailure, conversationFeed, rowsOf, type CheckContext } from './check-kit';

/** A conversation of a server that lives is looked for in so many pages, newest first where it can. */
const MOST_PAGES = 30;

/**
 * The conversation as it is now, by the freshest way that the backend has: its thread, its row by id,
 * or the pages of its feed.
 */
export function lookAt(signal: AbortSignal): CheckContext['look'] {
  return async (backend, id) => {
    const found = (await freshest(backend, id, signal)) ?? (await inFeed(backend, id, signal));
    if (found === null) throw new CheckFailure(`The conversation ${id} cannot be found.`);
    return found;
  };
}

async function freshest(backend: Backend, id: string, signal: AbortSignal): Promise<Conversation | null> {
  if (backend.thread !== undefined) return (await backend.thread(id, signal)).conversation;
  if (backend.sweep === undefined) return null;
  const { changes } = await backend.sweep.rows('conversation', [id], signal);
  return rowsOf(changes, 'conversation').get(id) ?? null;
}

async function inFeed(backend: Backend, id: string, signal: AbortSignal): Promise<Conversation | null> {
  let cursor: string | null = null;
  let found: Conversation | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await backend.pull(conversationFeed(backend), cursor, signal);
    found = rowsOf(page.changes, 'conversation').get(id) ?? found;
    if (!page.more) break;
    ({ cursor } = page);
  }
  return found;
}
