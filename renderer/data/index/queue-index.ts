/**
 * All conversations in memory, as light rows: one sorted array for every filter in use, kept in
 * order by each change, and counters that always equal a recount.
 */
import { CHANNELS, type ConversationKey } from '@shared/domain/entities';
import { queueRank } from '@shared/domain/queue-order';
import { matchesFilter, QUEUE_VIEWS, type QueueFilter, type QueueViewId } from '@shared/domain/queue-views';
import type { LightRow } from '../cache/light-rows';
import type { QueueCounts } from '../shapes';
import { SortedList, type Entry, type Move } from './sorted-list';

/** Filters kept in order at once; the least recently asked for is dropped. */
const LISTS_AT_MOST = 24;

export const EVERYTHING: QueueFilter = { view: 'all', channel: null, accountId: null };

/** One string per filter, for maps. */
export function filterId(filter: QueueFilter): string {
  return `${filter.view}|${filter.channel ?? ''}|${filter.accountId ?? ''}`;
}

type AgentIds = Readonly<Record<string, string>>;

export class QueueIndex {
  readonly #entries = new Map<ConversationKey, Entry>();
  readonly #lists = new Map<string, { filter: QueueFilter; list: SortedList }>();
  #everything = new SortedList();
  #agentIds: AgentIds = {};
  /** Conversations by account, view and channel. */
  #counts: AccountCounts = new Map();

  get size(): number {
    return this.#entries.size;
  }

  get(key: ConversationKey): LightRow | undefined {
    return this.#entries.get(key);
  }

  keys(): IterableIterator<ConversationKey> {
    return this.#entries.keys();
  }

  /** Puts and removes rows; a key must not be in both. */
  apply(puts: readonly LightRow[], removals: readonly ConversationKey[]): void {
    const moves: Move[] = [];
    for (const row of puts) {
      const from = this.#entries.get(row.key) ?? null;
      if (from !== null && sameRow(from, row)) continue;
      const to = { ...row, rank: queueRank(row) };
      this.#entries.set(row.key, to);
      moves.push({ from, to });
    }
    for (const key of removals) {
      const from = this.#entries.get(key);
      if (from === undefined) continue;
      this.#entries.delete(key);
      moves.push({ from, to: null });
    }
    if (moves.length === 0) return;
    for (const { from, to } of moves) {
      if (from !== null) this.#count(from, -1);
      if (to !== null) this.#count(to, 1);
    }
    this.#everything.apply(moves);
    for (const { filter, list } of this.#lists.values()) {
      list.apply(moves.flatMap((move) => this.#within(filter, move)));
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#everything = new SortedList();
    this.#lists.clear();
    this.#counts = new Map();
  }

  /** Another signed-in agent changes who belongs to `mine` and `waiting`: everything is counted again. */
  setAgentIds(agentIds: AgentIds): void {
    this.#agentIds = agentIds;
    this.#lists.clear();
    this.#counts = new Map();
    for (const entry of this.#entries.values()) this.#count(entry, 1);
  }

  /** The list of a filter: from then on kept in order. */
  list(filter: QueueFilter): SortedList {
    const id = filterId(filter);
    if (id === filterId(EVERYTHING)) return this.#everything;
    let known = this.#lists.get(id);
    if (known === undefined) {
      const list = new SortedList(this.#everything.filtered((entry) => this.#belongs(entry, filter)));
      known = { filter, list };
      const oldest = this.#lists.keys().next();
      if (this.#lists.size >= LISTS_AT_MOST && oldest.done !== true) this.#lists.delete(oldest.value);
    } else {
      this.#lists.delete(id);
    }
    this.#lists.set(id, known);
    return known.list;
  }

  /** Position of a conversation in a filter's list, or -1. */
  positionOf(filter: QueueFilter, key: ConversationKey): number {
    const entry = this.#entries.get(key);
    return entry === undefined ? -1 : this.list(filter).indexOf(entry);
  }

  /** @param accountId counts only its conversations; `null`: those of all accounts */
  counts(view: QueueViewId, accountId: string | null): QueueCounts {
    const counted = emptyCounts();
    const accounts: Record<string, number> = {};
    for (const [id, counts] of this.#counts) {
      accounts[id] = sumOf(counts[view]);
      if (accountId !== null && id !== accountId) continue;
      for (const one of QUEUE_VIEWS) {
        for (const channel of CHANNELS) counted[one][channel] += counts[one][channel];
      }
    }
    const views = Object.fromEntries(
      QUEUE_VIEWS.map((id) => [id, sumOf(counted[id])]),
    ) as QueueCounts['views'];
    return { views, channels: counted[view], accounts };
  }

  #belongs(entry: Entry, filter: QueueFilter): boolean {
    return matchesFilter(entry, filter, this.#agentIds);
  }

  #within(filter: QueueFilter, { from, to }: Move): Move[] {
    const left = from !== null && this.#belongs(from, filter) ? from : null;
    const entered = to !== null && this.#belongs(to, filter) ? to : null;
    return left === null && entered === null ? [] : [{ from: left, to: entered }];
  }

  #count(entry: Entry, by: 1 | -1): void {
    const counts = this.#counts.get(entry.accountId) ?? emptyCounts();
    this.#counts.set(entry.accountId, counts);
    for (const view of QUEUE_VIEWS) {
      if (this.#belongs(entry, { view, channel: null, accountId: null })) {
        counts[view][entry.channel] += by;
      }
    }
  }
}

type Counts = Record<QueueViewId, QueueCounts['channels']>;
type AccountCounts = Map<string, Counts>;

function emptyCounts(): Counts {
  const channels = { email: 0, chat: 0, social: 0, form: 0, phone: 0, bot: 0 };
  return Object.fromEntries(QUEUE_VIEWS.map((view) => [view, { ...channels }])) as Counts;
}

function sumOf(channels: QueueCounts['channels']): number {
  return CHANNELS.reduce((sum, channel) => sum + channels[channel], 0);
}

function sameRow(a: LightRow, b: LightRow): boolean {
  return (
    a.status === b.status &&
    a.waitingSince === b.waitingSince &&
    a.lastMessageAt === b.lastMessageAt &&
    a.assigneeId === b.assigneeId &&
    a.priority === b.priority &&
    a.channel === b.channel
  );
}
