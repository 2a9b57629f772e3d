import { it } from 'vitest';
import { expectAllWell, PART_TIMEOUT_MS, PARTS } from './seeds.test-data';

it(`breaks no promise in any seeded world, part 2 of ${PARTS}`, () => expectAllWell(2), PART_TIMEOUT_MS);
