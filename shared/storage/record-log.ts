/**
 * An append-only, checksummed log of JSON records in segments. The journal, the spool, the drafts
 * and the embedded helpdesk's store are all one of these.
 */
import type { FileSystem } from './file-system';

export interface RecordLogOptions {
  fs: FileSystem;
  folder: string;
  /** A new segment starts once the current one is at least this long, in bytes. */
  segmentBytes: number;
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

export interface RecordLog<T> {
  readonly recovery: LogRecovery;
  /** Bytes over all segments. */
  readonly bytes: number;
  /** Appends records and resolves after their fsync; calls made meanwhile share the next fsync. */
  append(records: readonly T[]): Promise<void>;
  /**
   * Rewrites the log to just `records` (the caller's live state) in new segments, atomically:
   * after a crash either the old log or the new one is found, never a mixture.
   */
  rewrite(records: Iterable<T>): Promise<void>;
  /** Waits for pending appends, then closes. */
  close(): Promise<void>;
}

export type OpenRecordLog = <T>(
  options: RecordLogOptions,
  /** Called for every record found, oldest first, before the promise resolves. */
  onRecord: (record: T) => void,
) => Promise<RecordLog<T>>;
