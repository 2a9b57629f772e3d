/** Time as the shared code sees it; injected, so tests and the simulator own it. */
export interface Clock {
  /** Wall clock, ms since the epoch. May jump; used for showing and for what is stored. */
  now(): number;
  /** Ms since some fixed moment. Never jumps; stands still while the machine sleeps. */
  monotonic(): number;
  /** Resolves after `ms` of {@link monotonic} time, or as soon as the signal is aborted. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
