/** Everything outside that pull and outbox need: time, chance, disk. All injected. */
import type { BackendError } from '../backends/backend-error';
import type { Change } from '../domain/entities';
import type { OutboxRow } from '../domain/intents';
import type { ThreadHead } from '../domain/thread-moved';

export type { Clock } from '../backends/clock';

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

/** The durable log of what was pulled, one per account. */
export interface SpoolPort {
  /** Where a feed stands; `null` before its first page. */
  cursorOf(feed: string): string | null;
  /**
   * Appends rows and the feed's cursor as one record and resolves with the newest seq after its
   * fsync. `changes` may be empty (only the cursor moved); `ages` are kept with them, one by one.
   */
  commit(
    feed: string,
    cursor: string,
    changes: readonly Change[],
    ages?: readonly (number | null)[],
  ): Promise<number>;
}

/** The durable log of the outbox: whole rows; the last one written for a reference counts. */
export interface JournalPort {
  /** Resolves after the fsync; all of `rows` or none. Appends are kept in the order of the calls. */
  append(rows: readonly OutboxRow[]): Promise<void>;
}

/** The host's content-addressed store of files. */
export interface FilePort {
  /** A way to read the file from its start, as often as needed; `null` when it is not there. */
  open(hash: string): Promise<(() => AsyncIterable<Uint8Array>) | null>;
}

/** What a conversation looks like now: asked before a reply leaves. */
export interface HeadPort {
  /**
   * The thread no older than a few seconds, pulled if need be; when that cannot be told now, what the
   * backend said to it, or `null` where it was not asked or nobody knows. Never rejects.
   */
  head(
    accountId: string,
    conversationId: string,
    signal: AbortSignal,
  ): Promise<ThreadHead | BackendError | null>;
  /** The thread as this computer knows it, however old; `null` when it cannot be read. Never rejects. */
  known(accountId: string, conversationId: string): Promise<ThreadHead | null>;
}
