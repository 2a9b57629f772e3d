/** The messages of one open conversation: the newest first, older ones as they are asked for. */
import type { HistoryPage } from '@shared/contract/door';
import { conversationKey, type ConversationKey, type Message } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';
import type { Before } from '../cache/cache-reader';
import type { Delta } from '../leader/channel';
import type { SavingRow, TimelineItem } from '../shapes';
import { Signal } from './signal';

/** Messages shown at first, and added with each step back. */
export const TIMELINE_STEP = 30;

export interface TimelineView {
  /** Oldest first. */
  items: readonly TimelineItem[];
  hasOlder: boolean;
  loading: boolean;
}

export interface TimelineDeps {
  messages(key: ConversationKey, before: Before | null, limit: number): Promise<Message[]>;
  messagesFrom(key: ConversationKey, oldest: Before): Promise<Message[]>;
  /** Asks the backend through the host. @throws DoorFailure */
  history(key: ConversationKey, before: string | null): Promise<HistoryPage>;
  /** How many messages the backend counts, `Infinity` if it does not; `null` while unknown. */
  messageCount(key: ConversationKey): number | null;
  outbox: {
    byRef(ref: string): OutboxRow | null;
    rowsOf(key: ConversationKey): readonly OutboxRow[];
    savingOf(key: ConversationKey): readonly SavingRow[];
  };
}

