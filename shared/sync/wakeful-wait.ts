/** Waiting that notices when the machine slept meanwhile, or its clock was set. */
import type { Clock } from './ports';

/** How often it is looked whether the machine slept or the clock jumped. */
const TICK_MS = 2_000;
/** Wall clock and monotonic clock further apart than this: the machine slept, or the clock was set. */
const JUMP_MS = 4_000;

export class WakefulWait {
  readonly #clock: Clock;
  readonly #onWake: () => void;
  #pause: AbortController | null = null;
  /** Wall clock minus monotonic clock, as last seen. */
  #offset: number;

  /** @param onWake the machine slept, or its clock was set */
  constructor(clock: Clock, onWake: () => void) {
    this.#clock = clock;
    this.#onWake = onWake;
    this.#offset = clock.now() - clock.monotonic();
  }

  /** Has a wait that is going on look now whether it is over. */
  interrupt(): void {
    this.#pause?.abort();
  }

  /** Waits so long in ms, or until it is over. */
  async wait(ms: number, isOver: () => boolean): Promise<void> {
    const until = this.#clock.monotonic() + ms;
    for (;;) {
      const left = until - this.#clock.monotonic();
      if (left <= 0 || isOver()) return;
      const pause = new AbortController();
      this.#pause = pause;
      const startedAt = this.#clock.monotonic();
      await this.#clock.sleep(Math.min(left, TICK_MS), pause.signal);
      this.#pause = null;
      // Where the monotonic clock runs on during sleep, the tick itself took too long.
      if (this.#clock.monotonic() - startedAt > TICK_MS + JUMP_MS) this.#onWake();
      else this.noticeSleep();
    }
  }

  /** Where the monotonic clock stands still during sleep, the wall clock has run away from it. */
  noticeSleep(): void {
    const offset = this.#clock.now() - this.#clock.monotonic();
    const jumped = Math.abs(offset - this.#offset) > JUMP_MS;
    this.#offset = offset;
    if (jumped) this.#onWake();
  }
}
