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

/** When the journal's files are cut and written anew, in bytes. */
export interface JournalSizes {
  /** A new segment starts once the current one is at least this long. */
  segment: number;
  /** The log is rewritten once it is longer than this and mostly old versions of rows. */
  rewrite: number;
}

const SIZES: JournalSizes = { segment: 4 * 1024 * 1024, rewrite: 8 * 1024 * 1024 };
/**
 * Finished rows are kept whole this long (docs/decisions/0007): they prove what was sent, and that a
 * repeated request is a repetition.
 */
const FINISHED_KEPT_MS = 90 * 24 * 3_600_000;
/** Together they take no more than this, in bytes of JSON; the oldest go first… */
const FINISHED_KEPT_BYTES = 32 * 1024 * 1024;
/** …but not before the end of this: a restored server is compared with what was sent in it. */
const FINISHED_SURELY_KEPT_MS = 7 * 24 * 3_600_000;

export async function openJournal(
  fs: FileSystem,
  folder: string,
  clock: Clock,
  sizes: JournalSizes = SIZES,
): Promise<Journal> {
  const kept = new Map<string, OutboxRow>();
  const keep = ({ rows }: JournalRecord): void => {
    for (const row of rows) kept.set(row.intent.ref, row);
  };
  const log = await openRecordLog<JournalRecord>({ fs, folder, segmentBytes: sizes.segment }, keep);
  forgetOld(kept, clock.now());
  const rows = [...kept.values()].sort((a, b) => a.order - b.order);

  let worthFrom = Math.max(sizes.rewrite, 2 * bytesOf(kept.values()));
  let work: Promise<unknown> = Promise.resolve();
  const rewriteIfWorth = async (): Promise<void> => {
    if (log.bytes < worthFrom) return;
    forgetOld(kept, clock.now());
    await log.rewrite([...kept.values()].map((row) => ({ rows: [row] })));
    worthFrom = Math.max(sizes.rewrite, 2 * log.bytes);
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
  const finished = [...kept.values()].filter((row) => !isUnconfirmed(row.state));
  const lastOrder = highest(kept.values(), (row) => row.order);
  const lastRevision = highest(kept.values(), (row) => row.revision);
  let bytes = bytesOf(finished);
  for (const row of finished.sort((a, b) => a.changedAt - b.changedAt)) {
    const age = now - row.changedAt;
    const tooMuch = bytes > FINISHED_KEPT_BYTES && age > FINISHED_SURELY_KEPT_MS;
    if (age <= FINISHED_KEPT_MS && !tooMuch) continue;
    if (row.order === lastOrder || row.revision === lastRevision) continue;
    kept.delete(row.intent.ref);
    bytes -= bytesOf([row]);
  }
}

function highest(rows: Iterable<OutboxRow>, of: (row: OutboxRow) => number): number {
  let most = 0;
  for (const row of rows) most = Math.max(most, of(row));
  return most;
}

/** About as many bytes as the rows take in the log, without making their JSON. */
function bytesOf(rows: Iterable<OutboxRow>): number {
  let bytes = 0;
  for (const { intent, evidence, hold } of rows) {
    const text = 'text' in intent.action ? intent.action.text.length : 0;
    const shown = hold?.movement?.newMessages.length ?? 0;
    bytes += 700 + 2 * text + 90 * evidence.length + 150 * shown;
  }
  return bytes;
}