const inOrder = (a: Message, b: Message): number =>
  a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export class TimelineStore {
  readonly view = new Signal<TimelineView>({ items: [], hasOlder: false, loading: true });
  readonly #key: ConversationKey;
  readonly #deps: TimelineDeps;
  #messages: readonly Message[] = [];
  #loading = true;
  /** The cache holds nothing older than what is shown. */
  #cacheIsThrough = false;
  /** Where the backend's history goes on; `null` before the first page, `end` at the first message. */
  #history: string | null | 'end' = null;
  /** Rises when the messages are replaced: answers to older questions are dropped. */
  #generation = 0;

  constructor(key: ConversationKey, deps: TimelineDeps) {
    this.#key = key;
    this.#deps = deps;
    void this.#readNewest();
  }

  /**
   * The newest message the agent can have seen: `newest` (what the conversation calls its newest)
   * when it is on screen, else the newest that is; `null` while nothing is.
   */
  newestSeen(newest: string | null): string | null {
    if (this.#messages.some((message) => message.id === newest)) return newest;
    return this.#messages.findLast((message) => message.kind !== 'event')?.id ?? null;
  }

  /** Whether this message, or what came after it, is on screen. */
  shows(messageId: string | null): boolean {
    return this.#messages.some(({ id }) => id === messageId);
  }

  loadOlder(): void {
    if (this.#loading || !this.#hasOlder()) return;
    void this.#whileLoading(() => this.#step());
  }

  /** The outbox rows of this conversation changed. */
  outboxChanged(): void {
    this.#draw();
  }

  takeDelta(delta: Delta): void {
    const gone = new Set(delta.removedMessages);
    const without = this.#messages.filter((message) => !gone.has(`${message.accountId}/${message.id}`));
    const lost = without.length !== this.#messages.length;
    if (lost) this.#messages = without;
    if (delta.touched.includes(this.#key)) {
      if (delta.messages === null) void this.#readAgain();
      else this.#merge(delta.messages.filter((message) => this.#isMine(message)));
      return;
    }
    if (lost) this.#draw();
  }

  /** The cache was emptied or replaced. */
  reset(): void {
    this.#generation += 1;
    this.#messages = [];
    this.#cacheIsThrough = false;
    this.#history = null;
    void this.#readNewest();
  }

  #isMine(message: Message): boolean {
    return conversationKey(message.accountId, message.conversationId) === this.#key;
  }

  #readNewest(): Promise<void> {
    return this.#whileLoading(async () => {
      const newest = await this.#deps.messages(this.#key, null, TIMELINE_STEP);
      this.#cacheIsThrough = newest.length < TIMELINE_STEP;
      this.#merge(newest);
      // The conversation is known, its messages are not: the backend has them.
      const counted = this.#deps.messageCount(this.#key) ?? 0;
      if (newest.length === 0 && counted > 0) await this.#step();
    });
  }

  async #readAgain(): Promise<void> {
    const generation = this.#generation;
    const oldest = this.#messages[0];
    const read = await (
      oldest === undefined
        ? this.#deps.messages(this.#key, null, TIMELINE_STEP)
        : this.#deps.messagesFrom(this.#key, oldest)
    ).catch(() => []);
    if (generation === this.#generation) this.#merge(read);
  }

  /** One step back: from the cache while it has any, then from the backend. */
  async #step(): Promise<void> {
    const generation = this.#generation;
    if (!this.#cacheIsThrough) {
      const oldest = this.#messages[0] ?? null;
      const older = await this.#deps.messages(this.#key, oldest, TIMELINE_STEP);
      if (generation !== this.#generation) return;
      this.#cacheIsThrough = older.length < TIMELINE_STEP;
      this.#merge(older);
      if (older.length > 0) return;
    }
    // The history begins at its newest page: pages that bring nothing new are passed over.
    while (this.#history !== 'end') {
      const page = await this.#deps.history(this.#key, this.#history);
      if (generation !== this.#generation) return;
      const before = this.#messages.length;
      this.#history = page.before ?? 'end';
      this.#merge(page.messages);
      if (this.#messages.length > before) return;
    }
  }

  #hasOlder(): boolean {
    if (!this.#cacheIsThrough) return true;
    const counted = this.#deps.messageCount(this.#key);
    return this.#history !== 'end' && counted !== null && this.#messages.length < counted;
  }

  async #whileLoading(work: () => Promise<void>): Promise<void> {
    this.#loading = true;
    this.#draw();
    try {
      await work();
    } catch {
      // The host or the backend cannot be reached, or the cache is being replaced: what is there is shown.
    } finally {
      this.#loading = false;
      this.#draw();
    }
  }

  #merge(found: readonly Message[]): void {
    if (found.length === 0) return;
    const byId = new Map(this.#messages.map((message) => [message.id, message]));
    for (const message of found) byId.set(message.id, message);
    this.#messages = [...byId.values()].sort(inOrder);
    this.#draw();
  }

  #draw(): void {
    const { outbox } = this.#deps;
    const arrivedRefs = new Set(this.#messages.flatMap(({ clientRef }) => clientRef ?? []));
    const arrivedIds = new Set(this.#messages.map(({ id }) => id));
    const items: TimelineItem[] = this.#messages.map((message) => ({
      type: 'message',
      // The key its pending row had: what was drawn as pending stays the same element.
      key: message.clientRef ?? message.id,
      message,
      delivery: message.clientRef === null ? null : outbox.byRef(message.clientRef),
    }));
    const speaks = ({ intent }: OutboxRow | SavingRow): boolean =>
      intent.action.kind === 'reply' || intent.action.kind === 'note';
    for (const row of outbox.rowsOf(this.#key)) {
      const arrived =
        arrivedRefs.has(row.intent.ref) || (row.serverId !== null && arrivedIds.has(row.serverId));
      if (speaks(row) && !arrived) items.push({ type: 'pending', key: row.intent.ref, row });
    }
    for (const row of outbox.savingOf(this.#key)) {
      if (speaks(row) && !arrivedRefs.has(row.intent.ref)) {
        items.push({ type: 'pending', key: row.intent.ref, row });
      }
    }
    this.view.set({ items, hasOlder: this.#hasOlder(), loading: this.#loading });
  }
}

/** The open timelines, and the few closed last. */
export class Timelines {
  readonly #deps: TimelineDeps;
  readonly #stores = new Map<ConversationKey, { store: TimelineStore; watchers: number }>();

  constructor(deps: TimelineDeps) {
    this.#deps = deps;
  }

  get(key: ConversationKey): TimelineStore {
    let known = this.#stores.get(key);
    if (known === undefined) {
      known = { store: new TimelineStore(key, this.#deps), watchers: 0 };
      this.#stores.set(key, known);
      this.#closeOld();
    }
    return known.store;
  }

  /** What is open is kept as long as somebody watches it. */
  watch(key: ConversationKey, listener: () => void): () => void {
    const store = this.get(key);
    const known = this.#stores.get(key)!;
    this.#stores.delete(key);
    this.#stores.set(key, known);
    known.watchers += 1;
    const stop = store.view.subscribe(listener);
    return () => {
      stop();
      known.watchers -= 1;
    };
  }

  known(key: ConversationKey): TimelineStore | null {
    return this.#stores.get(key)?.store ?? null;
  }

  takeDelta(delta: Delta): void {
    for (const { store } of this.#stores.values()) store.takeDelta(delta);
  }

  reset(): void {
    for (const { store } of this.#stores.values()) store.reset();
  }

  #closeOld(): void {
    for (const [key, { watchers }] of this.#stores) {
      if (this.#stores.size <= KEPT_OPEN) return;
      if (watchers === 0) this.#stores.delete(key);
    }
  }
}

/** Timelines kept in memory: going back and forth between a few conversations reads nothing. */
const KEPT_OPEN = 8;
