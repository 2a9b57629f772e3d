/** How the seeds of a test run are shared out over files, which vitest plays side by side. */
import { expect } from 'vitest';
import { playSeeds } from './batch';

export const PARTS = 4;
const SEEDS_PER_PART = 2_500;
export const PART_TIMEOUT_MS = 1_200_000;

/** Plays one part of the seeds of a test run; what broke is shown seed by seed. */
export async function expectAllWell(part: number): Promise<void> {
  const { seeds, failures, intents, crashes } = await playSeeds({
    from: 1 + (part - 1) * SEEDS_PER_PART,
    count: SEEDS_PER_PART,
    mode: 'liveness',
    without: null,
  });
  expect(failures).toEqual([]);
  expect(seeds).toBe(SEEDS_PER_PART);
  // Worlds in which nothing happens would prove nothing.
  expect(intents).toBeGreaterThan(4 * seeds);
  expect(crashes).toBeGreaterThan(seeds);
}
