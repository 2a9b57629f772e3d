/** Token buckets by key: a burst is free, then a steady rate. */
import { DeskError } from '../desk/desk-error';

const MAX_KEYS = 10_000;

export interface RateLimit {
  /** How many may come at once. */
  burst: number;
  /** How many a second after that. */
  perSecond: number;
}

export class RateLimiter {
  private readonly buckets = new Map<string, { left: number; at: number }>();

  /** @param now milliseconds; only its steps matter */
  constructor(
    private readonly limit: RateLimit,
    private readonly now: () => number,
  ) {}

  /** Takes one. @throws DeskError 429 with the seconds to wait */
  take(key: string): void {
    const { burst, perSecond } = this.limit;
    const now = this.now();
    const bucket = this.buckets.get(key) ?? { left: burst, at: now };
    // A clock that was set back must not lock anybody out.
    const elapsed = Math.max(0, now - bucket.at) / 1000;
    const left = Math.min(burst, bucket.left + elapsed * perSecond);
    this.remember(key, { left: left < 1 ? left : left - 1, at: now });
    if (left >= 1) return;
    const wait = Math.ceil((1 - left) / perSecond);
    throw new DeskError(429, 'too_many', `That was too much at once. Try again in ${wait} s.`, null, wait);
  }

  private remember(key: string, bucket: { left: number; at: number }): void {
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size <= MAX_KEYS) return;
    const oldest = this.buckets.keys().next().value;
    if (oldest !== undefined) this.buckets.delete(oldest);
  }
}
