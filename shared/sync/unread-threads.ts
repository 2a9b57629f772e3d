/**
 * Conversations whose own requests failed while a feed or a sweep told of them: kept durably before the
 * cursor moves past them, and read again one by one until they come, are gone, or a feed brings them.
 *
 *   set aside ──▶ 30 s ──▶ 2 min ──▶ 10 min ──▶ 1 h ──▶ 1 h …      (each spread by a fifth)
 *        └─ told again with another age: from the start
 *
 * A sweep that brings the conversation's row takes nothing off the list: its messages are still missing.
 */
import { z } from 'zod';
import { asBackend, BackendError } from '../backends/backend-error';
import { changeTo, goneChange } from '../backends/changes';
import type { Backend, PulledPage, RejectedRow } from '../backends/port';
import { isOfOneThread } from '../backends/threads-apart';
import type { Change } from '../domain/entities';
import type { ThreadHead } from '../domain/thread-moved';
import { isSameMark, type RowMark } from './merge';
import type { Clock, Random, SpoolPort } from './ports';
import type { CameRows, PulledRows } from './pulled-rows';
import { PROBLEMS_TOLD } from './set-aside';
import { NO_FEED } from './spool-records';

/** Until it is asked for again, after so many tries that failed; ms. */
const AGAIN_AFTER_MS = [30_000, 120_000, 600_000, 3_600_000];
const LONGEST_MS = 3_600_000;
const SPREAD = 0.2;
/** More are not kept one by one; those that failed most often make room. */
const MOST_KEPT = 1_000;
/** Read after one pull, with this pause between two: the agent's own work comes first. */
const A_ROUND = 20;
const PAUSE_MS = 200;
/** So many in a row that fail say more about the server than about any of them. */
const HOPELESS = 3;
/** After a round that was cut short by the link, the key or a limit. */
const CALM_MS = 30_000;
/** Where the spool keeps the list, and where it notes when something was read again. */
const LIST = `${NO_FEED}unread`;
const READ_AGAIN = `${NO_FEED}read-again`;

const keptThread = z.object({
  id: z.string(),
  problem: z.string(),
  /** As the feed told it with the failure; what is read later is at least as new. */
  age: z.number().nullable(),
  tries: z.number(),
  /** Wall clock of the next try. */
  at: z.number(),
});
type KeptThread = z.infer<typeof keptThread>;

const keptList = z.object({
  threads: z.array(keptThread),
  /** There were more than are kept: what is not on the list may be unread as well. */
  beyond: z.boolean(),
});
type KeptList = z.infer<typeof keptList>;

/**
 * Whether the newest of a conversation may be missing in a spool because it could not be read: such a
 * spool says nothing of how the thread stands.
 */
export function isUnread(spool: Pick<SpoolPort, 'cursorOf'>, conversationId: string): boolean {
  const { threads, beyond } = listIn(spool);
  return beyond || threads.some(({ id }) => id === conversationId);
}

function listIn(spool: Pick<SpoolPort, 'cursorOf'>): KeptList {
  const none: KeptList = { threads: [], beyond: false };
  const text = spool.cursorOf(LIST);
  return text === null ? none : (keptList.safeParse(JSON.parse(text)).data ?? none);
}

export interface UnreadThreadsOptions {
  backend: Backend;
  rows: PulledRows;
  clock: Clock;
  random: Random;
  onNews(changes: readonly Change[], seq: number): void;
  /** The list became longer or shorter, or says something else. */
  onChanged(): void;
}

export class UnreadThreads {
  readonly #options: UnreadThreadsOptions;
  readonly #threads: Map<string, KeptThread>;
  #beyond: boolean;
  /** Monotonic: no round begins before it. */
  #calmUntil = -Infinity;
  #current: { cut: AbortController; done: Promise<void> } | null = null;

  constructor(options: UnreadThreadsOptions) {
    this.#options = options;
    const { threads, beyond } = listIn(options.rows);
    this.#threads = new Map(threads.map((thread) => [thread.id, thread]));
    this.#beyond = beyond;
  }

