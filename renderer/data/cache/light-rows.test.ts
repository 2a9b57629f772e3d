import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNELS, PRIORITIES, STATUSES } from '@shared/domain/entities';
import { DamagedBlockError, packRows, unpackRows } from './light-rows';

describe('packed light rows', () => {
  it('come back exactly as they went in', () => {
    const row = fc
      .record({
        accountId: fc.constantFrom('desk', 'shop', 'a'),
        id: fc.string({ minLength: 1, unit: 'grapheme' }),
        channel: fc.constantFrom(...CHANNELS),
        status: fc.constantFrom(...STATUSES),
        priority: fc.constantFrom(...PRIORITIES),
        assigneeId: fc.option(fc.string({ minLength: 1 }), { nil: null }),
        waitingSince: fc.option(fc.integer(), { nil: null }),
        lastMessageAt: fc.integer(),
      })
      .map(({ id, ...rest }) => ({ ...rest, key: `${rest.accountId}/${id}` }));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 300 }), (rows) => {
        expect(unpackRows(packRows(rows))).toEqual(rows);
      }),
    );
  });

  it.each([
    ['nothing', undefined],
    ['no JSON', '{"id":["1"'],
    ['other columns', '{"id":["1"]}'],
    ['an object', {}],
  ])('refuse to be read from %s', (_, packed) => {
    expect(() => unpackRows(packed)).toThrow(DamagedBlockError);
  });
});
