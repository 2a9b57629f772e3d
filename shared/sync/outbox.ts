import type { Backend } from '../backends/port';
import type { Intent, OutboxRow } from '../domain/intents';
import type { Clock, FilePort, JournalPort, Random } from './ports';
import type { Pulled } from './pull';

export interface OutboxOptions {
  /** What the journal held, in any order, one row per reference. */
  rows: readonly OutboxRow[];
  journal: JournalPort;
  /** `null` for an account that is not set up (any more): its rows wait. */
  backendOf(accountId: string): Backend | null;
  accountOnline(accountId: string): boolean;
  files: FilePort;
  clock: Clock;
  random: Random;
  /** A row changed and the change is durable. */
  onRow(row: OutboxRow): void;
}

export interface Outbox {
  /**
   * Takes an intent; resolves with its row after the journal's fsync. The same intent again
   * resolves with the row as it is now.
   * @throws ReusedRefError when the reference belongs to another intent; the journal's own error
   * when it could not be written (nothing was taken)
   */
  accept(intent: Intent): Promise<OutboxRow>;
  /** Takes back what has not left. @throws TooLateError, UnknownRefError */
  undo(ref: string): Promise<OutboxRow>;
  /** Sends a parked row again. @throws TooLateError, UnknownRefError */
  resend(ref: string): Promise<OutboxRow>;
  /** Drops a parked or held row. @throws TooLateError, UnknownRefError */
  discard(ref: string): Promise<OutboxRow>;
  /** Every row that is durable, by rising order: also confirmed ones, for 7 days. */
  rows(): readonly OutboxRow[];
  /** What a pull brought: own messages coming back turn accepted into delivered. */
  pulled(accountId: string, pulled: Pulled): void;
  /** The account came online (or its credentials changed): try now. */
  wake(accountId: string): void;
  /** Works until the signal is aborted or `stop` is called. Call once. */
  run(signal: AbortSignal): Promise<void>;
  /** Claims nothing more, gives requests in flight 5 s, then cuts them (they are read back later). */
  stop(): Promise<void>;
}

export function createOutbox(_options: OutboxOptions): Outbox {
  throw new Error('The outbox is not wired yet.');
}
