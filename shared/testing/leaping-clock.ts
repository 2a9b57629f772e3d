/** Time that passes only while somebody sleeps, and then at once: a simulated server lags without waiting. */
import type { Clock } from '../backends/clock';

export class LeapingClock implements Clock {
  #passed = 0;
  readonly #start: number;

  constructor(start: number) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#passed;
  }

  monotonic(): number {
    return this.#passed;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (!signal.aborted) this.pass(ms);
    return Promise.resolve();
  }

  /** Lets `ms` pass. */
  pass(ms: number): void {
    this.#passed += Math.max(0, ms);
  }
}
