/** The real clock and real chance, for the parts of `shared/` that take them injected. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@shared/backends/clock';
import type { Random } from '@shared/sync/ports';

/** This computer's clock; its monotonic part is the process's performance clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
};

/** Chance for back-off and jitter; never for secrets. */
export const systemRandom: Random = { next: () => Math.random() };
