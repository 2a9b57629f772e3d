import { it } from 'vitest';
import { expectAllWell, PART_TIMEOUT_MS, PARTS } from './seeds.test-data';

it(`breaks no promise in any seeded world, part 4 of ${PARTS}`, () => expectAllWell(4), PART_TIMEOUT_MS);
