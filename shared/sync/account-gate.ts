/**
 * The breaker of one account: how many rows may be on their way at once, and when the next may
 * leave after the link, the credentials or the server's patience failed.
 *
 *   open (4 at once) ──link down──▶ closed, full jitter ≤ 10 s ──▶ one probe at a time ──success──▶ open
 *      │──401──▶ closed 60 s    │──429, 503──▶ closed for as long as the server asked
 *      └◀── wake: the account is known to be well again (what the server asked for still holds)
 */
import type { Outcome } from './attempt';
import { fullJitter } from './backoff';
import type { Clock, Random } from './ports';

const MAX_IN_FLIGHT = 4;
const LINK_BASE_MS = 500;
const LINK_CAP_MS = 10_000;
/** Nobody told us that the credentials are good again: look ourselves, rarely. */
const REFUSED_WAIT_MS = 60_000;
const LATER_BASE_MS = 1_000;
const LATER_CAP_MS = 60_000;

export class AccountGate {
  readonly #clock: Clock;
  readonly #random: Random;
  #inFlight = 0;
  #failures = 0;
  #opensAt = 0;
  /** Until when the server asked to be left alone: no good news shortens that. */
  #wishUntil = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Ms until the gate opens by itself; 0 when it is open. */
  waitMs(): number {
    return Math.max(0, Math.max(this.#opensAt, this.#wishUntil) - this.#clock.monotonic());
  }

  /** Takes a place on the way out; false when all are taken. Give it back by {@link leave}. */
  enter(): boolean {
    if (this.#inFlight >= (this.#failures > 0 ? 1 : MAX_IN_FLIGHT)) return false;
    this.#inFlight += 1;
    return true;
  }

  leave(): void {
    this.#inFlight -= 1;
  }

  /** Learns from how a request ended. */
  took(outcome: Outcome): void {
    switch (outcome.type) {
      case 'link-down':
        return this.linkDown();
      case 'account':
        return this.refused();
      case 'later':
        return this.later(outcome.retryAfterMs);
      case 'unknown':
        if (outcome.because === 'account') return this.refused();
        if (outcome.because === 'later' || outcome.retryAfterMs !== null)
          return this.later(outcome.retryAfterMs);
        return this.linkDown();
      case 'done':
      case 'uploaded':
      case 'refused':
      case 'file-missing':
        return this.answered();
    }
  }

  /** The server answered, whatever it said. */
  answered(): void {
    this.#failures = 0;
  }

  linkDown(): void {
    this.#failures += 1;
    this.#close(fullJitter(this.#failures, LINK_BASE_MS, LINK_CAP_MS, this.#random));
  }

  refused(): void {
    this.#close(REFUSED_WAIT_MS);
  }

  /**
   * A server that goes on saying no is asked ever more rarely, whatever it wishes: hours in seconds
   * and seconds in ms cannot always be told apart.
   * @param wishMs the server's own wish; `null` when it only said no
   */
  later(wishMs: number | null): void {
    this.#failures += 1;
    const patience = fullJitter(this.#failures, LATER_BASE_MS, LATER_CAP_MS, this.#random);
    const waitMs = wishMs === null ? patience : wishMs + (this.#failures > 1 ? patience : 0);
    this.#wishUntil = Math.max(this.#wishUntil, this.#clock.monotonic() + waitMs);
  }

  wake(): void {
    this.#failures = 0;
    this.#opensAt = 0;
  }

  #close(ms: number): void {
    this.#opensAt = Math.max(this.#opensAt, this.#clock.monotonic() + ms);
  }
}
