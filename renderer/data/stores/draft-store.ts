/**
 * Drafts: on this device with every pause of typing, in the host soon after. The one typed last
 * wins, wherever it was typed; syncing never overwrites a newer one.
 */
import type { Draft, DraftContent } from '@shared/contract/door';
import { isEmptyDraft } from '@shared/domain/drafts';
import { conversationKey, splitConversationKey, type ConversationKey } from '@shared/domain/entities';
import type { Codec } from '../cache/codec';
import type { WorkDb } from '../cache/work-db';
import type { DoorClient } from '../door/door-client';
import { KeyedListeners } from './signal';

/** Pause of typing after which the host is told. */
export const HOST_AFTER_PAUSE_MS = 500;
/** …and at the latest after this, however long the typing goes on. */
const HOST_AT_LATEST_MS = 3_000;
/** What requests that outlive their page may carry together, in bytes; the platform's limit is 64 KB. */
const KEEPALIVE_BYTES = 60_000;

export type DraftState = 'saved' | 'saving' | 'not-saved';

interface Entry {
  content: DraftContent;
  state: DraftState;
  /** First typed since the host was last told; `null` when it knows everything. */
  dirtySince: number | null;
  timer: ReturnType<typeof setTimeout> | null;
  sending: Promise<void> | null;
}

/** What a composer shows for one conversation. */
export interface DraftView {
  draft: DraftContent | null;
  loaded: boolean;
  state: DraftState;
}

export interface DraftStoreDeps {
  door: Pick<DoorClient, 'drafts' | 'putDraft'>;
  work: WorkDb;
  codec: Codec;
  now(): number;
  /** Tells the other windows. */
  announce(draft: Draft): void;
  /** A conversation got or lost its draft. */
  onChange(key: ConversationKey): void;
}

export class DraftStore {
  readonly #deps: DraftStoreDeps;
  readonly #entries = new Map<ConversationKey, Entry>();
  readonly #views = new Map<ConversationKey, DraftView>();
  readonly #listeners = new KeyedListeners();
  #loaded = false;

  constructor(deps: DraftStoreDeps) {
    this.#deps = deps;
  }

