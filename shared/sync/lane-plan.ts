/**
 * When each row of a lane may be tried next, and how long it has been tried already. In monotonic
 * time: a jump of the wall clock changes nothing.
 */
import type { OutboxRow } from '../domain/intents';
import { fullJitter } from './backoff';
import type { Clock, Random } from './ports';

const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 60_000;
/** A thread that could not be read is asked for again within this. */
const UNREAD_CAP_MS = 4_000;

export class LanePlan {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #settleMs: () => number;
  /** When a row may be tried. */
  readonly #due = new Map<string, number>();
  /** When the first of its counted tries began. */
  readonly #triedSince = new Map<string, number>();

  /** @param settleMs how long the backend may take to show what it did; 0 where it is not there */
  constructor(clock: Clock, random: Random, settleMs: () => number) {
    this.#clock = clock;
    this.#random = random;
    this.#settleMs = settleMs;
  }

  /** The row is new, or back from being parked: its plan is worked out from what is stored. */
  anew(ref: string): void {
    this.#due.delete(ref);
  }

  /** The row is finished. */
  forget(ref: string): void {
    this.#due.delete(ref);
    this.#triedSince.delete(ref);
  }

  /** Ms until a row may be tried; on first sight worked out from what is stored, within what is sensible. */
  waitOf(row: OutboxRow): number {
    const now = this.#clock.monotonic();
    const due = this.#due.get(row.intent.ref) ?? now + this.#storedWait(row);
    this.#due.set(row.intent.ref, due);
    return due - now;
  }

  /** The row may be tried again in so many ms. */
  in(row: OutboxRow, ms: number): void {
    this.#due.set(row.intent.ref, this.#clock.monotonic() + ms);
  }

  /** The same after so many failures in a row, spread so that rows do not come back all at once. */
  afterFailures(row: OutboxRow, failures: number): void {
    this.in(row, this.jitter(failures));
  }

  /** The same after its thread could not be read so many times in a row. */
  afterUnread(row: OutboxRow, failures: number): void {
    this.in(row, fullJitter(failures, RETRY_BASE_MS, UNREAD_CAP_MS, this.#random));
  }

  /** A random wait in ms that grows with the failures. */
  jitter(failures: number): number {
    return fullJitter(failures, RETRY_BASE_MS, RETRY_CAP_MS, this.#random);
  }

  /** Its first counted try begins now. */
  firstTry(row: OutboxRow): void {
    this.#triedSince.set(row.intent.ref, this.#clock.monotonic());
  }

  /** Ms it has been tried; time in which nothing could be tried says nothing about a row. */
  triedForMs(row: OutboxRow): number {
    const now = this.#clock.monotonic();
    const since = this.#triedSince.get(row.intent.ref) ?? now;
    this.#triedSince.set(row.intent.ref, since);
    return now - since;
  }

  #storedWait(row: OutboxRow): number {
    // Nobody knows how long the program was gone; the whole settle time is always safe.
    if (row.state === 'unknown') return this.#settleMs();
    if (row.nextAttemptAt === null) return 0;
    // Never longer than it was meant to be, wherever the clock was set since.
    const meantMs = Math.max(0, row.nextAttemptAt - row.changedAt);
    return Math.min(meantMs, Math.max(0, row.nextAttemptAt - this.#clock.now()));
  }
}
