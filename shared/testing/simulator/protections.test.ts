import { describe, expect, it } from 'vitest';
import { catchOf } from './batch';
import { PROTECTIONS } from './protections';

/** A simulator that needs more seeds to notice a missing protection proves little with it. */
const MOST_SEEDS = 50;

describe('a world without', () => {
  it.each(PROTECTIONS.map(({ name, why }) => [name, why]))(
    '%s is caught (%s)',
    async (without) => {
      const caught = await catchOf({ from: 1, count: MOST_SEEDS, mode: 'liveness', without });
      expect(caught.invariant).not.toBeNull();
    },
    60_000,
  );
});
