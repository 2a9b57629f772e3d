/**
 * A helpdesk's feeds in memory, in the two ways real ones have. 'revision': each change gets the next
 * number and deletions leave tombstones. 'time': rows are paged by (updated_at, id) in whole
 * seconds, become visible a while after their time, and what is deleted just vanishes.
 */
import { BackendError } from '../backends/backend-error';
import type { Backend, FeedPage, SweepPort } from '../backends/port';
import type { Change, EntityKind } from '../domain/entities';
import { aConversation, aMessage } from './builders';
import { FakeBackend } from './fake-backend';
import { VirtualClock } from './virtual-clock';

export const FEEDS = { conversations: 'conversation', messages: 'message' } as const;
export type FeedName = keyof typeof FEEDS;

/** How long a row of a 'time' server may stay invisible; its overlap covers that. */
export const LATE_MS = 5_000;
const SECOND_MS = 1_000;

interface ServerRow {
  change: Change;
  age: number;
  visibleAt: number;
  /** What is seen until then. */
  before: ServerRow | null;
}

export class FeedServer {
  /** The server's own clock, ms. */
  now = 1_000_000;
  pageSize = 3;
  /** Asked before each answer; throws to fail it. */
  onCall: (call: string) => Promise<void> | void = () => undefined;
  readonly calls: string[] = [];
  #rows = new Map<string, ServerRow>();
  #revision = 0;
  /** Changes whenever the server goes back; part of every cursor of a 'revision' server. */
  #life = 1;
  #edits = 0;

  constructor(readonly kind: 'revision' | 'time') {}

  /** Writes a row: its content is never the same twice. */
  write(feed: FeedName, id: string, conversationId = 'c1', lateMs = 0): void {
    this.#edits += 1;
    const text = `edit ${this.#edits}`;
    const change: Change =
      feed === 'conversations'
        ? { kind: 'conversation', id, row: aConversation({ id, subject: text }), movedTo: null }
        : {
            kind: 'message',
            id,
            row: aMessage({ id, conversationId, body: { type: 'text', content: text } }),
            movedTo: null,
          };
    this.#put(change, lateMs);
  }

  remove(feed: FeedName, id: string, movedTo: string | null = null): void {
    const before = this.#rows.get(`${feed}/${id}`);
    if (before === undefined || before.change.row === null) return;
    if (this.kind === 'time') this.#rows.delete(`${feed}/${id}`);
    else this.#put({ kind: FEEDS[feed], id, row: null, movedTo }, 0);
  }

