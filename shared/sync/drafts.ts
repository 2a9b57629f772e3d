/**
 * What agents are typing, kept by the host: one draft a conversation, the later typing wins.
 * Saving resolves after an fsync; at most one fsync a second, shared by all that wait for it.
 */
import type { Draft } from '../domain/drafts';
import { conversationKey, type ConversationKey } from '../domain/entities';
import type { FileSystem } from '../storage/file-system';
import { openRecordLog, type LogRecovery, type RecordLog } from '../storage/record-log';
import type { Clock } from './ports';

export interface DraftsOptions {
  fs: FileSystem;
  folder: string;
  clock: Clock;
}

export interface Drafts {
  readonly recovery: LogRecovery;
  list(): readonly Draft[];
  /**
   * Keeps a draft and resolves after its fsync with the draft that counts now: this one, or the
   * stored one when that was typed later.
   */
  save(draft: Draft): Promise<Draft>;
  /** Writes what waits, at once. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const FLUSH_INTERVAL_MS = 1_000;
const SEGMENT_BYTES = 1024 * 1024;
/** The log is rewritten once it is this many times longer than what is alive. */
const REWRITE_FACTOR = 8;
/** How long an empty draft is kept, so that an older one from another window cannot come back. */
const TOMBSTONE_MS = 7 * 24 * 3_600_000;

export async function openDrafts({ fs, folder, clock }: DraftsOptions): Promise<Drafts> {
  const kept = new Map<ConversationKey, Draft>();
  const log = await openRecordLog<Draft>({ fs, folder, segmentBytes: SEGMENT_BYTES }, (draft) => {
    kept.set(keyOf(draft), draft);
  });
  const now = clock.now();
  for (const [key, draft] of kept) {
    if (isTombstone(draft) && now - draft.typedAt > TOMBSTONE_MS) kept.delete(key);
  }
  const drafts = new LoggedDrafts(log, kept, clock);
  await drafts.rewriteIfWorth();
  return drafts;
}

class LoggedDrafts implements Drafts {
  private waiting = new Map<ConversationKey, Draft>();
  private flushing: Promise<void> | null = null;
  private lastFlush = -Infinity;
  /** Aborted to flush before the second is over. */
  private hurry = new AbortController();

  constructor(
    private readonly log: RecordLog<Draft>,
    private readonly kept: Map<ConversationKey, Draft>,
    private readonly clock: Clock,
  ) {}

  get recovery(): LogRecovery {
    return this.log.recovery;
  }

  list(): readonly Draft[] {
    return [...this.kept.values()];
  }

  async save(draft: Draft): Promise<Draft> {
    const key = keyOf(draft);
    const before = this.waiting.get(key) ?? this.kept.get(key);
    if (before !== undefined && this.isLater(before, draft)) return before;
    this.waiting.set(key, draft);
    while (this.waiting.has(key)) await this.nextFlush();
    return this.kept.get(key) ?? draft;
  }

  /** A time that has not come yet was typed under a clock that was wrong: it wins over nothing. */
  private isLater(stored: Draft, incoming: Draft): boolean {
    return stored.typedAt > incoming.typedAt && stored.typedAt <= this.clock.now();
  }

  private nextFlush(): Promise<void> {
    this.flushing ??= this.flushInTime().finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  private async flushInTime(): Promise<void> {
    const wait = this.lastFlush + FLUSH_INTERVAL_MS - this.clock.monotonic();
    if (wait > 0) await this.clock.sleep(wait, this.hurry.signal);
    this.lastFlush = this.clock.monotonic();
    const batch = this.waiting;
    this.waiting = new Map();
    await this.log.append([...batch.values()]);
    for (const [key, draft] of batch) this.kept.set(key, draft);
    await this.rewriteIfWorth();
  }

  async rewriteIfWorth(): Promise<void> {
    if (this.log.bytes < SEGMENT_BYTES) return;
    const live = [...this.kept.values()];
    const liveBytes = live.reduce((sum, draft) => sum + draft.text.length + 300, 0);
    if (this.log.bytes > REWRITE_FACTOR * liveBytes) await this.log.rewrite(live);
  }

  async flush(): Promise<void> {
    this.hurry.abort();
    this.hurry = new AbortController();
    if (this.flushing !== null) await this.flushing;
    if (this.waiting.size === 0) return;
    this.lastFlush = -Infinity;
    await this.nextFlush();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.log.close();
  }
}

function keyOf(draft: Draft): ConversationKey {
  return conversationKey(draft.accountId, draft.conversationId);
}

/** An emptied draft stays as a tombstone for a while. */
function isTombstone(draft: Draft): boolean {
  return draft.text === '' && draft.files.length === 0;
}
