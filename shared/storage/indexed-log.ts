/**
 * The one log behind every durable thing of the product: records in checksummed lines
 * (`record-frame.ts`), in segments, with one fsync for all appends that wait for it.
 *
 * Files in the folder:
 *   000001-000001.log     generation 1, segment 1
 *   000001-000001.index   optional sidecar of a sealed segment: a summary and place per record
 *   manifest              which generation counts (written by a rewrite, replaced atomically)
 *   *.damaged             bytes that failed their checksum, kept for a person to look at
 *
 * Invariants: an acknowledged record is found again, in order; a crash leaves the old or the new
 * generation, never a mixture; a failed write rejects its append and is cut off before the next
 * one, and where even that fails the log closes itself.
 */
import type { AppendFile, FileSystem } from './file-system';
import { encodeFrame, payloadOf } from './record-frame';
import { currentGeneration, scanSegment, segmentName, segmentsOf, writeManifest } from './log-files';
import { readSidecar, writeSidecar, type SidecarEntry } from './log-sidecar';

/** Where a record stands: whole line, newline included. */
export interface RecordPosition {
  segment: number;
  offset: number;
  length: number;
}

/** A record's JSON in UTF-8, and where its line begins in the segment. */
export interface RawRecord {
  offset: number;
  json: Uint8Array;
}

/** What opening found. Damage is told, never hidden. */
export interface LogRecovery {
  /** Records read, oldest first. */
  count: number;
  /** Bytes cut from the end of the last segment (a write that was torn by a crash). */
  tornBytes: number;
  /** Records in the middle that failed their checksum, kept aside in `<segment>.damaged`. */
  damaged: number;
}

export interface IndexedLogOptions<T, S> {
  fs: FileSystem;
  folder: string;
  /** A new segment starts once the current one is at least this long, in bytes. */
  segmentBytes: number;
  /** What the caller must know of a record without reading its body. */
  summarise(record: T): S;
  /** Keep a sidecar per sealed segment, so opening does not parse every body. */
  sidecars: boolean;
  /** Raised when summaries say more than before: sidecars of another version are made anew. 1 when absent. */
  summaryVersion?: number;
}

export interface IndexedLog<T, S> {
  readonly recovery: LogRecovery;
  /** Bytes over all segments. */
  readonly bytes: number;
  /** Appends and resolves with the places after the fsync; calls made meanwhile share the next one. */
  append(records: readonly T[]): Promise<readonly RecordPosition[]>;
  /**
   * The records in a range of whole lines. Rejects with {@link DamagedRecordError} where the disk
   * no longer gives back what was written.
   */
  read(range: RecordPosition): Promise<T[]>;
  /** The same records as they lie on the disk, checked but not parsed. */
  readRaw(range: RecordPosition): Promise<RawRecord[]>;
  /** Replaces the log's content atomically; tells the new place of each record. */
  rewrite(
    records: Iterable<T> | AsyncIterable<T>,
    onEntry: (summary: S, at: RecordPosition) => void,
  ): Promise<void>;
  /** Waits for pending appends, then closes. */
  close(): Promise<void>;
}

/** The log takes nothing more: it was closed, or a failed write could not be cut off. */
export class LogClosedError extends Error {
  constructor(reason: string) {
    super(`The log is closed: ${reason}`);
    this.name = 'LogClosedError';
  }
}

/** A record that was good once no longer matches its checksum. */
export class DamagedRecordError extends Error {
  constructor(where: string) {
    super(`A record in ${where} no longer matches its checksum.`);
    this.name = 'DamagedRecordError';
  }
}

interface Waiting<T> {
  records: readonly T[];
  frames: Uint8Array[];
  resolve(at: readonly RecordPosition[]): void;
  reject(error: unknown): void;
}

/** Opens a log, repairs what a crash left, and tells every record found, oldest first. */
export async function openIndexedLog<T, S>(
  options: IndexedLogOptions<T, S>,
  onEntry: (summary: S, at: RecordPosition) => void,
): Promise<IndexedLog<T, S>> {
  await options.fs.makeFolder(options.folder);
  const log = new SegmentedLog(options);
  await log.recover(onEntry);
  return log;
}

class SegmentedLog<T, S> implements IndexedLog<T, S> {
  readonly recovery: LogRecovery = { count: 0, tornBytes: 0, damaged: 0 };
  private generation = 1;
  private segment = 1;
  private file: AppendFile | null = null;
  /** Bytes of the current segment that are synced; everything past it is cut after a failure. */
  private goodBytes = 0;
  private sealedBytes = 0;
  private entries: SidecarEntry<S>[] = [];
  private queue: Waiting<T>[] = [];
  /** Appends and rewrites run one after another on this chain. */
  private work: Promise<void> = Promise.resolve();
  private pumping = false;
  private closing = false;
  /** Why nothing can be written any more. */
  private closedBecause: string | null = null;

