/**
 * The outbox on disk: whole rows, the last one written for a reference counts. Each append is one
 * record, so all of its rows survive a crash or none.
 */
import { isUnconfirmed, type OutboxRow } from '../domain/intents';
import type { FileSystem } from '../storage/file-system';
import { openRecordLog, type LogRecovery } from '../storage/record-log';
import type { Clock, JournalPort } from './ports';

export interface Journal extends JournalPort {
  readonly recovery: LogRecovery;
  /** What was found when it was opened: one row per reference, by rising order. */
  readonly rows: readonly OutboxRow[];
  close(): Promise<void>;
}

/** One record. Fields are only ever added. */
interface JournalRecord {
  rows: readonly OutboxRow[];
}

const SEGMENT_BYTES = 4 * 1024 * 1024;
/** Confirmed rows are kept this long: they prove a repeated request is a repetition. */
const CONFIRMED_KEPT_MS = 7 * 24 * 3_600_000;
/** The log is rewritten once it is longer than this and mostly old versions of rows. */
const REWRITE_BYTES = 8 * 1024 * 1024;

export async function openJournal(fs: FileSystem, folder: string, clock: Clock): Promise<Journal> {
  const kept = new Map<string, OutboxRow>();
  const keep = ({ rows }: JournalRecord): void => {
    for (const row of rows) kept.set(row.intent.ref, row);
  };
  const log = await openRecordLog<JournalRecord>({ fs, folder, segmentBytes: SEGMENT_BYTES }, keep);
  forgetOld(kept, clock.now());
  const rows = [...kept.values()].sort((a, b) => a.order - b.order);

  let bytesAfterRewrite = 0;
  let work: Promise<unknown> = Promise.resolve();
  const rewriteIfWorth = async (): Promise<void> => {
    if (log.bytes < Math.max(REWRITE_BYTES, 2 * bytesAfterRewrite)) return;
    forgetOld(kept, clock.now());
    await log.rewrite([...kept.values()].map((row) => ({ rows: [row] })));
    bytesAfterRewrite = log.bytes;
  };
  await rewriteIfWorth();

  let pending = 0;
  return {
    recovery: log.recovery,
    rows,
    async append(appended) {
      await work;
      pending += 1;
      try {
        const record = { rows: appended };
        await log.append([record]);
        keep(record);
      } finally {
        pending -= 1;
      }
      // Only with nothing in flight: a rewrite must hold all that was acknowledged.
      if (pending === 0) work = rewriteIfWorth().catch(() => undefined);
    },
    async close() {
      await work;
      await log.close();
    },
  };
}

/**
 * Drops rows that are over for long, but never those with the highest counters: order and revision
 * must not be given twice, whatever the clock did.
 */
function forgetOld(kept: Map<string, OutboxRow>, now: number): void {
  const all = [...kept.values()];
  const lastOrder = Math.max(...all.map((row) => row.order));
  const lastRevision = Math.max(...all.map((row) => row.revision));
  for (const row of all) {
    const over = !isUnconfirmed(row.state) && now - row.changedAt > CONFIRMED_KEPT_MS;
    if (over && row.order !== lastOrder && row.revision !== lastRevision) kept.delete(row.intent.ref);
  }
}
