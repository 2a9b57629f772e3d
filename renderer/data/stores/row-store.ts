/**
 * The conversations as this window shows them: all of them as light rows in the queue index, a
 * few whole ones in memory, the agent's unconfirmed decisions laid over both.
 */
import type { Channel, Conversation, ConversationKey } from '@shared/domain/entities';
import type { IntentAction } from '@shared/domain/intents';
import { applyAction } from '@shared/domain/pending-edits';
import type { QueueFilter, QueueViewId } from '@shared/domain/queue-views';
import type { LightRow } from '../cache/light-rows';
import { EVERYTHING, filterId, QueueIndex } from '../index/queue-index';
import type { Delta } from '../leader/channel';
import type { QueueCounts, QueueRow } from '../shapes';
import { KeyedListeners, Signal } from './signal';
import { WholeRows } from './whole-rows';

/** Deltas with more rows than this are put together, so that a first sync does not hold frames. */
const LARGE_DELTA_ROWS = 60;
const LARGE_DELTAS_EVERY_MS = 250;
const FIRST_PAGE_ROWS = 50;
/** Rows read along with the wanted ones, above and below. */
const NEIGHBOURS = 25;

/** A queue at one moment: read rows by position, never the whole list. */
export interface QueueSnapshot {
  length: number;
  keyAt(position: number): ConversationKey | undefined;
  /** Position of a conversation, or -1. */
  indexOf(key: ConversationKey): number;
  /** Rises with every change of order or membership. */
  version: number;
  /** False while only the first page is known. */
  ready: boolean;
}

/** What others know about a conversation. */
export interface RowFacts {
  pendingActions(key: ConversationKey, channel: Channel): readonly IntentAction[];
  worstOf(key: ConversationKey): QueueRow['delivery'];
  hasDraft(key: ConversationKey): boolean;
  /** Time of the newest message this agent has seen; 0 for none. */
  readUpTo(key: ConversationKey): number;
}

/** The beginning of a queue, as the next start draws it. */
export interface FirstPage {
  conversations: readonly Conversation[];
  /** By channel inside the filter's view. */
  counts: QueueCounts;
}

export interface RowStoreDeps {
  facts: RowFacts;
  /** Reads whole conversations, in the order of the keys; `undefined` for one that is not there. */
  read(keys: readonly ConversationKey[]): Promise<(Conversation | undefined)[]>;
  /** Where those of these conversations went that were merged away. */
  moved(keys: readonly ConversationKey[]): Promise<ReadonlyMap<ConversationKey, ConversationKey>>;
}

export class RowStore {
  readonly #facts: RowFacts;
  readonly #index = new QueueIndex();
  /** Light rows without overlay, of the conversations that have one. */
  readonly #base = new Map<ConversationKey, LightRow>();
  readonly #whole: WholeRows;
  readonly #rows = new Map<ConversationKey, QueueRow>();
  readonly #rowListeners = new KeyedListeners();
  readonly #firstPages = new Map<string, { keys: readonly ConversationKey[]; counts: QueueCounts }>();
  readonly #snapshots = new Map<string, { list: object; listVersion: number; snapshot: QueueSnapshot }>();
  readonly #counts = new Map<string, QueueCounts>();
  readonly #moved = new Map<ConversationKey, ConversationKey>();
  /** Rises whenever lists or counts may have changed. */
  readonly changed = new Signal(0);
  #activeFilter: QueueFilter = EVERYTHING;
  #ready = false;
  #version = 0;
  #buffer: Delta[] = [];
  #bufferTimer: ReturnType<typeof setTimeout> | null = null;
  /** Keys that deltas brought while the index was being read: what is read is older. */
  #newer: Set<ConversationKey> | null = null;

  constructor({ facts, read, moved }: RowStoreDeps) {
    this.#facts = facts;
    this.#whole = new WholeRows({
      read: async (keys) => {
        const found = await read(keys);
        const missing = keys.filter((key, i) => found[i] === undefined && !this.#moved.has(key));
        // Before it counts as not here: a merged conversation must never read as deleted.
        if (missing.length > 0) for (const [key, to] of await moved(missing)) this.#moved.set(key, to);
        return found;
      },
      isShown: (key) => this.#rowListeners.has(key),
      neighbours: (keys) => this.#neighbours(keys),
      onLoaded: (keys) => keys.forEach((key) => this.#wake(key)),
    });
  }

  /** Something to draw before the index is read. */
  seedFirstPage(filter: string, { conversations, counts }: FirstPage): void {
    this.#firstPages.set(filter, { keys: this.#whole.seed(conversations), counts });
    this.#changed();
  }

