/**
 * An append-only, checksummed log of JSON records in segments. The journal, the spool, the drafts
 * and the embedded helpdesk's store are all one of these.
 */
import type { FileSystem } from './file-system';
import { openIndexedLog, type LogRecovery } from './indexed-log';

export interface RecordLogOptions {
  fs: FileSystem;
  folder: string;
  /** A new segment starts once the current one is at least this long, in bytes. */
  segmentBytes: number;
}

export type { LogRecovery };

export interface RecordLog<T> {
  readonly recovery: LogRecovery;
  /** Bytes over all segments. */
  readonly bytes: number;
  /** Appends records and resolves after their fsync; calls made meanwhile share the next fsync. */
  append(records: readonly T[]): Promise<void>;
  /**
   * Rewrites the log to just `records` (the caller's live state) in new segments, atomically:
   * after a crash either the old log or the new one is found, never a mixture. `records` must hold
   * the effect of every append acknowledged so far; appends made meanwhile follow after it.
   */
  rewrite(records: Iterable<T> | AsyncIterable<T>): Promise<void>;
  /** Waits for pending appends, then closes. */
  close(): Promise<void>;
}

/**
 * Opens a log, repairing what a crash left (`recovery` tells what). Rejects with
 * `NewerFormatError` when a newer version wrote it, and with the file system's own errors.
 * @param onRecord called for every record found, oldest first, before the promise resolves
 */
export async function openRecordLog<T>(
  options: RecordLogOptions,
  onRecord: (record: T) => void,
): Promise<RecordLog<T>> {
  const log = await openIndexedLog<T, T>(
    { ...options, summarise: (record) => record, sidecars: false },
    onRecord,
  );
  return {
    recovery: log.recovery,
    get bytes() {
      return log.bytes;
    },
    append: async (records) => void (await log.append(records)),
    rewrite: (records) => log.rewrite(records, () => undefined),
    close: () => log.close(),
  };
}
