/** Everything the helpdesk knows, in memory; only records of the journal change it. */
import { addressForm } from '@shared/domain/mail-address';
import { RevisionIndex } from './revision-index';
import type {
  StoreRecord,
  StoredAgent,
  StoredContact,
  StoredConversation,
  StoredFile,
  StoredMessage,
  StoredOperation,
  StoredSavedReply,
  StoredVisitor,
  Tombstone,
} from './model';

export const FEEDS = ['agents', 'contacts', 'conversations', 'messages', 'saved-replies'] as const;
export type Feed = (typeof FEEDS)[number];

/** How long an Idempotency-Key is remembered. */
export const KEEP_OPERATIONS_MS = 30 * 24 * 3_600_000;
const ROWS_PER_RECORD = 500;

export class State {
  revision = 0;
  /** Highest number used in an id such as `c1042`. */
  lastNumber = 1000;
  readonly agents = new Map<string, StoredAgent>();
  readonly contacts = new Map<string, StoredContact>();
  readonly conversations = new Map<string, StoredConversation>();
  readonly messages = new Map<string, StoredMessage>();
  readonly savedReplies = new Map<string, StoredSavedReply>();
  readonly goneConversations = new Map<string, Tombstone>();
  readonly goneMessages = new Map<string, Tombstone>();
  readonly uploads = new Map<string, StoredFile>();
  readonly visitors = new Map<string, StoredVisitor>();
  readonly operations = new Map<string, StoredOperation>();
  readonly mailed = new Set<string>();

  /** Message ids of each conversation, oldest first. */
  readonly threads = new Map<string, string[]>();
  /** Attachments by id: uploads, and files of messages. */
  readonly files = new Map<string, StoredFile>();
  /** Message-ID header (with brackets) → message id. */
  readonly mailIds = new Map<string, string>();
  /** `network id` of a social message → message id. */
  readonly externalKeys = new Map<string, string>();
  /** Lower-case address, or `network:handle` → contact id. */
  readonly contactIds = new Map<string, string>();
  /** Contacts by the addresses that they proved. */
  readonly provedIds = new Map<string, string>();
  /** `network:handle` → its newest conversation of direct messages. */
  readonly directThreads = new Map<string, string>();
  /** Replies to social messages in the order they were made. */
  readonly socialReplies: string[] = [];
  /** Replies that leave as mail, in the order they were made. */
  readonly mailReplies: string[] = [];

  readonly feeds: Readonly<Record<Feed, RevisionIndex>> = {
    agents: new RevisionIndex(),
    contacts: new RevisionIndex(),
    conversations: new RevisionIndex(),
    messages: new RevisionIndex(),
    'saved-replies': new RevisionIndex(),
  };

  /**
   * Applies one record.
   * @param indexed false while the journal is being read; {@link loadFeeds} then makes the indexes
   */
  apply(record: StoreRecord, indexed = true): void {
    for (const row of record.agents ?? []) this.put('agents', this.agents, row, indexed);
    for (const row of record.contacts ?? []) {
      this.put('contacts', this.contacts, row, indexed);
      const proved = row.verifiedEmails ?? [];
      for (const email of row.emails) {
        (proved.includes(email) ? this.provedIds : this.contactIds).set(addressForm(email), row.id);
      }
      for (const handle of row.handles) this.contactIds.set(handle, row.id);
    }
    for (const row of record.conversations ?? []) this.putConversation(row, indexed);
    for (const row of record.messages ?? []) this.putMessage(row, indexed);
    for (const row of record.savedReplies ?? []) this.put('saved-replies', this.savedReplies, row, indexed);
    for (const gone of record.goneConversations ?? []) this.bury('conversations', gone, indexed);
    for (const gone of record.goneMessages ?? []) this.bury('messages', gone, indexed);
    for (const file of record.uploads ?? []) {
      this.uploads.set(file.id, file);
      this.files.set(file.id, file);
      this.seen(file.id);
    }
    for (const visitor of record.visitors ?? []) this.visitors.set(visitor.tokenHash, visitor);
    for (const id of record.mailed ?? []) this.mailed.add(id);
    for (const operation of record.operations ?? []) this.operations.set(operation.key, operation);
    if (record.operation) this.operations.set(record.operation.key, record.operation);
  }

  /** Builds the feeds once the whole journal has been applied. */
  loadFeeds(): void {
    this.feeds.agents.load(revisionsOf(this.agents.values()));
    this.feeds.contacts.load(revisionsOf(this.contacts.values()));
    this.feeds['saved-replies'].load(revisionsOf(this.savedReplies.values()));
    this.feeds.conversations.load([
      ...revisionsOf(this.conversations.values()),
      ...revisionsOf(this.goneConversations.values()),
    ]);
    this.feeds.messages.load([
      ...revisionsOf(this.messages.values()),
      ...revisionsOf(this.goneMessages.values()),
    ]);
  }