  get count(): number {
    return this.#threads.size;
  }

  /** What is wrong with those told last, each once. */
  get because(): readonly string[] {
    const problems = [...this.#threads.values()].reverse().map(({ problem }) => problem);
    return [...new Set(problems)].slice(0, PROBLEMS_TOLD);
  }

  /**
   * Keeps those of a page that could not be read. Resolves when they are durable: only then may a cursor
   * move past them. Rejects when the disk fails.
   */
  async note({ rejected }: Pick<PulledPage, 'rejected'>): Promise<void> {
    const unread = rejected.filter((row) => row.unread !== undefined && row.id !== null);
    if (unread.filter((row) => this.#add(row)).length === 0) return;
    this.#makeRoom();
    await this.#keep();
    this.#options.onChanged();
  }

  /** Takes off the list what a page of a feed brought, with its messages. Called when that is stored. */
  async came({ changes, rejected }: PulledPage): Promise<void> {
    if (this.#threads.size === 0) return;
    const unread = new Set(rejected.flatMap(({ id, unread }) => (unread === undefined ? [] : [id])));
    const read = changes.filter(({ kind, id }) => kind === 'conversation' && !unread.has(id));
    if (read.filter(({ id }) => this.#threads.delete(id)).length === 0) return;
    await this.#keep();
    this.#options.onChanged();
  }

  /** A whole pull has ended: reads in the background what is due. */
  caughtUp(): void {
    const { backend, clock } = this.#options;
    if (backend.thread === undefined && backend.sweep === undefined) return;
    if (this.#current !== null || clock.monotonic() < this.#calmUntil || this.#due().length === 0) return;
    const cut = new AbortController();
    this.#current = { cut, done: this.#inBackground(cut.signal) };
  }

  /** The link or the key is broken: nothing more is asked until the next whole pull. */
  cut(): void {
    this.#current?.cut.abort();
  }

  /** Ends it; resolves when nothing of it is on its way. */
  async close(): Promise<void> {
    this.cut();
    await this.#current?.done;
  }

  /** Reads what is due, a round of it. Rejects when the disk, the link or the key fails. */
  async readDue(signal: AbortSignal): Promise<void> {
    let failed = 0;
    let tried = false;
    try {
      for (const { id } of this.#due().slice(0, A_ROUND)) {
        const thread = this.#threads.get(id);
        if (thread === undefined) continue;
        if (tried) await this.#options.clock.sleep(PAUSE_MS, signal);
        signal.throwIfAborted();
        tried = true;
        failed = (await this.#readOne(thread, signal)) ? 0 : failed + 1;
        if (failed === HOPELESS) return;
      }
    } finally {
      if (tried) {
        await this.#keep();
        this.#options.onChanged();
      }
    }
  }

  async #inBackground(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    try {
      await this.readDue(signal);
    } catch (error) {
      // Why does not matter: the pulls find out what is wrong, and the list is as it was.
      const wished = error instanceof BackendError ? (error.retryAfterMs ?? 0) : 0;
      this.#calmUntil = clock.monotonic() + Math.max(CALM_MS, wished);
    }
    this.#current = null;
  }

  /** The one that waits longest first. What is due later than it could be is due: the clock was set back. */
  #due(): KeptThread[] {
    const now = this.#options.clock.now();
    const last = now + LONGEST_MS * (1 + SPREAD);
    const due = [...this.#threads.values()].filter(({ at }) => at <= now || at > last);
    return due.sort((a, b) => a.at - b.at);
  }

  /** True where it came or is gone. */
  async #readOne(thread: KeptThread, signal: AbortSignal): Promise<boolean> {
    const { rows, clock, backend, onNews } = this.#options;
    const before = rows.held.markOf('conversation', thread.id);
    const came = await this.#ask(thread, before, signal);
    if (came === null) {
      this.#postpone(thread);
      return false;
    }
    // A feed or a sweep was quicker: what it brought is newer, or asked for once more.
    const isAsBefore = (): boolean => isSameMark(rows.held.markOf('conversation', thread.id), before);
    const { news, seq } = await rows.take(READ_AGAIN, String(clock.now()), came, {
      order: backend.descriptor.overlapMs === undefined ? 'arrival' : 'age',
      keepCursor: false,
      stillWanted: ({ change: { kind, id } }) =>
        isAsBefore() && (kind !== 'message' || rows.held.markOf(kind, id)?.gone !== true),
    });
    const isStored = seq !== null || isAsBefore();
    if (seq !== null) onNews(news, seq);
    if (isStored && this.#threads.get(thread.id) === thread) this.#threads.delete(thread.id);
    return true;
  }

  /** What there is to know of it now; `null` where it still cannot be read. */
  async #ask({ id, age }: KeptThread, before: RowMark | null, signal: AbortSignal): Promise<CameRows | null> {
    const { thread, sweep } = this.#options.backend;
    const since = Math.max(age ?? -Infinity, before?.age ?? -Infinity);
    try {
      if (thread !== undefined) {
        const head = await asBackend(thread.call(this.#options.backend, id, signal));
        return rowsOf(id, head, since === -Infinity ? null : since);
      }
      if (sweep === undefined || !sweep.kinds.includes('conversation')) return null;
      const page = await asBackend(sweep.rows('conversation', [id], signal));
      return page.changes.some((change) => change.kind === 'conversation' && change.id === id) ? page : null;
    } catch (error) {
      if (error instanceof BackendError && error.kind === 'not-found') return { changes: [gone(id, null)] };
      // What was called off says nothing of the thread.
      if (isOfOneThread(error) && !signal.aborted) return null;
      throw error;
    }
  }

  #postpone(thread: KeptThread): void {
    const tries = thread.tries + 1;
    if (this.#threads.get(thread.id) !== thread) return;
    this.#threads.set(thread.id, { ...thread, tries, at: this.#nextAt(tries) });
  }

  #nextAt(tries: number): number {
    const { clock, random } = this.#options;
    const wait = AGAIN_AFTER_MS[tries] ?? LONGEST_MS;
    return clock.now() + Math.round(wait * (1 + SPREAD * (random.next() - 0.5)));
  }

  /** True where the list says something new. */
  #add({ id, problem, unread }: RejectedRow): boolean {
    if (id === null || unread === undefined) return false;
    const known = this.#threads.get(id);
    if (known !== undefined && known.age === unread.age) return false;
    this.#threads.delete(id);
    this.#threads.set(id, { id, problem, age: unread.age, tries: 0, at: this.#nextAt(0) });
    return true;
  }

  #makeRoom(): void {
    const over = this.#threads.size - MOST_KEPT;
    if (over <= 0) return;
    this.#beyond = true;
    const byTries = [...this.#threads.values()].sort((a, b) => b.tries - a.tries);
    for (const { id } of byTries.slice(0, over)) this.#threads.delete(id);
  }

  #keep(): Promise<void> {
    return this.#options.rows.keep(LIST, () => {
      const list: KeptList = { threads: [...this.#threads.values()], beyond: this.#beyond };
      return JSON.stringify(list);
    });
  }
}

const gone = (id: string, movedTo: string | null): Change => goneChange('conversation', id, movedTo);

/** A thread as rows; `null` where nothing is told of it. `since`: how old it is at most, as ages go. */
function rowsOf(id: string, head: ThreadHead, since: number | null): CameRows | null {
  const { conversation, messages } = head;
  if (conversation === null) {
    return head.gone ? { changes: [gone(id, head.movedTo)] } : null;
  }
  // A server that follows a merge by itself; where it leads to is told of by the feeds.
  if (conversation.id !== id) return { changes: [gone(id, conversation.id)] };
  const changes = [
    ...messages.map((row) => changeTo('message', row)),
    changeTo('conversation', conversation),
  ];
  return { changes, ages: [...messages.map(() => null), since] };
}
