import { anOutboxRow } from '@shared/testing/builders';
import { describe, expect, it } from 'vitest';
import { LogSearch } from './log-search';

const rows = Array.from({ length: 2_000 }, (_, i) =>
  anOutboxRow(2_000 - i, { kind: 'status', status: 'open' }, { state: i === 1_999 ? 'parked' : 'delivered' }),
);
const parked = { state: 'parked', text: '' } as const;

describe('looking through a long log', () => {
  it('ends when its time is up, says how far it came, and finds the rest from there', async () => {
    let now = 0;
    const search = new LogSearch({ spoolOf: () => null, elapsed: () => (now += 1) });
    const { signal } = new AbortController();
    const first = await search.find(rows, parked, { limit: 10, forMs: 1, signal });
    expect([first.rows, first.last?.order]).toEqual([[], 1_501]);
    const rest = rows.filter(({ order }) => order < 1_501);
    const second = await search.find(rest, parked, { limit: 10, forMs: 100, signal });
    expect([second.rows.map(({ order }) => order), second.last?.order]).toEqual([[1], 1]);
  });

  it('ends when nobody waits any more', async () => {
    const search = new LogSearch({ spoolOf: () => null, elapsed: () => 0 });
    const { last } = await search.find(rows, parked, {
      limit: 10,
      forMs: 1_000,
      signal: AbortSignal.abort(),
    });
    expect(last?.order).toBe(1_501);
  });
});