  /** A backup; the answer restores it. */
  backup(): () => void {
    const rows = new Map(this.#rows);
    const revision = this.#revision;
    return () => {
      this.#rows = new Map(rows);
      // A restore takes its time: what is written afterwards is later than all that was lost.
      this.now += 2 * SECOND_MS;
      this.#revision = revision;
      this.#life += 1;
    };
  }

  /** What a console should hold in the end: content by `kind/id`. */
  truth(): Map<string, unknown> {
    const live = [...this.#rows.values()].filter(({ change }) => change.row !== null);
    return new Map(live.map(({ change }) => [`${change.kind}/${change.id}`, change.row]));
  }

  has(feed: FeedName, id: string): boolean {
    return this.truth().has(`${FEEDS[feed]}/${id}`);
  }

  backend(): Backend {
    const fake = new FakeBackend({ tier: 'T1', clock: new VirtualClock(0), fault: () => 'none' });
    return {
      descriptor: {
        ...fake.descriptor,
        feeds: Object.keys(FEEDS),
        ...(this.kind === 'time' && { overlapMs: LATE_MS }),
      },
      whoAmI: () => Promise.resolve({ accountId: 'a1', id: 'agent-1', name: 'Sample Agent', email: null }),
      pull: async (feed, cursor) => {
        await this.#call(`pull ${feed} ${cursor ?? 'start'}`);
        return this.#page(feed as FeedName, cursor);
      },
      sweep: this.#sweep(),
      ...(this.kind === 'time' && { rewind: (_feed: string, cursor: string) => this.#rewound(cursor) }),
      listen: () => new Promise<never>(() => undefined),
      history: () => fake.history(),
      perform: (operation, signal) => fake.perform(operation, signal),
      findByRef: (id, ref, signal) => fake.findByRef(id, ref, signal),
      upload: (file, ref, signal) => fake.upload(file, ref, signal),
      download: () => fake.download(),
    };
  }

  /** Lists by rising (age, id), as the feeds do; what is invisible yet is not on the list either. */
  #sweep(): SweepPort {
    return {
      kinds: Object.values(FEEDS),
      rowsAtOnce: 2,
      ids: async (kind, cursor) => {
        await this.#call(`ids ${kind} ${cursor ?? 'start'}`);
        const feed = kind === 'conversation' ? 'conversations' : 'messages';
        const { changes, ages = [], ...page } = this.#page(feed, cursor);
        const ids = changes.map(({ id }, i) => ({ id, age: ages[i] ?? null }));
        return {
          ids: ids.filter((_, i) => changes[i]?.row !== null),
          next: page.more ? page.cursor : null,
        };
      },
      rows: async (kind, ids) => {
        await this.#call(`rows ${kind} ${ids.join(' ')}`);
        const visible = new Map(this.#ordered(kind).map((row) => [row.change.id, row]));
        const found = ids.map((id) => visible.get(id) ?? this.#unknown(kind, id));
        return {
          changes: found.map(({ change }) => change),
          ages: found.map(({ age }) => age),
          rejected: [],
        };
      },
    };
  }

  #unknown(kind: EntityKind, id: string): { change: Change; age: number | null } {
    return { change: { kind, id, row: null, movedTo: null }, age: null };
  }

  async #call(call: string): Promise<void> {
    this.calls.push(call);
    await this.onCall(call);
  }

  #put(change: Change, lateMs: number): void {
    this.#revision += 1;
    const feed = change.kind === 'conversation' ? 'conversations' : 'messages';
    const age = this.kind === 'time' ? this.now - (this.now % SECOND_MS) : this.#revision;
    const key = `${feed}/${change.id}`;
    const before = lateMs === 0 ? null : this.#visible(this.#rows.get(key) ?? null);
    this.#rows.set(key, { change, age, visibleAt: this.now + lateMs, before });
  }

  #visible(row: ServerRow | null): ServerRow | null {
    return row === null || row.visibleAt <= this.now ? row : this.#visible(row.before);
  }

  #ordered(kind: EntityKind): ServerRow[] {
    return [...this.#rows.values()]
      .filter(({ change }) => change.kind === kind)
      .map((row) => this.#visible(row))
      .filter((row) => row !== null)
      .sort((a, b) => a.age - b.age || (a.change.id < b.change.id ? -1 : 1));
  }

  #page(feed: FeedName, cursor: string | null): FeedPage {
    const [life, age, ...rest] = (cursor ?? `${this.#life}:-1:`).split(':');
    const id = rest.join(':');
    if (this.kind === 'revision' && Number(life) !== this.#life) {
      throw new BackendError('invalid', 'This cursor was not made by this server as it is now.');
    }
    const after = this.#ordered(FEEDS[feed]).filter(
      (row) => row.age > Number(age) || (row.age === Number(age) && row.change.id > id),
    );
    const rows = after.slice(0, this.pageSize);
    const last = rows.at(-1);
    return {
      changes: rows.map(({ change }) => change),
      ages: rows.map((row) => row.age),
      cursor: last === undefined ? (cursor ?? `${this.#life}:-1:`) : this.#cursor(last.age, last.change.id),
      more: after.length > rows.length,
      rejected: [],
    };
  }

  #cursor(age: number, id: string): string {
    return `${this.#life}:${age}:${id}`;
  }

  #rewound(cursor: string): string {
    const [life, age] = cursor.split(':');
    return `${life}:${Number(age) - LATE_MS - SECOND_MS}:`;
  }
}
