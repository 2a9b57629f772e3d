/** Pages of what changed, in the order of the server's revision. */
import type { Desk } from '../desk/desk';
import { DeskError } from '../desk/desk-error';
import type { Feed } from '../store/state';
import {
  wireAgent,
  wireContact,
  wireConversation,
  wireGone,
  wireMessage,
  type WireAgent,
  type WireContact,
  type WireConversation,
  type WireGone,
  type WireMessage,
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
}

/** Reads cursors made by this helpdesk for this feed, and only those. */
export class Cursors {
  /** @param epoch id of the data folder: a cursor of another folder means nothing here */
  constructor(private readonly epoch: string) {}

  write(feed: string, position: number): string {
    return Buffer.from(`1.${this.epoch}.${feed}.${position}`).toString('base64url');
  }

  /** @throws DeskError 400 `bad_cursor` */
  read(feed: string, cursor: string | undefined, newest: number): number {
    if (cursor === undefined) return 0;
    const [version, epoch, name, position] = Buffer.from(cursor, 'base64url').toString().split('.');
    const number = Number(position);
    const good =
      version === '1' && epoch === this.epoch && name === feed && Number.isInteger(number) && number >= 0;
    if (good && number <= newest && this.write(feed, number) === cursor) return number;
    throw new DeskError(
      400,
      'bad_cursor',
      'This cursor was not made by this helpdesk as it is now. Begin again without a cursor.',
    );
  }
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

function wireItem(
  desk: Desk,
  feed: Feed,
  id: string,
): Promise<FeedItems[Feed] | WireGone> | FeedItems[Feed] | WireGone {
  const { state } = desk.store;
  switch (feed) {
    case 'agents':
      return wireAgent(state.agents.get(id)!);
    case 'contacts':
      return wireContact(state.contacts.get(id)!);
    case 'conversations': {
      const row = state.conversations.get(id);
      return row ? wireConversation(desk, row) : wireGone(state.goneConversations.get(id)!);
    }
    case 'messages': {
      const row = state.messages.get(id);
      return row ? wireMessage(desk, row) : wireGone(state.goneMessages.get(id)!);
    }
  }
}
