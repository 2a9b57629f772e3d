import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNELS, PRIORITIES, STATUSES } from '@shared/domain/entities';
import { queueRank } from '@shared/domain/queue-order';
import { matchesFilter, QUEUE_VIEWS, type QueueFilter } from '@shared/domain/queue-views';
import type { LightRow } from '../cache/light-rows';
import { QueueIndex } from './queue-index';

const AGENTS = { desk: 'agent-1', shop: 'agent-2' };

const lightRow: fc.Arbitrary<LightRow> = fc
  .record({
    accountId: fc.constantFrom('desk', 'shop'),
    id: fc.integer({ min: 0, max: 60 }),
    channel: fc.constantFrom(...CHANNELS),
    status: fc.constantFrom(...STATUSES),
    priority: fc.constantFrom(...PRIORITIES),
    assigneeId: fc.constantFrom(null, 'agent-1', 'agent-2', 'agent-3'),
    // Few different times, so that ranks collide and the key must break ties.
    waitingSince: fc.option(fc.integer({ min: 0, max: 4 }), { nil: null }),
    lastMessageAt: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ id, ...row }) => ({ ...row, key: `${row.accountId}/${id}` }));

const filter: fc.Arbitrary<QueueFilter> = fc.record({
  view: fc.constantFrom(...QUEUE_VIEWS),
  channel: fc.option(fc.constantFrom(...CHANNELS), { nil: null }),
  accountId: fc.option(fc.constantFrom('desk', 'shop'), { nil: null }),
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ puts: fc.array(lightRow, { maxLength: 60 }) }) },
  { weight: 2, arbitrary: fc.record({ removed: fc.array(lightRow, { maxLength: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ used: filter }) },
);

function expectedKeys(rows: Iterable<LightRow>, wanted: QueueFilter): string[] {
  return [...rows]
    .filter((row) => matchesFilter(row, wanted, AGENTS))
    .sort((a, b) => queueRank(a) - queueRank(b) || (a.key < b.key ? -1 : 1))
    .map((row) => row.key);
}

function keysOf(index: QueueIndex, wanted: QueueFilter): string[] {
  const list = index.list(wanted);
  return Array.from({ length: list.length }, (_, i) => list.at(i)!.key);
}

const uniqueByKey = (rows: readonly LightRow[]): LightRow[] => [
  ...new Map(rows.map((row) => [row.key, row])).values(),
];

describe('QueueIndex', () => {
  it('keeps every used list and every counter equal to sorting and counting anew, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(filter, { minLength: 1, maxLength: 6 }), fc.array(step), (filters, steps) => {
        const index = new QueueIndex();
        index.setAgentIds(AGENTS);
        const model = new Map<string, LightRow>();
        for (const wanted of filters) index.list(wanted);
        for (const one of steps) {
          if ('puts' in one) {
            const puts = uniqueByKey(one.puts);
            index.apply(puts, []);
            for (const row of puts) model.set(row.key, row);
          } else if ('removed' in one) {
            index.apply(
              [],
              one.removed.map((row) => row.key),
            );
            for (const row of one.removed) model.delete(row.key);
          } else {
            index.list(one.used);
          }
          for (const wanted of filters) {
            expect(keysOf(index, wanted)).toEqual(expectedKeys(model.values(), wanted));
          }
          for (const view of QUEUE_VIEWS) {
            for (const accountId of [null, 'desk', 'shop']) {
              const counts = index.counts(view, accountId);
              const expected = expectedKeys(model.values(), { view, channel: null, accountId }).length;
              expect(counts.views[view]).toBe(expected);
              for (const channel of CHANNELS) {
                expect(counts.channels[channel]).toBe(
                  expectedKeys(model.values(), { view, channel, accountId }).length,
                );
              }
              if (accountId !== null)
                expect(index.counts(view, null).accounts[accountId] ?? 0).toBe(expected);
            }
          }
        }
        for (const row of model.values()) {
          for (const wanted of filters) {
            expect(index.positionOf(wanted, row.key)).toBe(
              expectedKeys(model.values(), wanted).indexOf(row.key),
            );
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('counts again when another agent signs in', () => {
    const index = new QueueIndex();
    const mine: QueueFilter = { view: 'mine', channel: null, accountId: null };
    index.apply(
      [
        {
          key: 'desk/1',
          accountId: 'desk',
          channel: 'chat',
          status: 'open',
          priority: 'normal',
          assigneeId: 'agent-1',
          waitingSince: 5,
          lastMessageAt: 5,
        },
      ],
      [],
    );
    expect(index.list(mine).length).toBe(0);
    index.setAgentIds(AGENTS);
    expect(index.list(mine).length).toBe(1);
    expect(index.counts('mine', null).channels.chat).toBe(1);
  });
});
