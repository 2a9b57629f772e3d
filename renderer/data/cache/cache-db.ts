/**
 * The cache: a projection of the host's spools that may be lost at any time. Nothing an agent
 * typed lives here (see work-db.ts). Losing it costs a refill.
 */
import Dexie, { type DexieOptions, type EntityTable, type Table } from 'dexie';
import type { Sealed } from './codec';

export const CACHE_NAME = 'holdfast-cache';

/** Sealed: a Conversation. */
export interface ConversationRecord extends Sealed {
  key: string;
  /** `accountId/contactId`. */
  contact: string;
  lastMessageAt: number;
}

/** Sealed: a Message. */
export interface MessageRecord extends Sealed {
  /** `accountId/messageId`. */
  key: string;
  /** Conversation key. */
  conversation: string;
  createdAt: number;
  id: string;
}

/** Sealed: a Contact, an Agent or a SavedReply, under `accountId/id`. */
export interface KeyedRecord extends Sealed {
  key: string;
}

/** Sealed: a Contact. */
export interface ContactRecord extends KeyedRecord {
  /** Hashes of the ways to reach it (shared/domain/people.ts): no address stands in an index. */
  reach: number[];
}

/** Sealed: a JSON string of packed light rows (light-rows.ts). */
export interface BlockRecord extends Sealed {
  block: number;
}

/** Conversations whose light row in its block is older than their own record. */
export interface DirtyRecord {
  n?: number;
  /** Written. */
  keys: string[];
  /** Deleted. */
  gone: string[];
}

/** Sealed: a FirstPage, so that a start can draw before the index is read. */
export interface FirstPageRecord extends Sealed {
  filter: string;
  usedAt: number;
}

/** Where a conversation went that was merged away. */
export interface MovedRecord {
  /** Conversation key. */
  key: string;
  /** Key of the conversation that goes on. */
  to: string;
}

/** How far an account's spool is stored; commits with its rows. */
export interface CursorRecord {
  account: string;
  /** Epoch of the spool the seq belongs to. */
  epoch: string;
  seq: number;
  /** A message that must be there; a missing one means the database is damaged. */
  canary: string | null;
}

/** Who may write. One record, name `owner`. */
export interface OwnerRecord {
  name: 'owner';
  /** Rises with every leader; a writer with another number has lost the lead. */
  leaderEpoch: number;
  /** The host's epoch these rows come from; `null` before the first answer. */
  hostEpoch: string | null;
}

export interface CacheDb extends Dexie {
  conversations: EntityTable<ConversationRecord, 'key'>;
  messages: EntityTable<MessageRecord, 'key'>;
  contacts: EntityTable<ContactRecord, 'key'>;
  agents: EntityTable<KeyedRecord, 'key'>;
  savedReplies: EntityTable<KeyedRecord, 'key'>;
  blocks: EntityTable<BlockRecord, 'block'>;
  dirty: Table<DirtyRecord, number>;
  firstPages: EntityTable<FirstPageRecord, 'filter'>;
  moved: EntityTable<MovedRecord, 'key'>;
  cursors: EntityTable<CursorRecord, 'account'>;
  owner: EntityTable<OwnerRecord, 'name'>;
}

/**
 * Version 1
 * conversations  by key; [contact+lastMessageAt] lists one person's conversations, newest last
 * messages       by key; [conversation+createdAt+id] pages a timeline by keyset
 * contacts, agents
 * blocks         packed light rows, about 256 a block
 * dirty          what changed since the blocks were written, one record a transaction
 * firstPages, cursors, owner
 */
const VERSION_1 = {
  conversations: 'key, [contact+lastMessageAt]',
  messages: 'key, [conversation+createdAt+id]',
  contacts: 'key',
  agents: 'key',
  blocks: 'block',
  dirty: '++n',
  firstPages: 'filter',
  cursors: 'account',
  owner: 'name',
};

/**
 * Version 2
 * moved          conversations that were merged away, by key; about 60 bytes each. What was merged
 *                before it existed is known again after the next refill.
 */
const VERSION_2 = { moved: 'key' };

/**
 * Version 3
 * savedReplies   by key
 * contacts       also by each way to reach them, which finds the same person in other accounts
 * Older versions read past both, so the cursors begin anew: the rows come once more, over those that
 * are there.
 */
const VERSION_3 = { savedReplies: 'key', contacts: 'key, *reach' };

/** Declares the cache database; it opens at first use, and again after somebody deleted it. */
export function declareCacheDb(name: string = CACHE_NAME, where: DexieOptions = {}): CacheDb {
  const db = new Dexie(name, { ...where, chromeTransactionDurability: 'relaxed' }) as CacheDb;
  db.version(1).stores(VERSION_1);
  db.version(2).stores(VERSION_2);
  db.version(3)
    .stores(VERSION_3)
    .upgrade((tx) => tx.table<CursorRecord>('cursors').toCollection().modify({ seq: 0 }));
  return db;
}

/** Makes way for whoever deletes or replaces the database, and opens it again at the next use. */
export function yieldWhenReplaced(db: Dexie, onReplaced: () => void): void {
  db.on('versionchange', () => {
    db.close({ disableAutoOpen: false });
    onReplaced();
    return false;
  });
}

/** All keys of one account in a table keyed by `accountId/…`: [lower, upper). */
export function accountRange(accountId: string): [string, string] {
  return [`${accountId}/`, `${accountId}0`];
}
