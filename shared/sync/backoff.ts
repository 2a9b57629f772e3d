import type { Random } from './ports';

/** Never sooner than this, so that a lucky draw is not a hammer. */
const MIN_WAIT_MS = 50;

/**
 * "Full jitter" (Brooker, Exponential Backoff and Jitter, AWS 2015): a uniform draw below a
 * doubling ceiling, so that many clients cut off together do not come back together.
 * @param failures how often it failed in a row, from 1
 */
export function fullJitter(failures: number, baseMs: number, capMs: number, random: Random): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(MIN_WAIT_MS, Math.round(random.next() * ceiling));
}