  /**
   * Reads the whole index anew, some thousand rows at a time, while deltas go on arriving.
   * @param chunks the newest first: a key that came once is not taken again
   */
  async load(
    chunks: AsyncIterable<{ rows: readonly LightRow[]; gone: readonly ConversationKey[] }>,
  ): Promise<void> {
    const seen = new Set<ConversationKey>();
    this.#newer = seen;
    for await (const { rows, gone } of chunks) {
      if (this.#newer !== seen) return;
      const fresh = rows.filter((row) => !seen.has(row.key));
      for (const row of rows) seen.add(row.key);
      for (const key of gone) seen.add(key);
      this.#place(fresh, []);
      // With a first page on screen nothing moves before everything is known.
      if (this.#firstPages.size === 0) this.#changed();
    }
    if (this.#newer !== seen) return;
    this.#newer = null;
    this.#place(
      [],
      [...this.#index.keys()].filter((key) => !seen.has(key)),
    );
    this.#ready = true;
    this.#changed();
  }

  /** The cache was emptied: rows come anew by deltas. */
  clear(accountId: string | null): void {
    this.#buffer = [];
    if (accountId === null) {
      this.#newer = null;
      this.#ready = true;
      this.#firstPages.clear();
      this.#base.clear();
      this.#index.clear();
      this.#whole.clear();
    } else {
      const keys = [...this.#index.keys()].filter((key) => key.startsWith(`${accountId}/`));
      this.#put([], keys);
    }
    for (const key of [...this.#rowListeners.keys()]) this.#wake(key);
    this.#changed();
  }

  takeDelta(delta: Delta): void {
    this.#buffer.push(delta);
    if (delta.light.length + delta.removed.length <= LARGE_DELTA_ROWS) {
      this.#takeBuffered();
    } else {
      this.#bufferTimer ??= setTimeout(() => this.#takeBuffered(), LARGE_DELTAS_EVERY_MS);
    }
  }

  /** Own decisions, drafts or read marks of a conversation changed. */
  factsChanged(key: ConversationKey): void {
    const base = this.#base.get(key) ?? this.#index.get(key);
    if (base !== undefined) this.#put([base], []);
    this.#wake(key);
  }

  setAgentIds(agentIds: Readonly<Record<string, string>>): void {
    this.#index.setAgentIds(agentIds);
    this.#changed();
  }

  snapshot(filter: QueueFilter): QueueSnapshot {
    this.#activeFilter = filter;
    const id = filterId(filter);
    const list = this.#index.list(filter);
    const known = this.#snapshots.get(id);
    if (known?.list === list && known.listVersion === list.version && known.snapshot.ready === this.#ready) {
      return known.snapshot;
    }
    const version = ++this.#version;
    const firstPage = this.#ready ? undefined : this.#firstPages.get(id);
    const snapshot: QueueSnapshot =
      firstPage === undefined
        ? {
            length: list.length,
            keyAt: (position) => list.at(position)?.key,
            indexOf: (key) => this.#index.positionOf(filter, key),
            version,
            ready: this.#ready,
          }
        : {
            length: firstPage.keys.length,
            keyAt: (position) => firstPage.keys[position],
            indexOf: (key) => firstPage.keys.indexOf(key),
            version,
            ready: false,
          };
    this.#snapshots.set(id, { list, listVersion: list.version, snapshot });
    return snapshot;
  }

  /** @param accountId counts only its conversations; `null`: those of all accounts */
  counts(view: QueueViewId, accountId: string | null = null): QueueCounts {
    const id = filterId({ ...EVERYTHING, view, accountId });
    let counts = this.#counts.get(id);
    if (counts === undefined) {
      const kept = this.#ready ? undefined : this.#keptCounts(id);
      counts = kept ?? this.#index.counts(view, accountId);
      this.#counts.set(id, counts);
    }
    return counts;
  }

  subscribeRow(key: ConversationKey, listener: () => void): () => void {
    const stop = this.#rowListeners.subscribe(key, listener);
    if (this.#whole.get(key) === undefined) this.#whole.want(key);
    return stop;
  }

  /** `null` while it loads, or when it is not here. */
  row(key: ConversationKey): QueueRow | null {
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const whole = this.#whole.get(key);
    if (whole === undefined || whole === null) return null;
    const conversation = this.#facts.pendingActions(key, whole.channel).reduce(applyAction, whole);
    const { waitingSince, lastMessageAt } = conversation;
    const row: QueueRow = {
      conversation,
      delivery: this.#facts.worstOf(key),
      hasDraft: this.#facts.hasDraft(key),
      unread: waitingSince !== null && lastMessageAt > this.#facts.readUpTo(key),
    };
    this.#rows.set(key, row);
    return row;
  }

  /** With overlay; `undefined` while loading (subscribe to its row), `null` when it is not here. */
  conversation(key: ConversationKey): Conversation | null | undefined {
    return this.row(key)?.conversation ?? (this.#whole.get(key) === null ? null : undefined);
  }

  /** As the backend has it, without overlay. */
  baseConversation(key: ConversationKey): Conversation | null {
    return this.#whole.get(key) ?? null;
  }

  /** Where it was merged into; `null` if it was not, or while it loads. */
  movedTo(key: ConversationKey): ConversationKey | null {
    return this.#moved.get(key) ?? null;
  }

  /** Whole conversations of these keys, from memory or disk; those that are not here are left out. */
  readWhole(keys: readonly ConversationKey[]): Promise<Conversation[]> {
    return this.#whole.readAll(keys);
  }

  /** The first rows of the filter on screen, for the next start; `null` before the index is read. */
  async firstPage(): Promise<(FirstPage & { filter: string; version: number }) | null> {
    if (!this.#ready) return null;
    const { version, keyAt, length } = this.snapshot(this.#activeFilter);
    const filter = filterId(this.#activeFilter);
    const { view, accountId } = this.#activeFilter;
    const counts = this.counts(view, accountId);
    const keys = Array.from({ length: Math.min(length, FIRST_PAGE_ROWS) }, (_, i) => keyAt(i)!);
    return { filter, version, counts, conversations: await this.#whole.readAll(keys) };
  }

  /** Counts as they were last time: by views always, by channel only for the view they were kept for. */
  #keptCounts(id: string): QueueCounts | undefined {
    const known = this.#firstPages.get(id) ?? this.#firstPages.values().next().value;
    // A page kept by an older build counted no accounts.
    return known && { ...known.counts, accounts: known.counts.accounts ?? {} };
  }

  #takeBuffered(): void {
    if (this.#bufferTimer !== null) clearTimeout(this.#bufferTimer);
    this.#bufferTimer = null;
    const deltas = this.#buffer;
    this.#buffer = [];
    const light = new Map<ConversationKey, LightRow>();
    const removed = new Set<ConversationKey>();
    const woken = new Set<ConversationKey>();
    for (const delta of deltas) {
      for (const row of delta.light) {
        light.set(row.key, row);
        removed.delete(row.key);
        woken.add(row.key);
      }
      for (const { key, movedTo } of delta.removed) {
        removed.add(key);
        light.delete(key);
        woken.add(key);
        if (movedTo !== null) this.#moved.set(key, movedTo);
      }
      this.#whole.takeDelta(delta);
    }
    for (const key of woken) this.#newer?.add(key);
    this.#put([...light.values()], [...removed]);
    for (const key of woken) this.#wake(key);
  }

  #put(rows: readonly LightRow[], gone: readonly ConversationKey[]): void {
    this.#place(rows, gone);
    if (rows.length > 0 || gone.length > 0) this.#changed();
  }

  #place(rows: readonly LightRow[], gone: readonly ConversationKey[]): void {
    for (const key of gone) this.#base.delete(key);
    this.#index.apply(
      rows.map((row) => this.#overlaid(row)),
      gone,
    );
  }

  #overlaid(row: LightRow): LightRow {
    const actions = this.#facts.pendingActions(row.key, row.channel);
    if (actions.length === 0) {
      this.#base.delete(row.key);
      return row;
    }
    this.#base.set(row.key, row);
    const {
      tags: _tags,
      statusLabel: _label,
      ...overlaid
    } = actions.reduce(applyAction, {
      ...row,
      tags: [],
      statusLabel: null,
    });
    return overlaid;
  }

  #neighbours(keys: readonly ConversationKey[]): ConversationKey[] {
    const filter = this.#activeFilter;
    const positions = keys.map((key) => this.#index.positionOf(filter, key)).filter((at) => at !== -1);
    if (positions.length === 0) return [];
    const list = this.#index.list(filter);
    const from = Math.max(0, Math.min(...positions) - NEIGHBOURS);
    const to = Math.min(list.length, Math.max(...positions) + NEIGHBOURS);
    if (to - from > 4 * NEIGHBOURS + keys.length) return [];
    return Array.from({ length: to - from }, (_, i) => list.at(from + i)!.key);
  }

  #wake(key: ConversationKey): void {
    this.#rows.delete(key);
    this.#rowListeners.wake(key);
  }

  #changed(): void {
    this.#counts.clear();
    this.changed.set(this.changed.get() + 1);
  }
}
