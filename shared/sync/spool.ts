/**
 * The host's durable log of what was pulled from one account: the newest row of every thing, in
 * the order it came, under a rising `seq`. A page that asks from 0 gets everything back, also with
 * the helpdesk gone; a page that asks from its last seq gets what is new.
 *
 * Rows of one commit are written before their feed's cursor, in one append. A crash in between
 * keeps some rows and the old cursor, so they are pulled again: a cursor is never ahead of its rows.
 *
 * What the disk may do, and what follows (docs/decisions/0002):
 *   rows are damaged      all cursors are forgotten, and pages begin anew under another epoch
 *   the end is lost       the cursors before it count again, so the same rows come again; a page that
 *                         stands in what was lost begins anew ({@link Spool.knows})
 *   a rewritten log       is whole or damaged: each of its rows stands for others that were dropped
 */
import type { Change, EntityKind } from '../domain/entities';
import type { ThreadHead } from '../domain/thread-moved';
import type { FileSystem } from '../storage/file-system';
import {
  DamagedRecordError,
  openIndexedLog,
  type IndexedLog,
  type RecordPosition,
} from '../storage/indexed-log';
import type { HeldRows, RowMark } from './merge';
import type { SpoolPort } from './ports';
import {
  asRow,
  changeOf,
  headOf,
  NO_FEED,
  rangesOf,
  SUMMARY_VERSION,
  summarise,
  type LightConversation,
  type SpooledChange,
  type SpoolRecord,
  type Summary,
} from './spool-records';
import { SpoolPlaces, type Slot } from './spool-places';
import { SpoolSeqs } from './spool-seqs';

export interface SpoolOptions {
  fs: FileSystem;
  folder: string;
  /** A new random id for the epoch of a spool made anew. */
  newEpoch(): string;
  /** Told for every live conversation while opening, then at each commit; `null`: gone. */
  onConversation(id: string, light: LightConversation | null): void;
  /** Segment length in bytes; only tests choose another. */
  segmentBytes?: number;
  /** Seqs in a block (`spool-seqs.ts`); only tests choose another. */
  blockSeqs?: number;
}

interface PagePlace {
  /** Ask again from here. */
  seq: number;
  more: boolean;
}

export interface SpoolPage extends PagePlace {
  changes: SpooledChange[];
}

/** A page as it lies on the disk: each change is the UTF-8 of one JSON object with the fields of {@link SpooledChange}. */
export interface RawSpoolPage extends PagePlace {
  changes: Uint8Array[];
}

export interface Spool extends SpoolPort, HeldRows {
  /** Changes when seqs of an earlier life no longer count. */
  readonly epoch: string;
  /** The newest seq; 0 when empty. */
  readonly seq: number;
  /** Rows that were damaged on disk when it was opened; they are pulled again. */
  readonly damaged: number;
  /**
   * False when the log lost its end since this seq was given out: who stands there has seen rows that
   * nobody will correct, and begins anew as with another epoch.
   */
  knows(seq: number): boolean;
  /** The rows after a seq, oldest first: at most `limit` rows and about 2 MB. */
  read(after: number, limit: number): Promise<SpoolPage>;
  /** The same, not parsed: what the door hands on needs no second look (docs/decisions/0009). */
  readRaw(after: number, limit: number): Promise<RawSpoolPage>;
  /** A conversation with its live messages, as far as they were pulled. Rejects when the disk fails. */
  thread(conversationId: string): Promise<ThreadHead>;
  /** Those of these rows that are here. Rejects when the disk fails. */
  rows(kind: EntityKind, ids: readonly string[]): Promise<readonly Change[]>;
  close(): Promise<void>;
}

/** Small enough that reading one sidecar does not hold up the host for long. */
const SEGMENT_BYTES = 2 * 1024 * 1024;
const PAGE_BYTES = 2 * 1024 * 1024;
/** How often a thread is read again because it changed meanwhile. */
const THREAD_TRIES = 5;

