/**
 * Time that moves only when a test says so. Timers fire in order of their time, then of their
 * making; between two timers everything that can run runs.
 */
import type { Clock } from '../backends/clock';

/** Tests run in Node, whose macrotask lets every settled promise run first. */
declare function setImmediate(callback: () => void): unknown;

interface Timer {
  at: number;
  fire: () => void;
}

export class VirtualClock implements Clock {
  #monotonic = 0;
  #offset: number;
  #timers: Timer[] = [];

  constructor(start: number) {
    this.#offset = start;
  }

  now(): number {
    return this.#offset + this.#monotonic;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const timer: Timer = { at: this.#monotonic + Math.max(0, ms), fire: () => undefined };
      const end = (): void => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      timer.fire = end;
      signal.addEventListener('abort', end, { once: true });
      this.#timers.push(timer);
    });
  }

  /** Sets the wall clock forward (or back) without a moment passing. */
  jump(ms: number): void {
    this.#offset += ms;
  }

  /** Lets everything run that needs no time. */
  async settle(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Lets `ms` pass. */
  async advance(ms: number): Promise<void> {
    const until = this.#monotonic + ms;
    await this.settle();
    for (let timer = this.#next(); timer !== null && timer.at <= until; timer = this.#next()) {
      this.#monotonic = Math.max(this.#monotonic, timer.at);
      timer.fire();
      await this.settle();
    }
    this.#monotonic = until;
  }

  /** Lets time pass, timer by timer, until `done`; throws after `limitMs`. */
  async advanceUntil(done: () => boolean, limitMs: number): Promise<void> {
    const until = this.#monotonic + limitMs;
    await this.settle();
    while (!done()) {
      const timer = this.#next();
      if (timer === null || timer.at > until)
        throw new Error(`Not done after ${limitMs} ms of virtual time.`);
      this.#monotonic = Math.max(this.#monotonic, timer.at);
      timer.fire();
      await this.settle();
    }
  }

  #next(): Timer | null {
    return this.#timers.reduce<Timer | null>(
      (first, timer) => (first === null || timer.at < first.at ? timer : first),
      null,
    );
  }
}
