/** Whole conversations in memory: the ones on screen, their neighbours, and what was shown lately. */
import { conversationKey, type Conversation, type ConversationKey } from '@shared/domain/entities';
import type { Delta } from '../leader/channel';

/** Kept in memory at most, about 1 KB each. */
const KEPT_AT_MOST = 1_500;

export interface WholeRowsDeps {
  read(keys: readonly ConversationKey[]): Promise<(Conversation | undefined)[]>;
  isShown(key: ConversationKey): boolean;
  /** What to read along with these. */
  neighbours(keys: readonly ConversationKey[]): readonly ConversationKey[];
  onLoaded(keys: readonly ConversationKey[]): void;
}

export class WholeRows {
  readonly #deps: WholeRowsDeps;
  /** `null`: looked for, and not here. */
  readonly #rows = new Map<ConversationKey, Conversation | null>();
  #wanted = new Set<ConversationKey>();
  /** Keys that deltas touched while a read was going on: what it read may be older. */
  readonly #reads = new Set<Set<ConversationKey>>();

  constructor(deps: WholeRowsDeps) {
    this.#deps = deps;
  }

  /** `undefined`: not in memory, see {@link want}. */
  get(key: ConversationKey): Conversation | null | undefined {
    return this.#rows.get(key);
  }

  /** Reads it soon, together with whatever else is wanted now. */
  want(key: ConversationKey): void {
    if (this.#wanted.size === 0) queueMicrotask(() => void this.#readWanted());
    this.#wanted.add(key);
  }

  seed(conversations: readonly Conversation[]): ConversationKey[] {
    return conversations.map((conversation) => {
      const key = conversationKey(conversation.accountId, conversation.id);
      if (!this.#rows.has(key)) this.#rows.set(key, conversation);
      return key;
    });
  }

  clear(): void {
    const known = [...this.#rows.keys()];
    this.#rows.clear();
    for (const touched of this.#reads) for (const key of known) touched.add(key);
    for (const key of known) if (this.#deps.isShown(key)) this.want(key);
  }

  takeDelta(delta: Delta): void {
    for (const { key } of delta.light) this.#touch(key);
    for (const { key } of delta.removed) {
      this.#touch(key);
      this.#rows.set(key, null);
    }
    if (delta.conversations !== null) {
      for (const conversation of delta.conversations) {
        const key = conversationKey(conversation.accountId, conversation.id);
        if (this.#rows.has(key) || this.#deps.isShown(key)) this.#rows.set(key, conversation);
      }
      return;
    }
    for (const { key } of delta.light) {
      // What is on screen stays until the newer row is read; the rest is read when it is shown.
      if (this.#deps.isShown(key)) this.want(key);
      else this.#rows.delete(key);
    }
  }

  /** Whole rows of these keys, from memory or disk; those that are not here are left out. */
  async readAll(keys: readonly ConversationKey[]): Promise<Conversation[]> {
    const missing = keys.filter((key) => !this.#rows.has(key));
    const read = missing.length === 0 ? [] : await this.#deps.read(missing);
    const found = new Map(missing.map((key, i) => [key, read[i]]));
    return keys.flatMap((key) => this.#rows.get(key) ?? found.get(key) ?? []);
  }

  #touch(key: ConversationKey): void {
    for (const touched of this.#reads) touched.add(key);
  }

  async #readWanted(): Promise<void> {
    const wanted = [...this.#wanted];
    this.#wanted = new Set();
    const along = this.#deps.neighbours(wanted).filter((key) => !this.#rows.has(key));
    const keys = [...new Set([...wanted, ...along])];
    const touched = new Set<ConversationKey>();
    this.#reads.add(touched);
    try {
      const read = await this.#deps.read(keys);
      for (const [i, key] of keys.entries()) {
        if (touched.has(key)) {
          if (!this.#rows.has(key) && this.#deps.isShown(key)) this.want(key);
        } else {
          this.#rows.delete(key);
          this.#rows.set(key, read[i] ?? null);
        }
      }
    } catch {
      // The database is being replaced: the rows come with the refill.
    } finally {
      this.#reads.delete(touched);
    }
    this.#forgetOld();
    this.#deps.onLoaded(wanted);
  }

  #forgetOld(): void {
    for (const key of this.#rows.keys()) {
      if (this.#rows.size <= KEPT_AT_MOST) return;
      if (!this.#deps.isShown(key)) this.#rows.delete(key);
    }
  }
}