/** Opens the spool of one account, or makes an empty one. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const spool = new LogSpool(options);
  await spool.open();
  return spool;
}

class LogSpool implements Spool {
  epoch = '';
  private readonly seqs: SpoolSeqs;
  /** Between the begin and the end of a rewritten log. */
  private halfRewritten = false;
  private log!: IndexedLog<SpoolRecord, Summary>;
  private cursors = new Map<string, string>();
  private readonly places = new SpoolPlaces();
  /** How often cursors were forgotten because a row went bad. */
  private forgets = 0;
  /** Commits and compactions, one after another. */
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: SpoolOptions) {
    this.seqs = new SpoolSeqs(options.fs, options.folder, options.blockSeqs);
  }

  async open(): Promise<void> {
    const { fs, folder, segmentBytes = SEGMENT_BYTES } = this.options;
    const conversations = new Map<string, LightConversation | null>();
    await fs.makeFolder(folder);
    const fresh = (await fs.list(folder)).length === 0;
    // Opening repairs what is damaged; ended in the middle of that, the next one would find nothing wrong.
    const sound = await this.seqs.begin();
    this.log = await openIndexedLog<SpoolRecord, Summary>(
      { fs, folder, segmentBytes, summarise, sidecars: true, summaryVersion: SUMMARY_VERSION },
      (summary, at) => {
        this.take(summary, at);
        if (summary.type === 'row' && summary.kind === 'conversation') {
          conversations.set(summary.id, summary.light);
        }
      },
    );
    for (const [id, light] of conversations) this.options.onConversation(id, light);
    if (this.damaged > 0 || this.halfRewritten || !(sound || fresh)) return this.beginAnew();
    if (this.epoch === '') await this.startEpoch();
    await this.compactIfWorth();
    await this.seqs.markSound();
  }

  get seq(): number {
    return this.seqs.newest;
  }

  knows(seq: number): boolean {
    return this.seqs.knows(seq);
  }

  get damaged(): number {
    return this.log.recovery.damaged;
  }

  private async startEpoch(): Promise<void> {
    const epoch = this.options.newEpoch();
    await this.log.append([{ type: 'epoch', epoch, seq: this.seq }]);
    this.epoch = epoch;
  }

  /**
   * Rows were lost: all is pulled again, and pages begin anew. The log is rewritten before anything is
   * added, so that this is the first thing it says: whatever end it may lose later, it never says again
   * how far it was pulled before. Nobody waits for that; until it is done the spool is not called sound.
   */
  private beginAnew(): void {
    this.epoch = this.options.newEpoch();
    this.forgetCursors();
    const done = this.inTurn(async () => {
      await this.rewrite();
      await this.seqs.markSound();
    });
    // No room, most likely: the next opening begins anew as well.
    done.catch(() => undefined);
  }

  /** What is noted beside the feeds stays: that a feed is read anew is as true as before. */
  private forgetCursors(): void {
    for (const name of this.cursors.keys()) if (!name.startsWith(NO_FEED)) this.cursors.delete(name);
  }

  cursorOf(feed: string): string | null {
    return this.cursors.get(feed) ?? null;
  }

  markOf(kind: EntityKind, id: string): RowMark | null {
    const slot = this.places.of(kind, id);
    // A row that went bad on the disk is not held.
    return slot === undefined || slot.length === 0 ? null : slot.mark;
  }

  idsOf(kind: EntityKind): Iterable<string> {
    return this.places.idsOf(kind);
  }

  commit(
    feed: string,
    cursor: string,
    changes: readonly Change[],
    ages: readonly (number | null)[] = [],
  ): Promise<number> {
    const { forgets } = this;
    return this.inTurn(async () => {
      const told = await this.toldAgain(changes);
      const came = changes.map((change, i) => {
        const age = ages[i] ?? null;
        return { ...change, ...(age !== null && { age }) };
      });
      const rows = [...told, ...came];
      const before = await this.seqs.reserve(rows.length);
      const records = rows.map((row, i): SpoolRecord => ({ type: 'row', ...row, seq: before + 1 + i }));
      records.push({ type: 'cursor', feed, cursor });
      const written = await this.log.append(records);
      records.forEach((record, i) => {
        const summary = summarise(record);
        this.take(summary, written[i] as RecordPosition);
        if (summary.type === 'row' && summary.kind === 'conversation') {
          this.options.onConversation(summary.id, summary.light);
        }
      });
      // A row went bad meanwhile: this cursor is of before, and all is to be pulled again.
      if (this.forgets !== forgets) this.cursors.delete(feed);
      await this.compactIfWorth();
      return this.seq;
    });
  }

  /**
   * The messages of conversations that come back (a restored server, a deletion undone), as new rows:
   * pages dropped them together with their conversation, and the backend says nothing of them.
   */
  private async toldAgain(changes: readonly Change[]): Promise<Change[]> {
    const back = changes.filter(
      ({ kind, id, row }) => kind === 'conversation' && row !== null && this.markOf(kind, id)?.gone,
    );
    const messages = [...new Set(back.map(({ id }) => id))].flatMap((id) => this.places.messagesOf(id));
    const slots = messages.sort((a, b) => a.seq - b.seq);
    const rows = slots.length === 0 ? [] : await this.readSlots(slots);
    return rows.map(changeOf);
  }

  async read(after: number, limit: number): Promise<SpoolPage> {
    const { changes, ...place } = await this.readRaw(after, limit);
    return { changes: changes.map(changeOf), ...place };
  }

  async readRaw(after: number, limit: number): Promise<RawSpoolPage> {
    let bytes = 0;
    const { slots } = this.places;
    let next = this.places.firstAfter(after);
    const wanted: Slot[] = [];
    for (; next < slots.length && wanted.length < limit && bytes < PAGE_BYTES; next++) {
      const slot = slots[next] as Slot;
      if (slot.length === 0) continue;
      wanted.push(slot);
      bytes += slot.length;
    }
    const more = next < slots.length;
    const seq = more ? (slots[next - 1] as Slot).seq : Math.max(after, this.seq);
    return { changes: await this.readSlots(wanted), seq, more };
  }

  async rows(kind: EntityKind, ids: readonly string[]): Promise<readonly Change[]> {
    const slots = ids.flatMap((id) => this.places.of(kind, id) ?? []);
    const live = slots.filter(({ length }) => length > 0).sort((a, b) => a.seq - b.seq);
    return live.length === 0 ? [] : (await this.readSlots(live)).map(changeOf);
  }

  async thread(conversationId: string): Promise<ThreadHead> {
    for (let tries = 0; tries < THREAD_TRIES; tries++) {
      const own = this.places.of('conversation', conversationId);
      if (own?.length === 0) break;
      const messages = this.places.messagesOf(conversationId);
      const slots = own === undefined ? messages : [own, ...messages];
      const { seq } = this;
      const { slots: slotsNow } = this.places;
      const rows = await this.readSlots([...slots].sort((a, b) => a.seq - b.seq));
      // Replaced, compacted or gone bad meanwhile: what was read may lack a row.
      if (this.places.slots !== slotsNow || slots.some(({ length }) => length === 0)) continue;
      if (this.seq === seq || this.places.newestMessageOf(conversationId) === messages.at(-1)) {
        return headOf(conversationId, rows.map(changeOf));
      }
    }
    throw new Error('The thread changes too fast, or lies on a disk that does not give it back.');
  }

  /** Reads rows, neighbours at once; a row replaced meanwhile comes with its newer one. */
  private async readSlots(slots: readonly Slot[]): Promise<Uint8Array[]> {
    const { slots: slotsNow } = this.places;
    const found: Uint8Array[] = [];
    try {
      for (const { range, offsets } of rangesOf(slots)) {
        for (const { offset, json } of await this.log.readRaw(range)) {
          if (offsets.has(offset)) found.push(asRow(json));
        }
      }
    } catch (error) {
      // A compaction moved the rows meanwhile: their new places are in new slots.
      if (this.places.slots !== slotsNow) return this.readSlots(this.places.sameRows(slots));
      if (error instanceof DamagedRecordError) return this.readAround(slots);
      throw error;
    }
    return this.places.slots === slotsNow ? found : this.readSlots(this.places.sameRows(slots));
  }

  /** Some row went bad on disk since it was written: gives the others and has all pulled again. */
  private async readAround(slots: readonly Slot[]): Promise<Uint8Array[]> {
    const found: Uint8Array[] = [];
    for (const slot of slots) {
      try {
        for (const { json } of await this.log.readRaw(slot)) found.push(asRow(json));
      } catch (error) {
        if (!(error instanceof DamagedRecordError)) throw error;
        this.places.bury(slot);
        this.forgets += 1;
        this.forgetCursors();
        await this.seqs.spoil();
      }
    }
    return found;
  }

  async close(): Promise<void> {
    await this.work;
    await this.log.close();
  }

  private inTurn<R>(task: () => Promise<R>): Promise<R> {
    const done = this.work.then(task);
    this.work = done.catch(() => undefined);
    return done;
  }

  private take(summary: Summary, at: RecordPosition): void {
    switch (summary.type) {
      case 'epoch':
        this.epoch = summary.epoch;
        this.seqs.saw(summary.seq);
        return;
      case 'begin':
        this.epoch = summary.epoch;
        this.halfRewritten = true;
        return;
      case 'end':
        for (const seq of summary.ends) this.seqs.saw(seq);
        this.halfRewritten = false;
        return;
      case 'cursor':
        if (summary.cursor === null) this.cursors.delete(summary.feed);
        else this.cursors.set(summary.feed, summary.cursor);
        return;
      case 'row':
        this.places.take(summary, at);
        this.seqs.saw(summary.seq);
    }
  }

  /** Rewrites the log to its live rows once the replaced ones take more room than they do. */
  private async compactIfWorth(): Promise<void> {
    const { liveBytes } = this.places;
    const dead = this.log.bytes - liveBytes;
    const { segmentBytes = SEGMENT_BYTES } = this.options;
    if (dead >= Math.max(2 * segmentBytes, liveBytes)) await this.rewrite();
  }

  private async rewrite(): Promise<void> {
    let moved = false;
    await this.log.rewrite(this.liveRecords(), (summary, at) => {
      if (!moved) this.places.forget();
      moved = true;
      this.take(summary, at);
    });
  }

  private async *liveRecords(): AsyncGenerator<SpoolRecord> {
    yield { type: 'begin', epoch: this.epoch };
    for (let after = 0; ;) {
      const page = await this.read(after, 500);
      for (const change of page.changes) yield { type: 'row', ...change };
      if (!page.more) break;
      after = page.seq;
    }
    // Last, as in a commit; a damaged row met on the way has made them forgotten.
    for (const [feed, cursor] of this.cursors) yield { type: 'cursor', feed, cursor };
    yield { type: 'end', ends: this.seqs.ends };
  }
}