  constructor(private readonly options: IndexedLogOptions<T, S>) {}

  get bytes(): number {
    return this.sealedBytes + this.goodBytes;
  }

  async recover(onEntry: (summary: S, at: RecordPosition) => void): Promise<void> {
    const { fs, folder } = this.options;
    this.generation = await currentGeneration(fs, folder);
    const all = await segmentsOf(fs, folder);
    for (const other of all.filter((s) => s.generation !== this.generation)) {
      await this.removeSegment(other.generation, other.segment);
    }
    const numbers = all.filter((s) => s.generation === this.generation).map((s) => s.segment);
    // Segments count from 1 without a gap: one that is not there was lost, with all its records.
    for (let lost = 1; lost < (numbers.at(-1) ?? 0); lost += 1) {
      if (numbers.includes(lost)) continue;
      await fs.remove(`${this.path(lost)}.index`);
      await fs.replace(this.path(lost), new Uint8Array(0));
      this.recovery.damaged += 1;
    }
    for (const number of numbers) {
      const last = number === numbers.at(-1);
      const sidecar = last ? null : await this.recoverFromSidecar(number, onEntry);
      if (sidecar === 'read') continue;
      const damagedBefore = this.recovery.damaged;
      await this.recoverByScan(number, last, onEntry);
      if (sidecar === 'other-length' && this.recovery.damaged === damagedBefore) this.recovery.damaged += 1;
    }
    this.segment = numbers.at(-1) ?? 1;
  }

  private async recoverFromSidecar(
    segment: number,
    onEntry: (summary: S, at: RecordPosition) => void,
  ): Promise<'read' | 'other-length' | null> {
    if (!this.options.sidecars) return null;
    const found = await readSidecar<S>(this.options.fs, this.path(segment), this.summaryVersion);
    if (found === null || found === 'other-length') return found;
    for (const [summary, offset, length] of found.entries) onEntry(summary, { segment, offset, length });
    this.recovery.count += found.entries.length;
    this.sealedBytes += found.size;
    return 'read';
  }

  private async recoverByScan(
    segment: number,
    last: boolean,
    onEntry: (summary: S, at: RecordPosition) => void,
  ): Promise<void> {
    const entries: SidecarEntry<S>[] = [];
    const found = await scanSegment(this.options.fs, this.path(segment), last, (record, offset, length) => {
      const summary = this.options.summarise(record as T);
      entries.push([summary, offset, length]);
      onEntry(summary, { segment, offset, length });
    });
    this.recovery.count += entries.length;
    this.recovery.tornBytes += found.tornBytes;
    this.recovery.damaged += found.damaged;
    if (last) {
      this.goodBytes = found.size;
      this.entries = entries;
    } else {
      this.sealedBytes += found.size;
      await this.writeSidecar(segment, found.size, entries);
    }
  }

  append(records: readonly T[]): Promise<readonly RecordPosition[]> {
    if (this.closing) return Promise.reject(new LogClosedError('it was closed'));
    if (records.length === 0) return Promise.resolve([]);
    const frames = records.map(encodeFrame);
    return new Promise((resolve, reject) => {
      this.queue.push({ records, frames, resolve, reject });
      if (this.pumping) return;
      this.pumping = true;
      this.work = this.work.then(() => this.pump());
    });
  }

