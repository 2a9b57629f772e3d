/**
 * The helpdesk's store: a journal on disk and the state in memory. A record is applied at once, so
 * commands see each other, and shown to readers only when its fsync is done:
 *
 *   command → apply to State → append (calls share an fsync) → revision is durable → feeds, listeners
 *
 * A reader who followed a row that a crash takes back would miss the row that gets its number.
 */
import type { FileSystem } from '@shared/storage/file-system';
import { openRecordLog } from '@shared/storage/record-log';
import type { LogRecovery, RecordLog } from '@shared/storage/record-log';
import { StorageFailure } from './errors';
import type { StoreRecord, StoredOperation } from './model';
import { State, type Feed } from './state';

const SEGMENT_BYTES = 16 * 1024 * 1024;
const REWRITE_FROM_BYTES = 64 * 1024 * 1024;

export interface StoreOptions {
  fs: FileSystem;
  folder: string;
  now: () => number;
  /** A journal from this size on is rewritten when most of it is overtaken, in bytes. */
  rewriteFromBytes?: number;
}

export class Store {
  private durable: number;
  private failure: StorageFailure | null = null;
  private pending: Promise<void> = Promise.resolve();
  private readonly listeners = new Set<(revision: number, record: StoreRecord) => void>();

  private constructor(
    readonly state: State,
    private readonly log: RecordLog<StoreRecord>,
    readonly now: () => number,
  ) {
    this.durable = state.revision;
  }

  /** Reads the journal; `recovery` tells what was torn or damaged. */
  static async open({
    fs,
    folder,
    now,
    rewriteFromBytes = REWRITE_FROM_BYTES,
  }: StoreOptions): Promise<Store> {
    const state = new State();
    let rowsRead = 0;
    const log = await openRecordLog<StoreRecord>({ fs, folder, segmentBytes: SEGMENT_BYTES }, (record) => {
      rowsRead += rowsIn(record);
      state.apply(record, false);
    });
    state.loadFeeds();
    const store = new Store(state, log, now);
    await store.rewriteWhenOld(rowsRead, rewriteFromBytes);
    return store;
  }

  get recovery(): LogRecovery {
    return this.log.recovery;
  }

  /** The newest revision that survives a crash; readers see nothing newer. */
  get revision(): number {
    return this.durable;
  }

  /** The next revision for a row of the record being made. */
  nextRevision(): number {
    this.state.revision += 1;
    return this.state.revision;
  }

  /** A new id: a letter for its kind and a number that was never used. */
  nextId(kind: 'a' | 'c' | 'm' | 'p' | 'f' | 's'): string {
    this.state.lastNumber += 1;
    return `${kind}${this.state.lastNumber}`;
  }

  /**
   * Applies a record and resolves when it is durable. Between the look at the state that led to
   * the record and this call there must be no await.
   * @throws StorageFailure when the disk refuses, now or before
   */
  async commit(record: StoreRecord): Promise<void> {
    if (this.failure) throw this.failure;
    this.state.apply(record);
    const revision = this.state.revision;
    const written = this.log.append([record]).then(
      () => {
        this.durable = Math.max(this.durable, revision);
        for (const listener of this.listeners) listener(this.durable, record);
      },
      (error: unknown) => {
        this.failure ??= new StorageFailure(error instanceof Error ? error.message : String(error));
        throw this.failure;
      },
    );
    this.pending = written.catch(() => undefined);
    await written;
  }

  /** Resolves when everything applied so far is durable. */
  async settled(): Promise<void> {
    await this.pending;
    if (this.failure) throw this.failure;
  }

  /** Calls back after each durable record. Returns the way to stop. */
  onRecord(listener: (revision: number, record: StoreRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Ids changed after `rev` that are durable, oldest change first. */
  changes(feed: Feed, rev: number): Generator<{ rev: number; id: string }> {
    return this.state.feeds[feed].after(rev, this.durable);
  }

  operation(key: string): StoredOperation | undefined {
    return this.state.operations.get(key);
  }

  async close(): Promise<void> {
    await this.pending;
    await this.log.close();
  }

  private async rewriteWhenOld(rowsRead: number, fromBytes: number): Promise<void> {
    const { state } = this;
    const live =
      state.conversations.size + state.messages.size + state.contacts.size + state.operations.size + 1;
    if (this.log.bytes < fromBytes || rowsRead < live * 2) return;
    await this.log.rewrite(state.records(this.now()));
  }
}

function rowsIn(record: StoreRecord): number {
  let rows = 0;
  for (const part of Object.values(record)) rows += Array.isArray(part) ? part.length : 1;
  return rows;
}
