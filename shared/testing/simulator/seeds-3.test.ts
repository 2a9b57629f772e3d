import { it } from 'vitest';
import { expectAllWell, PART_TIMEOUT_MS, PARTS } from './seeds.test-data';

it(`breaks no promise in any seeded world, part 3 of ${PARTS}`, () => expectAllWell(3), PART_TIMEOUT_MS);
