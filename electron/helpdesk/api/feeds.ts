/** Pages of what changed, in the order of the server's revision. */
import type { Desk } from '../desk/desk';
import type { Feed } from '../store/state';
import type { Cursors } from './cursors';
import {
  wireAgent,
  wireContact,
  wireConversation,
  wireGone,
  wireMessage,
  wireSavedReply,
  type WireAgent,
  type WireContact,
  type WireConversation,
  type WireGone,
  type WireMessage,
  type WireSavedReply,
} from './wire';

/** A page ends early once its bodies are this long, so that 200 large mails are not one answer. */
const PAGE_BODY_BYTES = 4 * 1024 * 1024;

export interface FeedPage<T> {
  items: (T | WireGone)[];
  next_cursor: string;
  has_more: boolean;
}

export interface FeedItems {
  agents: WireAgent;
  contacts: WireContact;
  conversations: WireConversation;
  messages: WireMessage;
  'saved-replies': WireSavedReply;
}

/** One page of a feed after `cursor`. */
export async function feedPage<F extends Feed>(
  desk: Desk,
  cursors: Cursors,
  feed: F,
  cursor: string | undefined,
  limit: number,
): Promise<FeedPage<FeedItems[F]>> {
  const { store } = desk;
  let position = cursors.read(feed, cursor, store.revision);
  const picked: { rev: number; id: string }[] = [];
  let bodyBytes = 0;
  let more = false;
  for (const entry of store.changes(feed, position)) {
    if (picked.length === limit || bodyBytes > PAGE_BODY_BYTES) {
      more = true;
      break;
    }
    picked.push(entry);
    bodyBytes += bodySize(desk, feed, entry.id);
  }
  position = picked.at(-1)?.rev ?? position;
  const items = await Promise.all(picked.map(({ id }) => wireItem(desk, feed, id)));
  return {
    items: items as (FeedItems[F] | WireGone)[],
    next_cursor: picked.length === 0 && cursor !== undefined ? cursor : cursors.write(feed, position),
    has_more: more,
  };
}

function bodySize(desk: Desk, feed: Feed, id: string): number {
  if (feed !== 'messages') return 0;
  const body = desk.store.state.messages.get(id)?.body;
  if (!body) return 0;
  return 'content' in body ? body.content.length : body.size;
}

/** One page of the ids that exist; deletions are not among them. */
export function idPage(
  desk: Desk,
  cursors: Cursors,
  feed: Feed,
  cursor: string | undefined,
  limit: number,
): { items: { id: string; version: string }[]; next_cursor: string; has_more: boolean } {
  const { store } = desk;
  const rows = store.state.rowsOf(feed);
  let position = cursors.read(`ids-${feed}`, cursor, store.revision);
  const items: { id: string; version: string }[] = [];
  let more = false;
  // In the order of the last change: what changes meanwhile moves to the end, so nothing is passed over.
  for (const { rev, id } of store.changes(feed, position)) {
    if (items.length === limit) {
      more = true;
      break;
    }
    position = rev;
    if (rows.has(id)) items.push({ id, version: String(rev) });
  }
  return { items, next_cursor: cursors.write(`ids-${feed}`, position), has_more: more };
}

/** The newest rows of some ids, or the mark that they are gone; the last ones may be left out. */
export async function rowsById<F extends Feed>(
  desk: Desk,
  feed: F,
  ids: readonly string[],
): Promise<(FeedItems[F] | WireGone)[]> {
  await desk.store.settled();
  const items: Promise<FeedItems[Feed] | WireGone>[] = [];
  let bodyBytes = 0;
  for (const id of ids) {
    if (bodyBytes > PAGE_BODY_BYTES) break;
    items.push(Promise.resolve(wireItem(desk, feed, id)));
    bodyBytes += bodySize(desk, feed, id);
  }
  return (await Promise.all(items)) as (FeedItems[F] | WireGone)[];
}

function wireItem(
  desk: Desk,
  feed: Feed,
  id: string,
): Promise<FeedItems[Feed] | WireGone> | FeedItems[Feed] | WireGone {
  const { state } = desk.store;
  switch (feed) {
    case 'agents': {
      const row = state.agents.get(id);
      return row ? wireAgent(row) : wireGone(id, undefined);
    }
    case 'contacts': {
      const row = state.contacts.get(id);
      return row ? wireContact(row) : wireGone(id, undefined);
    }
    case 'conversations': {
      const row = state.conversations.get(id);
      return row ? wireConversation(desk, row) : wireGone(id, state.goneConversations.get(id));
    }
    case 'messages': {
      const row = state.messages.get(id);
      return row ? wireMessage(desk, row) : wireGone(id, state.goneMessages.get(id));
    }
    case 'saved-replies': {
      const row = state.savedReplies.get(id);
      return row ? wireSavedReply(row) : wireGone(id, undefined);
    }
  }
}
