/** Writes what the host's spool says into the cache: rows and cursor in one transaction. */
import type { SpooledChange } from '@shared/contract/door';
import { conversationKey } from '@shared/domain/entities';
import { hash53 } from '@shared/domain/hash53';
import { reachesOf } from '@shared/domain/people';
import { sortChanges } from '@shared/sync/follow-spool';
import Dexie from 'dexie';
import type { Delta } from '../leader/channel';
import { accountRange, type CacheDb } from './cache-db';
import type { Codec } from './codec';
import { lightOf } from './light-rows';

/** Up to this many changes a delta carries whole rows, so that open screens need not read again. */
const WHOLE_ROWS_AT_MOST = 60;
/** A delta with more text than this is not worth copying into every window, in characters. */
const WHOLE_TEXT_AT_MOST = 200_000;

/** Another leader has taken over: this one must stop writing. */
export class LostLeadError extends Error {
  constructor() {
    super('Another window leads now');
    this.name = 'LostLeadError';
  }
}

/** The database was emptied under the leader. */
export class CacheLostError extends Error {
  constructor() {
    super('The cache was emptied');
    this.name = 'CacheLostError';
  }
}

/** First step of every transaction of a leader; `owner` must be in its scope. */
export async function assertLeads(db: CacheDb, leaderEpoch: number): Promise<void> {
  const owner = await db.owner.get('owner');
  if (owner === undefined) throw new CacheLostError();
  if (owner.leaderEpoch !== leaderEpoch) throw new LostLeadError();
}

export interface Batch {
  accountId: string;
  /** Epoch of the account's spool. */
  spoolEpoch: string;
  /** In the order of the spool; of several changes of one thing the last counts. */
  changes: readonly SpooledChange[];
  /** The cursor after this batch. */
  seq: number;
}

function split<T>(rows: ReadonlyMap<string, T | null>): { kept: Map<string, T>; gone: string[] } {
  const kept = new Map<string, T>();
  const gone: string[] = [];
  for (const [key, row] of rows) {
    if (row === null) gone.push(key);
    else kept.set(key, row);
  }
  return { kept, gone };
}

/**
 * Stores one batch and says what it changed.
 * @throws LostLeadError, CacheLostError; nothing is written then
 */
