import { it } from 'vitest';
import { expectAllWell, PART_TIMEOUT_MS, PARTS } from './seeds.test-data';

it(`breaks no promise in any seeded world, part 1 of ${PARTS}`, () => expectAllWell(1), PART_TIMEOUT_MS);