  /** Reads the drafts of this device. */
  async start(): Promise<void> {
    try {
      const records = await this.#deps.work.drafts.toArray();
      const contents = (await this.#deps.codec.openAll(records)) as DraftContent[];
      for (const [i, record] of records.entries()) {
        this.#take(record.key, contents[i]!, record.atHost ? 'saved' : 'not-saved');
      }
    } finally {
      this.#loaded = true;
      this.#views.clear();
      for (const key of [...this.#listeners.keys()]) this.#listeners.wake(key);
    }
  }

  /** Brings both sides together: the later typed one wins. @throws DoorFailure */
  async refresh(): Promise<void> {
    for (const draft of await this.#deps.door.drafts()) this.takeFromElsewhere(draft);
    this.retry();
  }

  /** A draft typed in another window, or as the host knows it. */
  takeFromElsewhere(draft: Draft, atHost = true): void {
    const { accountId, conversationId, ...content } = draft;
    const key = conversationKey(accountId, conversationId);
    const mine = this.#entries.get(key);
    if (mine !== undefined && mine.content.typedAt >= content.typedAt) {
      // Our own words coming back: the host has them, whether or not its answer reached us.
      const arrived = atHost && mine.content.typedAt === content.typedAt && mine.timer === null;
      if (arrived && mine.state !== 'saved') {
        this.#setState(key, mine, 'saved');
        void this.#keep(key);
      }
      return;
    }
    if (mine !== undefined && mine.timer !== null) clearTimeout(mine.timer);
    const entry = this.#take(key, content, atHost ? 'saved' : 'saving');
    entry.timer = null;
    entry.dirtySince = null;
    void this.#keep(key);
  }

  view(key: ConversationKey): DraftView {
    let view = this.#views.get(key);
    if (view === undefined) {
      const entry = this.#entries.get(key);
      const draft = entry === undefined || isEmptyDraft(entry.content) ? null : entry.content;
      view = { draft, loaded: this.#loaded, state: entry?.state ?? 'saved' };
      this.#views.set(key, view);
    }
    return view;
  }

  subscribe(key: ConversationKey, listener: () => void): () => void {
    return this.#listeners.subscribe(key, listener);
  }

  has(key: ConversationKey): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && !isEmptyDraft(entry.content);
  }

  /** Keeps what was typed: on this device now, in the host after a pause. */
  save(key: ConversationKey, content: DraftContent): void {
    const before = this.#entries.get(key);
    if (before === undefined && isEmptyDraft(content)) return;
    const now = this.#deps.now();
    // A clock that was set back must not make what was typed last look older.
    const typedAt = Math.max(content.typedAt, (before?.content.typedAt ?? 0) + 1);
    const entry = this.#take(key, { ...content, typedAt }, 'saving');
    entry.dirtySince ??= now;
    if (entry.timer !== null) clearTimeout(entry.timer);
    const wait = Math.max(0, Math.min(HOST_AFTER_PAUSE_MS, entry.dirtySince + HOST_AT_LATEST_MS - now));
    entry.timer = setTimeout(() => void this.#send(key, false), wait);
    void this.#keep(key);
    this.#deps.announce({ ...splitConversationKey(key), ...entry.content });
  }

  /**
   * Keeps what was typed and waits until it surely is kept: in the host, or at least on this device.
   * @returns false when neither took it
   */
  async keep(key: ConversationKey, content: DraftContent): Promise<boolean> {
    this.save(key, content);
    const [onDevice] = await Promise.all([this.#keep(key), this.#send(key, false)]);
    return onDevice || this.#entries.get(key)?.state === 'saved';
  }

  /** Sends again what the host has not got. */
  retry(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.state === 'not-saved') void this.#send(key, false);
    }
  }

  /**
   * Sends every draft the host has not got, at once; resolves when it has them or cannot be reached.
   * @param leaving the page goes away: the requests outlive it as far as the platform allows
   */
  async flush(leaving = false): Promise<void> {
    let bytes = 0;
    const unsent = [...this.#entries].filter(([, entry]) => entry.state !== 'saved');
    await Promise.all(
      unsent.map(([key, entry]) => {
        bytes += new TextEncoder().encode(JSON.stringify(entry.content)).length;
        return this.#send(key, leaving && bytes <= KEEPALIVE_BYTES);
      }),
    );
  }

  #take(key: ConversationKey, content: DraftContent, state: DraftState): Entry {
    const had = this.has(key);
    const entry: Entry = this.#entries.get(key) ?? {
      content,
      state,
      dirtySince: null,
      timer: null,
      sending: null,
    };
    entry.content = content;
    this.#entries.set(key, entry);
    this.#setState(key, entry, state);
    if (this.has(key) !== had) this.#deps.onChange(key);
    return entry;
  }

  #setState(key: ConversationKey, entry: Entry, state: DraftState): void {
    entry.state = state;
    this.#views.delete(key);
    this.#listeners.wake(key);
  }

  async #send(key: ConversationKey, keepalive: boolean): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    if (entry.timer !== null) clearTimeout(entry.timer);
    entry.timer = null;
    if (entry.sending !== null && !keepalive) {
      await entry.sending;
      if (entry.state === 'saved') return;
    }
    entry.dirtySince = null;
    const { content } = entry;
    if (entry.state !== 'saving') this.#setState(key, entry, 'saving');
    entry.sending = this.#deps.door.putDraft(key, content, keepalive).then(
      (draft) => {
        entry.sending = null;
        if (entry.content !== content) return;
        this.#setState(key, entry, 'saved');
        void this.#keep(key);
        this.takeFromElsewhere(draft);
      },
      () => {
        entry.sending = null;
        if (entry.content === content) this.#setState(key, entry, 'not-saved');
      },
    );
    await entry.sending;
  }

  /** Writes the newest content to this device. @returns whether it took it */
  async #keep(key: ConversationKey): Promise<boolean> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    const { content, state } = entry;
    const [sealed] = await this.#deps.codec.sealAll([content]);
    if (this.#entries.get(key)?.content !== content) return false;
    const record = { key, typedAt: content.typedAt, atHost: state === 'saved', ...sealed! };
    const { drafts } = this.#deps.work;
    try {
      if (record.atHost && isEmptyDraft(content)) await drafts.delete(key);
      else await drafts.put(record);
      return true;
    } catch {
      // The host has it, or gets it.
      return false;
    }
  }
}
