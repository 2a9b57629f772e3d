import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock';
import { newestFirst, rewindNews } from './newest-first';
import type { Asker } from './rest-definition';

/** A server with rows 1…n, the greatest newest, and news behind a number. */
function stage(count: number) {
  const clock = new VirtualClock(1_000_000);
  const news: number[] = [];
  const asked: string[] = [];
  const pull = newestFirst({
    newsEveryMs: 5_000,
    async head() {
      asked.push('head');
      return { cursor: String(news.length), count };
    },
    async news(_ask, cursor) {
      asked.push('news');
      const rows = news.slice(Number(cursor), Number(cursor) + 2);
      const at = Number(cursor) + rows.length;
      return { rows, cursor: String(at), more: at < news.length };
    },
    async older(_ask, cursor) {
      asked.push('older');
      const from = cursor === null ? count : Number(cursor);
      const rows = Array.from({ length: Math.min(3, from) }, (_, index) => from - index);
      const next = from - rows.length;
      return { rows, cursor: next === 0 ? null : String(next), left: next };
    },
  });
  const ask = { clock } as unknown as Asker;
  return { clock, news, asked, pull: (cursor: string | null) => pull(ask, cursor) };
}

describe('a first sync, newest first', () => {
  it('notes where news begins before it reads anything, then reads from the newest to the oldest', async () => {
    const { asked, pull } = stage(7);
    const rows: unknown[] = [];
    const left: (number | undefined)[] = [];
    let page = await pull(null);
    expect(page).toMatchObject({ rows: [], more: true, left: 7 });
    while (page.more) {
      page = await pull(page.cursor);
      rows.push(...page.rows);
      left.push(page.left);
    }
    expect(asked).toEqual(['head', 'older', 'older', 'older']);
    expect(rows).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(left).toEqual([4, 1, 0]);
    await pull(page.cursor);
    expect(asked.at(-1)).toBe('news');
  });

  it('looks for news in between, to its end, and goes on where it was', async () => {
    const { clock, news, asked, pull } = stage(7);
    let page = await pull((await pull(null)).cursor);
    news.push(101, 102, 103);
    clock.jump(5_000);
    const rows: unknown[] = [];
    while (page.more) {
      page = await pull(page.cursor);
      rows.push(...page.rows);
    }
    expect(asked).toEqual(['head', 'older', 'news', 'news', 'older', 'older']);
    expect(rows).toEqual([101, 102, 103, 4, 3, 2, 1]);
  });

  it('goes on after a restart from nothing but its cursor', async () => {
    const first = stage(7);
    const { cursor } = await first.pull((await first.pull(null)).cursor);
    const second = stage(7);
    expect((await second.pull(cursor)).rows).toEqual([4, 3, 2]);
    expect(second.asked).toEqual(['older']);
  });

  it('can step back in the news alone', async () => {
    const { pull } = stage(7);
    const { cursor } = await pull((await pull(null)).cursor);
    const rewound = rewindNews(cursor, (news) => `${news}-earlier`);
    expect(JSON.parse(rewound)).toEqual({ ...JSON.parse(cursor), news: '0-earlier' });
  });
});
