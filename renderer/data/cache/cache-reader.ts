/** What the screens read from the cache. Small ranges by key; never a whole table, never an offset. */
import type {
  Agent,
  Contact,
  Conversation,
  ConversationKey,
  Message,
  SavedReply,
} from '@shared/domain/entities';
import { hash53 } from '@shared/domain/hash53';
import { reachesOf } from '@shared/domain/people';
import Dexie from 'dexie';
import type { CacheDb } from './cache-db';
import type { Codec, Sealed } from './codec';
import { readBlocks, readDirtyRows } from './light-blocks';
import type { FirstPage } from '../stores/row-store';
import type { LightRow } from './light-rows';

const FIRST_PAGES_KEPT = 6;
/** An address that more contacts share belongs to an office, not to a person. */
const CONTACTS_AT_MOST = 50;

/** Where a page of older messages ends. */
export type Before = Pick<Message, 'createdAt' | 'id'>;

export class CacheReader {
  readonly #db: CacheDb;
  readonly #codec: Codec;

  constructor(db: CacheDb, codec: Codec) {
    this.#db = db;
    this.#codec = codec;
  }

  /** In the order of the keys; `undefined` for one that is not there. */
  async conversations(keys: readonly ConversationKey[]): Promise<(Conversation | undefined)[]> {
    const records = await this.#db.conversations.bulkGet([...keys]);
    const present = await this.#open<Conversation>(records.filter((record) => record !== undefined));
    let next = 0;
    return records.map((record) => (record === undefined ? undefined : present[next++]));
  }

  /** Where those of these conversations went that were merged away. */
  async moved(keys: readonly ConversationKey[]): Promise<Map<ConversationKey, ConversationKey>> {
    const records = await this.#db.moved.bulkGet([...keys]);
    return new Map(records.flatMap((record) => (record === undefined ? [] : [[record.key, record.to]])));
  }

  /** The newest messages of a conversation, or those before one; oldest first. */
  async messages(key: ConversationKey, before: Before | null, limit: number): Promise<Message[]> {
    const upper = before === null ? [key, Dexie.maxKey] : [key, before.createdAt, before.id];
    const records = await this.#db.messages
      .where('[conversation+createdAt+id]')
      .between([key], upper, true, before === null)
      .reverse()
      .limit(limit)
      .toArray();
    return this.#open<Message>(records.reverse());
  }

  /** Everything from one message on; oldest first. */
  async messagesFrom(key: ConversationKey, oldest: Before): Promise<Message[]> {
    const records = await this.#db.messages
      .where('[conversation+createdAt+id]')
      .between([key, oldest.createdAt, oldest.id], [key, Dexie.maxKey], true, true)
      .toArray();
    return this.#open<Message>(records);
  }

  /** By `accountId/contactId`. */
  async contact(key: string): Promise<Contact | null> {
    const record = await this.#db.contacts.get(key);
    return record === undefined ? null : ((await this.#open<Contact>([record]))[0] ?? null);
  }

  /** Contacts of any account that share a way to be reached with one of these. */
  async contactsLike(contacts: readonly Contact[]): Promise<Contact[]> {
    const hashes = contacts.flatMap(reachesOf).map(({ kind, value }) => hash53(`${kind} ${value}`));
    const records = await this.#db.contacts
      .where('reach')
      .anyOf([...new Set(hashes)])
      .distinct()
      .limit(CONTACTS_AT_MOST)
      .toArray();
    return this.#open<Contact>(records);
  }

  /** In any order; without those that are not here. */
  async contacts(keys: readonly string[]): Promise<Contact[]> {
    const records = await this.#db.contacts.bulkGet([...keys]);
    return this.#open<Contact>(records.filter((record) => record !== undefined));
  }

  /** Keys of one contact's conversations, newest first. */
  async conversationsOf(contactKey: string, limit: number): Promise<ConversationKey[]> {
    const keys = await this.#db.conversations
      .where('[contact+lastMessageAt]')
      .between([contactKey], [contactKey, Dexie.maxKey], true, true)
      .primaryKeys();
    return keys.reverse().slice(0, limit);
  }

  async agents(): Promise<Agent[]> {
    return this.#open<Agent>(await this.#db.agents.toArray());
  }

  async savedReplies(): Promise<SavedReply[]> {
    return this.#open<SavedReply>(await this.#db.savedReplies.toArray());
  }

  /** All light rows, the newest state of a row first. @throws DamagedBlockError */
  async *lightRows(): AsyncGenerator<{ rows: LightRow[]; gone: ConversationKey[] }> {
    const dirty = [...(await readDirtyRows(this.#db, this.#codec)).rows];
    yield {
      rows: dirty.flatMap(([, row]) => row ?? []),
      gone: dirty.flatMap(([key, row]) => (row === null ? [key] : [])),
    };
    for await (const blocks of readBlocks(this.#db, this.#codec)) {
      yield { rows: blocks.flatMap(({ rows }) => rows), gone: [] };
    }
  }

  /** The stored first pages, by filter id. */
  async firstPages(): Promise<Map<string, FirstPage>> {
    const records = await this.#db.firstPages.toArray();
    const pages = await this.#open<FirstPage>(records);
    return new Map(records.map((record, i) => [record.filter, pages[i]!]));
  }

  /** Keeps the first page of a filter for the next start, if the cache still is what it was read from. */
  async keepFirstPage(filter: string, page: FirstPage, now: number): Promise<void> {
    const [sealed] = await this.#codec.sealAll([page]);
    await this.#db.transaction('rw', [this.#db.firstPages, this.#db.owner], async () => {
      const owner = await this.#db.owner.get('owner');
      if (owner === undefined || owner.hostEpoch === null) return;
      await this.#db.firstPages.put({ filter, usedAt: now, ...sealed! });
      const pages = await this.#db.firstPages.toArray();
      const old = pages.sort((a, b) => b.usedAt - a.usedAt).slice(FIRST_PAGES_KEPT);
      await this.#db.firstPages.bulkDelete(old.map((page) => page.filter));
    });
  }

  #open<T>(records: readonly Sealed[]): Promise<T[]> {
    return this.#codec.openAll(records) as Promise<T[]>;
  }
}