  /** The live state as records, for rewriting a journal that has grown old. */
  *records(now: number): Generator<StoreRecord> {
    const groups: [keyof StoreRecord, Iterable<unknown>][] = [
      ['agents', this.agents.values()],
      ['contacts', this.contacts.values()],
      ['conversations', this.conversations.values()],
      ['messages', this.messages.values()],
      ['savedReplies', this.savedReplies.values()],
      ['goneConversations', this.goneConversations.values()],
      ['goneMessages', this.goneMessages.values()],
      ['uploads', this.uploads.values()],
      ['visitors', this.visitors.values()],
      ['mailed', this.mailed],
      ['operations', [...this.operations.values()].filter(({ at }) => at > now - KEEP_OPERATIONS_MS)],
    ];
    for (const [name, rows] of groups) {
      for (const part of parts(rows, ROWS_PER_RECORD)) yield { v: 1, [name]: part };
    }
  }

  /** What exists of a feed, by id. */
  rowsOf(feed: Feed): ReadonlyMap<string, unknown> {
    return feed === 'saved-replies' ? this.savedReplies : this[feed];
  }

  private put<T extends { id: string; rev: number }>(
    feed: Feed,
    rows: Map<string, T>,
    row: T,
    indexed: boolean,
  ): void {
    rows.set(row.id, row);
    this.noteRevision(feed, row, indexed);
  }

  private putConversation(row: StoredConversation, indexed: boolean): void {
    this.put('conversations', this.conversations, row, indexed);
    if (row.social?.visibility !== 'direct') return;
    for (const handle of this.contacts.get(row.contactId)?.handles ?? [])
      this.directThreads.set(handle, row.id);
  }

  private putMessage(row: StoredMessage, indexed: boolean): void {
    const before = this.messages.get(row.id);
    this.put('messages', this.messages, row, indexed);
    if (before && before.conversationId !== row.conversationId) this.leaveThread(before);
    if (!before || before.conversationId !== row.conversationId) this.joinThread(row);
    for (const file of row.attachments) {
      this.files.set(file.id, file);
      this.seen(file.id);
    }
    const mailId = row.email?.messageId;
    if (mailId) this.mailIds.set(mailId, row.id);
    if (row.externalKey) this.externalKeys.set(row.externalKey, row.id);
    if (before || row.outgoing === null) return;
    if (row.outgoing === 'social') this.socialReplies.push(row.id);
    else this.mailReplies.push(row.id);
  }

  private joinThread(row: StoredMessage): void {
    const thread = this.threads.get(row.conversationId);
    if (!thread) {
      this.threads.set(row.conversationId, [row.id]);
      return;
    }
    let at = thread.length;
    while (at > 0 && this.messages.get(thread[at - 1]!)!.createdAt > row.createdAt) at -= 1;
    thread.splice(at, 0, row.id);
  }

  private leaveThread(row: StoredMessage): void {
    const thread = this.threads.get(row.conversationId);
    if (thread) thread.splice(thread.indexOf(row.id), 1);
  }

  private bury(feed: 'conversations' | 'messages', gone: Tombstone, indexed: boolean): void {
    if (feed === 'conversations') {
      this.conversations.delete(gone.id);
      this.threads.delete(gone.id);
      this.goneConversations.set(gone.id, gone);
    } else {
      const message = this.messages.get(gone.id);
      if (message) this.leaveThread(message);
      this.messages.delete(gone.id);
      this.goneMessages.set(gone.id, gone);
    }
    this.noteRevision(feed, gone, indexed);
  }

  private noteRevision(feed: Feed, row: { id: string; rev: number }, indexed: boolean): void {
    this.seen(row.id);
    if (row.rev > this.revision) this.revision = row.rev;
    if (indexed) this.feeds[feed].push(row.rev, row.id);
  }

  private seen(id: string): void {
    const number = Number(id.slice(1));
    if (number > this.lastNumber) this.lastNumber = number;
  }
}

function* revisionsOf(rows: Iterable<{ id: string; rev: number }>): Generator<{ id: string; rev: number }> {
  for (const { id, rev } of rows) yield { id, rev };
}

function* parts<T>(rows: Iterable<T>, size: number): Generator<T[]> {
  let part: T[] = [];
  for (const row of rows) {
    part.push(row);
    if (part.length === size) {
      yield part;
      part = [];
    }
  }
  if (part.length > 0) yield part;
}