  /** Writes whatever waits with one fsync, until nothing waits. */
  private async pump(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.queue;
      this.queue = [];
      try {
        await this.commit(batch);
      } catch (error) {
        await this.cutOff(error);
        for (const waiting of batch) waiting.reject(error);
      }
    }
    this.pumping = false;
  }

  private async commit(batch: readonly Waiting<T>[]): Promise<void> {
    if (this.closedBecause !== null) throw new LogClosedError(this.closedBecause);
    if (this.goodBytes >= this.options.segmentBytes) await this.seal();
    this.file ??= await this.openSegment();
    const frames = batch.flatMap((waiting) => waiting.frames);
    let offset = this.goodBytes;
    const places = batch.map((waiting) =>
      waiting.frames.map((frame) => {
        const at = { segment: this.segment, offset, length: frame.length };
        offset += frame.length;
        return at;
      }),
    );
    await this.file.write(concat(frames));
    await this.file.sync();
    this.goodBytes = offset;
    batch.forEach((waiting, i) => {
      const at = places[i] ?? [];
      if (this.options.sidecars) {
        at.forEach((place, j) => {
          const summary = this.options.summarise(waiting.records[j] as T);
          this.entries.push([summary, place.offset, place.length]);
        });
      }
      waiting.resolve(at);
    });
  }

  private async openSegment(): Promise<AppendFile> {
    const file = await this.options.fs.append(this.path(this.segment));
    // Left by a rewrite that failed and could not clean up after itself.
    if (file.size !== this.goodBytes) await file.truncate(this.goodBytes);
    return file;
  }

  /** Ends the current segment; the next append starts a new one. */
  private async seal(): Promise<void> {
    await this.file?.close();
    this.file = null;
    await this.writeSidecar(this.segment, this.goodBytes, this.entries);
    this.sealedBytes += this.goodBytes;
    this.goodBytes = 0;
    this.entries = [];
    this.segment += 1;
  }

  private async writeSidecar(segment: number, size: number, entries: SidecarEntry<S>[]): Promise<void> {
    const { fs, sidecars } = this.options;
    if (sidecars) await writeSidecar(fs, this.path(segment), size, entries, this.summaryVersion);
  }

  private get summaryVersion(): number {
    return this.options.summaryVersion ?? 1;
  }

  /** Drops the bytes of a failed append, so that it can never be read back. */
  private async cutOff(cause: unknown): Promise<void> {
    if (this.closedBecause !== null) return;
    const file = this.file;
    this.file = null;
    try {
      if (file === null) return;
      await file.truncate(this.goodBytes);
      await file.close();
    } catch {
      this.closedBecause = `a failed write could not be undone (${String(cause)})`;
    }
  }

  async read(range: RecordPosition): Promise<T[]> {
    const decoder = new TextDecoder();
    return (await this.readRaw(range)).map(({ json }) => JSON.parse(decoder.decode(json)) as T);
  }

  async readRaw(range: RecordPosition): Promise<RawRecord[]> {
    const path = this.path(range.segment);
    const bytes = await this.options.fs.readRange(path, range.offset, range.length);
    const records: RawRecord[] = [];
    let start = 0;
    while (start < range.length) {
      const newline = bytes.indexOf(0x0a, start);
      const json = newline < 0 ? undefined : payloadOf(bytes.subarray(start, newline), path);
      if (json === undefined) throw new DamagedRecordError(path);
      records.push({ offset: range.offset + start, json });
      start = newline + 1;
    }
    return records;
  }

  rewrite(
    records: Iterable<T> | AsyncIterable<T>,
    onEntry: (summary: S, at: RecordPosition) => void,
  ): Promise<void> {
    const done = this.work.then(() => this.rewriteNow(records, onEntry));
    this.work = done.catch(() => undefined);
    return done;
  }

  private async rewriteNow(
    records: Iterable<T> | AsyncIterable<T>,
    onEntry: (summary: S, at: RecordPosition) => void,
  ): Promise<void> {
    if (this.closedBecause !== null) throw new LogClosedError(this.closedBecause);
    const { segmentBytes, sidecars } = this.options;
    const next = new SegmentedLog<T, S>({ ...this.options, segmentBytes });
    next.generation = this.generation + 1;
    const told: [S, RecordPosition][] = [];
    try {
      for await (const batch of batches(records, REWRITE_BATCH)) {
        const at = await next.append(batch);
        at.forEach((place, i) => told.push([this.options.summarise(batch[i] as T), place]));
      }
      await next.close();
      const { file } = this;
      this.file = null;
      await file?.close();
      await this.nameGeneration(next.generation);
    } catch (error) {
      await next.close();
      if (this.closedBecause !== null) throw error;
      for (let n = next.segment; n >= 1; n--) await this.removeSegment(next.generation, n);
      throw error;
    }
    const old = { generation: this.generation, segment: this.segment };
    this.generation = next.generation;
    this.segment = next.segment;
    this.goodBytes = next.goodBytes;
    this.sealedBytes = next.sealedBytes;
    this.entries = sidecars ? next.entries : [];
    for (const [summary, at] of told) onEntry(summary, at);
    for (let n = 1; n <= old.segment; n++) await this.removeSegment(old.generation, n);
  }

  /**
   * Makes a generation the one that counts. Where the manifest names it, but perhaps only until a power
   * loss, both generations stay and the log closes itself: an append to either could be lost.
   */
  private async nameGeneration(generation: number): Promise<void> {
    const { fs, folder } = this.options;
    try {
      await writeManifest(fs, folder, generation);
    } catch (error) {
      this.closedBecause = `a rewrite could not be finished (${String(error)})`;
      if ((await currentGeneration(fs, folder)) === generation) await writeManifest(fs, folder, generation);
      this.closedBecause = null;
      if ((await currentGeneration(fs, folder)) !== generation) throw error;
    }
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.work;
    this.closedBecause ??= 'it was closed';
    await this.file?.close();
    this.file = null;
  }

  private path(segment: number): string {
    return `${this.options.folder}/${segmentName(this.generation, segment)}`;
  }

  private async removeSegment(generation: number, segment: number): Promise<void> {
    const path = `${this.options.folder}/${segmentName(generation, segment)}`;
    await this.options.fs.remove(path);
    await this.options.fs.remove(`${path}.index`);
  }
}

/** Records written per fsync while rewriting. */
const REWRITE_BATCH = 2_000;

async function* batches<T>(records: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const record of records) {
    batch.push(record);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
