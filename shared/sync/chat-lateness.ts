/**
 * When a reply is too late for a live chat. Counted in monotonic time from when it could have left,
 * so neither a set clock nor the time a restart took is held against it twice.
 */
import type { Channel } from '../domain/entities';
import type { OutboxRow } from '../domain/intents';
import { isLive } from '../domain/thread-moved';
import { isReply } from './lane-order';
import type { Clock } from './ports';

/** From when on a row could leave, wall clock: after its undo time, or when the agent let it go. */
export function readyAt(row: OutboxRow): number {
  return Math.max(row.queuedAt + row.intent.delayMs, row.release?.at ?? 0);
}

/** The replies of one conversation, and whether it is a live chat. */
export class ChatLateness {
  readonly #clock: Clock;
  readonly #limitMs: () => number;
  /** Since when a reply could have left, in monotonic time; in the future during its undo time. */
  readonly #readySince = new Map<string, number>();
  /** Whether this is a live chat; `null` until somebody had to know. */
  #live: boolean | null = null;
  /** Not before this is it looked again for late replies, in monotonic time. */
  #lookAt = 0;

  /** @param limitMs how long a reply may wait to leave, as it is set now */
  constructor(clock: Clock, limitMs: () => number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  add(row: OutboxRow): void {
    const waitedMs = Math.max(-row.intent.delayMs, this.#clock.now() - readyAt(row));
    this.#readySince.set(row.intent.ref, this.#clock.monotonic() - waitedMs);
  }

  forget(ref: string): void {
    this.#readySince.delete(ref);
  }

  /** @param channel `null`: it is not known (any more) */
  learn(channel: Channel | null): void {
    this.#live = channel === null ? null : isLive(channel);
  }

  /** Does not look before this much time has passed. */
  lookAgainIn(ms: number): void {
    this.#lookAt = this.#clock.monotonic() + ms;
  }

  isLate(row: OutboxRow): boolean {
    return this.#live === true && canBeLate(row) && this.#clock.monotonic() >= this.#lateAt(row);
  }

  /** The queued reply that waits longest. */
  oldest(rows: readonly OutboxRow[]): OutboxRow | null {
    return rows
      .filter((row) => isReply(row) && row.state === 'queued' && canBeLate(row))
      .reduce<OutboxRow | null>(
        (oldest, row) => (oldest === null || this.#lateAt(row) < this.#lateAt(oldest) ? row : oldest),
        null,
      );
  }

  /** Ms until a queued reply would be late if this is a live chat; Infinity when none can be. */
  until(rows: readonly OutboxRow[]): number {
    const reply = this.#live === false ? null : this.oldest(rows);
    if (reply === null) return Infinity;
    return Math.max(this.#lateAt(reply), this.#lookAt) - this.#clock.monotonic();
  }

  #lateAt({ intent }: OutboxRow): number {
    return (this.#readySince.get(intent.ref) ?? this.#clock.monotonic()) + this.#limitMs();
  }
}

/** What leaves as a mail is never late. */
function canBeLate(row: OutboxRow): boolean {
  return row.release?.via !== 'email';
}
