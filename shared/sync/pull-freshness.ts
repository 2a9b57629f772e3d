/**
 * What the last whole pull still proves, and who waits for the next one.
 *
 * Only a pull proves freshness: its requests left after it began, so its answers are no older. A
 * silent hint channel proves less, because a ping may have been on its way for any time; and a hint
 * that did come has begun a pull by itself.
 *
 *   begin ──▶ ended ──▶ counts, until: distrust (sleep) · fail (link, disk) · its age
 */
import type { Clock } from './ports';

/** Age by both clocks: the monotonic one stands still in sleep, the wall clock may be set back. */
interface Moment {
  monotonic: number;
  wall: number;
}

interface Waiter {
  /** The first round that is enough. */
  round: number;
  resolve(fresh: boolean): void;
}

export class PullFreshness {
  readonly #clock: Clock;
  #round = 0;
  #beganAt: Moment | null = null;
  /** The newest round that ended, and when it began; `null` when none counts. */
  #whole: { round: number; beganAt: Moment } | null = null;
  /** Rounds before this one prove nothing. */
  #trustedFrom = 1;
  #waiters: Waiter[] = [];
  /** Nothing will be pulled until this is over: the account failed and rests, or it ended. */
  #down: 'rests' | 'ended' | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Since when all feeds are being read, wall clock; `null` between pulls. */
  get since(): number | null {
    return this.#beganAt?.wall ?? null;
  }

  /** All feeds are read from now on. */
  begin(): void {
    this.#round += 1;
    this.#beganAt = this.#now();
    if (this.#down === 'rests') this.#down = null;
  }

  /** All feeds were read to their end and stored. */
  ended(): void {
    const beganAt = this.#beganAt;
    this.#beganAt = null;
    if (beganAt === null || this.#round < this.#trustedFrom) return;
    this.#whole = { round: this.#round, beganAt };
    this.#settle(({ round }) => round <= this.#round, true);
  }

  /** The machine slept: neither what ended nor what runs says how things stand now. */
  distrust(): void {
    this.#whole = null;
    this.#trustedFrom = this.#round + 1;
    for (const waiter of this.#waiters) waiter.round = Math.max(waiter.round, this.#trustedFrom);
  }

  /** The pull failed; until the next one begins nothing is fresh. */
  fail(): void {
    this.distrust();
    this.#beganAt = null;
    this.#down ??= 'rests';
    this.#settle(() => true, false);
  }

  /** There will be no more pulls. */
  close(): void {
    this.#down = 'ended';
    this.fail();
  }

  /** See `Puller.freshen`; `pullNow` is called when no running pull is young enough. */
  wait(maxAgeMs: number, pullNow: () => void): Promise<boolean> {
    if (this.#down !== null) return Promise.resolve(false);
    if (this.#whole !== null && this.#age(this.#whole.beganAt) <= maxAgeMs) return Promise.resolve(true);
    const running = this.#beganAt !== null && this.#round >= this.#trustedFrom;
    const enough = running && this.#age(this.#beganAt as Moment) <= maxAgeMs;
    const round = enough ? this.#round : this.#round + 1;
    if (!enough) pullNow();
    return new Promise((resolve) => this.#waiters.push({ round, resolve }));
  }

  #settle(which: (waiter: Waiter) => boolean, fresh: boolean): void {
    const settled = this.#waiters.filter(which);
    this.#waiters = this.#waiters.filter((waiter) => !settled.includes(waiter));
    for (const { resolve } of settled) resolve(fresh);
  }

  #now(): Moment {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.now() };
  }

  #age(since: Moment): number {
    const now = this.#now();
    return Math.max(now.monotonic - since.monotonic, now.wall - since.wall);
  }
}
