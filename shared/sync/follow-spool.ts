/**
 * How a page follows an account's spool, whatever it keeps its rows in: ask from the cursor on, store
 * each page of rows together with the cursor after it, and begin anew when the spool did.
 */
import {
  conversationKey,
  type Agent,
  type Contact,
  type Conversation,
  type ConversationKey,
  type Message,
  type SavedReply,
} from '../domain/entities';
import type { SpooledChange } from './spool-records';

/** One answer of the host, see `GET /door/changes`. */
export interface SpoolNews {
  /** Another one than before: the seqs of the rows stored so far mean nothing any more. */
  epoch: string;
  changes: readonly SpooledChange[];
  /** The cursor after these changes. */
  seq: number;
  more: boolean;
}

export interface SpoolFollower<P extends SpoolNews> {
  /** How far the stored rows reach; `null` when there are none. */
  cursor(): Promise<{ epoch: string; seq: number } | null>;
  ask(after: number): Promise<P>;
  /** Forgets every row and the cursor. */
  drop(): Promise<void>;
  /** Stores rows and cursor, both or neither. */
  store(page: P): Promise<void>;
}

/** Follows a spool to its present end. Rejects with what the follower's own steps reject with. */
export async function followSpool<P extends SpoolNews>(follower: SpoolFollower<P>): Promise<void> {
  const ask = (after: number): Promise<P> => {
    const page = follower.ask(after);
    // Asked ahead; looked at only when the page before it is stored.
    page.catch(() => undefined);
    return page;
  };
  const cursor = await follower.cursor();
  let epoch = cursor?.epoch ?? null;
  let next: Promise<P> | null = ask(cursor?.seq ?? 0);
  while (next !== null) {
    const page: P = await next;
    if (epoch !== null && epoch !== page.epoch) {
      await follower.drop();
      epoch = null;
      next = ask(0);
      continue;
    }
    epoch = page.epoch;
    next = page.more ? ask(page.seq) : null;
    await follower.store(page);
  }
}

/** What a batch of changes does to stored rows. Keys are `accountId/id`; `null` rows are gone. */
export interface SortedChanges {
  /** Conversations that are gone take their messages with them, before `messages` are stored. */
  conversations: Map<ConversationKey, { row: Conversation | null; movedTo: string | null }>;
  messages: Map<string, Message | null>;
  contacts: Map<string, Contact | null>;
  agents: Map<string, Agent | null>;
  savedReplies: Map<string, SavedReply | null>;
}

/** The last change of each thing, by kind; `changes` in the order of the spool. */
export function sortChanges(accountId: string, changes: readonly SpooledChange[]): SortedChanges {
  const key = (id: string): string => conversationKey(accountId, id);
  const sorted: SortedChanges = {
    conversations: new Map(),
    messages: new Map(),
    contacts: new Map(),
    agents: new Map(),
    savedReplies: new Map(),
  };
  for (const change of changes) {
    switch (change.kind) {
      case 'conversation':
        sorted.conversations.set(key(change.id), { row: change.row, movedTo: change.movedTo });
        break;
      case 'message':
        sorted.messages.set(key(change.id), change.row);
        break;
      case 'contact':
        sorted.contacts.set(key(change.id), change.row);
        break;
      case 'agent':
        sorted.agents.set(key(change.id), change.row);
        break;
      case 'savedReply':
        sorted.savedReplies.set(key(change.id), change.row);
        break;
    }
  }
  return sorted;
}
