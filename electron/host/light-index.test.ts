import type { LightConversation } from '@shared/sync/spool-records';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLightIndex } from './light-index';

const light = fc.record({
  id: fc.constantFrom('c1', 'c2', 'c3'),
  status: fc.constantFrom('new', 'open', 'pending', 'resolved', 'closed'),
  assigneeId: fc.constant(null),
  updatedAt: fc.constant(1),
  waitingSince: fc.option(fc.constant(1)),
}) satisfies fc.Arbitrary<LightConversation>;
const change = fc.record({ accountId: fc.constantFrom('a1', 'a2'), light, gone: fc.boolean() });

describe('the light index', () => {
  it('counts who waits as a recount would, whatever changes', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const index = createLightIndex();
        const model = new Map<string, LightConversation>();
        for (const { accountId, light: row, gone } of changes) {
          index.set(accountId, row.id, gone ? null : row);
          const key = `${accountId}/${row.id}`;
          if (gone) model.delete(key);
          else model.set(key, row);
        }
        const waiting = [...model.values()].filter(
          (row) => row.waitingSince !== null && ['new', 'open'].includes(row.status),
        );
        expect([index.size, index.waiting]).toEqual([model.size, waiting.length]);
        for (const [key, row] of model) expect(index.get(key)).toEqual(row);
      }),
    );
  });
});
