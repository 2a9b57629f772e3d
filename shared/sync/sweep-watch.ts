/** Sweeps an account's ids beside the pulls: after the first whole one, then a few times a day. */
import { BackendError } from '../backends/backend-error';
import { sweepIds, type IdSweepOptions } from './id-sweep';
import type { Random } from './ports';

/**
 * Feeds tell of everything; a sweep finds what they should have told. Four a day bound for how long
 * such a gap is believed, and cost 300 short requests each at 300,000 rows.
 */
const EVERY_MS = 6 * 3_600_000;
/** Consoles that started together shall not sweep together. */
const SPREAD = 0.2;
/** After a pull has caught up the agent's own work comes first. */
const CALM_MS = 10_000;
/** After a sweep that was cut short. */
const RETRY_MS = 60_000;

export interface SweepWatchOptions extends Omit<IdSweepOptions, 'sweep'> {
  random: Random;
}

export class SweepWatch {
  readonly #options: SweepWatchOptions;
  /** On the monotonic clock. */
  #dueAt = -Infinity;
  #current: { cut: AbortController; done: Promise<void> } | null = null;

  constructor(options: SweepWatchOptions) {
    this.#options = options;
  }

  /** A whole pull has ended: sweeps in the background if it is time. */
  caughtUp(): void {
    const { backend, clock } = this.#options;
    if (backend.sweep === undefined || this.#current !== null || clock.monotonic() < this.#dueAt) return;
    const cut = new AbortController();
    this.#current = { cut, done: this.#sweep({ ...this.#options, sweep: backend.sweep }, cut.signal) };
  }

  /** Throws away what a sweep has compared so far; the next whole pull begins one anew. */
  begin(): void {
    this.#dueAt = -Infinity;
    this.#current?.cut.abort();
  }

  /** Ends the sweep; resolves when nothing of it is on its way. */
  async close(): Promise<void> {
    this.#current?.cut.abort();
    await this.#current?.done;
  }

  async #sweep(options: IdSweepOptions, signal: AbortSignal): Promise<void> {
    const { clock } = options;
    let pauseMs = EVERY_MS * (1 + SPREAD * (this.#options.random.next() - 0.5));
    try {
      await clock.sleep(CALM_MS, signal);
      signal.throwIfAborted();
      await sweepIds(options, signal);
    } catch (error) {
      // Why does not matter: the pulls find out what is wrong, and the next sweep sees all there is.
      pauseMs = Math.max(RETRY_MS, (error instanceof BackendError && error.retryAfterMs) || 0);
    }
    this.#dueAt = signal.aborted ? -Infinity : clock.monotonic() + pauseMs;
    this.#current = null;
  }
}
