/**
 * One computer: a wall clock that may be wrong and jump, a monotonic clock that stands still while
 * the machine sleeps, and processes that can be killed at any moment.
 */
import type { Clock } from '../../backends/clock';
import { NOON } from '../builders';
import type { Planned, SimTime } from './sim-time';

export class Machine {
  readonly time: SimTime;
  #wallOffset: number;
  #slept = 0;
  #asleepUntil: number | null = null;
  #fellAsleepAt = 0;

  constructor(time: SimTime, wallOffset: number) {
    this.time = time;
    this.#wallOffset = wallOffset;
  }

  get asleep(): boolean {
    return this.#asleepUntil !== null;
  }

  wall(): number {
    return NOON + this.time.now + this.#wallOffset;
  }

  monotonic(): number {
    return (this.asleep ? this.#fellAsleepAt : this.time.now) - this.#slept;
  }

  /** Somebody sets the clock. */
  setWall(byMs: number): void {
    this.#wallOffset += byMs;
  }

  sleep(ms: number): void {
    if (this.asleep) return;
    this.#fellAsleepAt = this.time.now;
    this.#asleepUntil = this.time.now + ms;
    this.time.after(ms, () => {
      this.#slept += ms;
      this.#asleepUntil = null;
    });
  }

  /** Runs something on this machine: at once, or as soon as it is awake. */
  deliver(run: () => void): void {
    if (!this.asleep) return run();
    // A millisecond later than the waking itself, whatever their order.
    this.time.after((this.#asleepUntil ?? 0) - this.time.now + 1, () => this.deliver(run));
  }

  /** Runs something after `ms` of this machine's monotonic time. */
  after(ms: number, run: () => void): Planned {
    const due = this.monotonic() + ms;
    let planned: Planned;
    const look = (): void =>
      this.deliver(() => {
        const left = due - this.monotonic();
        if (left > 0) planned = this.time.after(left, look);
        else run();
      });
    planned = this.time.after(ms, look);
    return { cancel: () => planned.cancel() };
  }
}

/** One run of a program on a machine. Once it is over, nothing it waited for ever comes. */
export class Life {
  readonly machine: Machine;
  #over = false;
  readonly #onEnd = new Set<() => void>();

  constructor(machine: Machine) {
    this.machine = machine;
  }

  get over(): boolean {
    return this.#over;
  }

  /** It is gone, this very moment. */
  end(): void {
    this.#over = true;
    for (const told of this.#onEnd) told();
  }

  /** An answer of this process, as somebody outside hears it: the connection breaks when it dies. */
  answer<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const broken = (): void => reject(new Error('The connection broke.'));
      this.#onEnd.add(broken);
      promise.then(resolve, reject).finally(() => this.#onEnd.delete(broken));
    });
  }

  /** The same promise, as a process sees it that may be killed meanwhile. */
  alive<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => !this.over && this.machine.deliver(() => !this.over && resolve(value)),
        (error: unknown) => !this.over && this.machine.deliver(() => !this.over && reject(error as Error)),
      );
    });
  }

  readonly clock: Clock = {
    now: () => this.machine.wall(),
    monotonic: () => this.machine.monotonic(),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const end = (): void => {
          planned.cancel();
          signal.removeEventListener('abort', end);
          if (!this.over) resolve();
        };
        const planned = this.machine.after(Math.max(0, ms), end);
        signal.addEventListener('abort', end, { once: true });
      }),
  };
}
