/** How long ago, how long already: in the one unit that says enough. Pure; the words are in common.json. */

const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const ELAPSED_UNITS = ['seconds', 'minutes', 'hours', 'days'] as const;
export type ElapsedUnit = (typeof ELAPSED_UNITS)[number];

export interface Elapsed {
  unit: ElapsedUnit;
  /** Whole units, rounded down; never negative, whatever the clocks say. */
  count: number;
}

/** A running time as a stopwatch shows it: `0:42`, `12:05`, `1:02:03`. Never negative. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  const two = (value: number) => value.toString().padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Time between two moments (ms since the epoch), rounded down to its largest whole unit. */
export function elapsedSince(since: number, now: number): Elapsed {
  const ms = Math.max(0, now - since);
  if (ms < MINUTE_MS) return { unit: 'seconds', count: Math.floor(ms / SECOND_MS) };
  if (ms < HOUR_MS) return { unit: 'minutes', count: Math.floor(ms / MINUTE_MS) };
  if (ms < DAY_MS) return { unit: 'hours', count: Math.floor(ms / HOUR_MS) };
  return { unit: 'days', count: Math.floor(ms / DAY_MS) };
}