export async function storeBatch(
  db: CacheDb,
  codec: Codec,
  leaderEpoch: number,
  batch: Batch,
): Promise<Delta> {
  const { accountId, changes } = batch;
  const sorted = sortChanges(accountId, changes);
  const removed = [...sorted.conversations].flatMap(([key, { row, movedTo }]) =>
    row === null ? [{ key, movedTo: movedTo === null ? null : conversationKey(accountId, movedTo) }] : [],
  );
  const rows = new Map(
    [...sorted.conversations].flatMap(([key, { row }]) => (row === null ? [] : [[key, row] as const])),
  );
  const messages = split(sorted.messages);
  const contacts = split(sorted.contacts);
  const agents = split(sorted.agents);
  const savedReplies = split(sorted.savedReplies);

  // Sealed before the transaction begins: it would end while a cipher is awaited.
  const sealedRows = await codec.sealAll([...rows.values()]);
  const conversationRecords = [...rows].map(([key, row], i) => ({
    key,
    contact: `${accountId}/${row.contactId}`,
    lastMessageAt: row.lastMessageAt,
    ...sealedRows[i]!,
  }));
  const sealedMessages = await codec.sealAll([...messages.kept.values()]);
  const messageRecords = [...messages.kept].map(([key, row], i) => ({
    key,
    conversation: conversationKey(accountId, row.conversationId),
    createdAt: row.createdAt,
    id: row.id,
    ...sealedMessages[i]!,
  }));
  const sealedContacts = await codec.sealAll([...contacts.kept.values()]);
  const contactRecords = [...contacts.kept].map(([key, row], i) => ({
    key,
    reach: reachesOf(row).map(({ kind, value }) => hash53(`${kind} ${value}`)),
    ...sealedContacts[i]!,
  }));
  const sealedAgents = await codec.sealAll([...agents.kept.values()]);
  const agentRecords = [...agents.kept.keys()].map((key, i) => ({ key, ...sealedAgents[i]! }));
  const sealedReplies = await codec.sealAll([...savedReplies.kept.values()]);
  const replyRecords = [...savedReplies.kept.keys()].map((key, i) => ({ key, ...sealedReplies[i]! }));

  const tables = [db.conversations, db.messages, db.contacts, db.agents, db.dirty, db.cursors, db.owner];
  const moved = removed.flatMap(({ key, movedTo }) => (movedTo === null ? [] : [{ key, to: movedTo }]));
  await db.transaction('rw', [...tables, db.savedReplies, db.moved], async () => {
    await assertLeads(db, leaderEpoch);
    const before = await db.cursors.get(accountId);
    const anyGone = removed.length > 0 || messages.gone.length > 0;
    for (const { key } of removed) {
      await db.messages.where('[conversation+createdAt+id]').between([key], [key, Dexie.maxKey]).delete();
    }
    if (removed.length > 0) await db.conversations.bulkDelete(removed.map(({ key }) => key));
    if (messages.gone.length > 0) await db.messages.bulkDelete(messages.gone);
    if (contacts.gone.length > 0) await db.contacts.bulkDelete(contacts.gone);
    if (agents.gone.length > 0) await db.agents.bulkDelete(agents.gone);
    if (savedReplies.gone.length > 0) await db.savedReplies.bulkDelete(savedReplies.gone);
    if (conversationRecords.length > 0) await db.conversations.bulkPut(conversationRecords);
    if (messageRecords.length > 0) await db.messages.bulkPut(messageRecords);
    if (contactRecords.length > 0) await db.contacts.bulkPut(contactRecords);
    if (agentRecords.length > 0) await db.agents.bulkPut(agentRecords);
    if (replyRecords.length > 0) await db.savedReplies.bulkPut(replyRecords);
    if (sorted.conversations.size > 0) {
      await db.moved.bulkDelete([...sorted.conversations.keys()]);
      if (moved.length > 0) await db.moved.bulkPut(moved);
      await db.dirty.add({ keys: [...rows.keys()], gone: removed.map(({ key }) => key) });
    }
    await db.cursors.put({
      account: accountId,
      epoch: batch.spoolEpoch,
      seq: batch.seq,
      canary: messageRecords.at(-1)?.key ?? (anyGone ? null : (before?.canary ?? null)),
    });
  });

  const small = changes.length <= WHOLE_ROWS_AT_MOST;
  const text = [...messages.kept.values()].reduce((sum, message) => sum + message.body.content.length, 0);
  return {
    type: 'delta',
    leaderEpoch,
    light: [...rows.values()].map(lightOf),
    removed,
    conversations: small ? [...rows.values()] : null,
    messages: small && text <= WHOLE_TEXT_AT_MOST ? [...messages.kept.values()] : null,
    touched: [...new Set(messageRecords.map((record) => record.conversation))],
    removedMessages: messages.gone,
    contacts: [...sorted.contacts.keys()],
    agentsChanged: sorted.agents.size > 0,
    savedRepliesChanged: sorted.savedReplies.size > 0,
  };
}

/** Forgets one account. @throws LostLeadError, CacheLostError */
export async function dropAccount(db: CacheDb, leaderEpoch: number, accountId: string): Promise<void> {
  const [from, to] = accountRange(accountId);
  const tables = [db.conversations, db.messages, db.contacts, db.agents, db.cursors, db.blocks, db.dirty];
  await db.transaction('rw', [...tables, db.savedReplies, db.firstPages, db.moved, db.owner], async () => {
    await assertLeads(db, leaderEpoch);
    const keys = await db.conversations.where('key').between(from, to).primaryKeys();
    await db.dirty.add({ keys: [], gone: keys });
    for (const table of [db.conversations, db.messages, db.contacts, db.agents, db.savedReplies, db.moved]) {
      await table.where('key').between(from, to).delete();
    }
    await db.cursors.delete(accountId);
    await db.firstPages.clear();
  });
}

/** Empties the cache and makes it the leader's. */
export async function emptyCache(db: CacheDb, leaderEpoch: number, hostEpoch: string | null): Promise<void> {
  await db.transaction('rw', db.tables, async () => {
    for (const table of db.tables) await table.clear();
    await db.owner.put({ name: 'owner', leaderEpoch, hostEpoch });
  });
}
