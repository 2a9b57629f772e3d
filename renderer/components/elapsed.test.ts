import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, elapsedSince, stopwatch } from './elapsed';

const now = Date.UTC(2026, 10, 22, 12);

describe('elapsedSince', () => {
  it.each([
    [0, 'seconds', 0],
    [59_999, 'seconds', 59],
    [MINUTE_MS, 'minutes', 1],
    [HOUR_MS - 1, 'minutes', 59],
    [HOUR_MS, 'hours', 1],
    [DAY_MS - 1, 'hours', 23],
    [DAY_MS, 'days', 1],
    [40 * DAY_MS, 'days', 40],
  ] as const)('says %d ms in the largest whole unit', (ms, unit, count) => {
    expect(elapsedSince(now - ms, now)).toEqual({ unit, count });
  });

  it('says zero when the clock jumped back', () => {
    expect(elapsedSince(now + 5 * HOUR_MS, now)).toEqual({ unit: 'seconds', count: 0 });
  });
});

it('runs like a stopwatch, and never backwards', () => {
  expect(stopwatch(42_999)).toBe('0:42');
  expect(stopwatch(12 * MINUTE_MS + 5_000)).toBe('12:05');
  expect(stopwatch(HOUR_MS + 2 * MINUTE_MS + 3_000)).toBe('1:02:03');
  expect(stopwatch(-5_000)).toBe('0:00');
});
