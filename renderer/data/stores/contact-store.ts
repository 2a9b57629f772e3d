/** Contacts, agents and saved replies as the screens ask for them. */
import type { Agent, Contact, ConversationKey, SavedReply } from '@shared/domain/entities';
import type { CacheReader } from '../cache/cache-reader';
import type { Delta } from '../leader/channel';
import { KeyedListeners, Signal } from './signal';

const CONVERSATIONS_AT_MOST = 100;
/** Asked again at most this often while conversations keep changing. */
const LISTS_AGAIN_MS = 500;

export class ContactStore {
  readonly #reader: Pick<CacheReader, 'contact' | 'conversationsOf'>;
  readonly #listeners = new KeyedListeners();
  readonly #contacts = new Map<string, Contact | null>();
  readonly #lists = new Map<string, readonly ConversationKey[]>();
  #again: ReturnType<typeof setTimeout> | null = null;

  constructor(reader: Pick<CacheReader, 'contact' | 'conversationsOf'>) {
    this.#reader = reader;
  }

  /** Watches a contact (`accountId/contactId`) and the list of its conversations. */
  subscribe(key: string, listener: () => void): () => void {
    const stop = this.#listeners.subscribe(key, listener);
    void this.#read(key);
    return () => {
      stop();
      if (this.#listeners.has(key)) return;
      this.#contacts.delete(key);
      this.#lists.delete(key);
    };
  }

  /** `undefined` while loading. */
  contact(key: string): Contact | null | undefined {
    return this.#contacts.get(key);
  }

  conversationsOf(key: string): readonly ConversationKey[] | undefined {
    return this.#lists.get(key);
  }

  takeDelta(delta: Delta): void {
    for (const key of delta.contacts) if (this.#listeners.has(key)) void this.#read(key);
    if (delta.light.length + delta.removed.length > 0) this.#readAllSoon();
  }

  reset(): void {
    this.#readAllSoon();
  }

  #readAllSoon(): void {
    this.#again ??= setTimeout(() => {
      this.#again = null;
      for (const key of this.#listeners.keys()) void this.#read(key);
    }, LISTS_AGAIN_MS);
  }

  async #read(key: string): Promise<void> {
    try {
      const [contact, list] = await Promise.all([
        this.#reader.contact(key),
        this.#reader.conversationsOf(key, CONVERSATIONS_AT_MOST),
      ]);
      if (!this.#listeners.has(key)) return;
      const known = this.#lists.get(key);
      const same =
        known !== undefined && known.length === list.length && list.every((k, i) => k === known[i]);
      if (!same) this.#lists.set(key, list);
      this.#contacts.set(key, contact);
      this.#listeners.wake(key);
    } catch {
      // The database is being replaced: read again with the refill.
    }
  }
}

/** All agents of all accounts: few enough to hold. */
export class AgentStore {
  readonly agents = new Signal<ReadonlyMap<string, readonly Agent[]>>(new Map());
  readonly #reader: Pick<CacheReader, 'agents'>;

  constructor(reader: Pick<CacheReader, 'agents'>) {
    this.#reader = reader;
  }

  async refresh(): Promise<void> {
    const byAccount = new Map<string, Agent[]>();
    for (const agent of await this.#reader.agents().catch(() => [])) {
      byAccount.set(agent.accountId, [...(byAccount.get(agent.accountId) ?? []), agent]);
    }
    for (const agents of byAccount.values()) agents.sort((a, b) => a.name.localeCompare(b.name));
    this.agents.set(byAccount);
  }
}

/** The saved replies of all accounts, read when somebody first looks for one. */
export class SavedReplyStore {
  readonly replies = new Signal<readonly SavedReply[]>([]);
  readonly #reader: Pick<CacheReader, 'savedReplies'>;
  #wanted = false;

  constructor(reader: Pick<CacheReader, 'savedReplies'>) {
    this.#reader = reader;
  }

  /** Somebody looks: from now on the list is kept fresh. */
  want(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.#read();
  }

  /** What is kept has changed. */
  changed(): void {
    if (this.#wanted) void this.#read();
  }

  async #read(): Promise<void> {
    // While the database is being replaced: read again with the refill.
    const replies = await this.#reader.savedReplies().catch(() => null);
    if (replies !== null) this.replies.set(replies);
  }
}
