import { expect, it } from 'vitest';
import { BackendError } from '../backends/backend-error';
import type { Backend } from '../backends/port';
import { FeedServer } from '../testing/feed-server';
import { HeldSpool } from '../testing/held-spool';
import { FeedWalk } from './feed-walk';
import { PulledRows } from './pulled-rows';

const { signal } = new AbortController();

/** A helpdesk that refuses its cursors while told so. */
class ForgetfulDesk {
  readonly spool = new HeldSpool();
  readonly rows = new PulledRows(this.spool);
  readonly server = new FeedServer('revision');
  refuses: 'cursor-expired' | 'invalid' | null = null;
  rollbacks = 0;

  async walk(): Promise<string[]> {
    const whole = this.server.backend();
    const backend: Backend = {
      ...whole,
      pull: (feed, cursor, stop) =>
        this.refuses === null || cursor === null
          ? whole.pull(feed, cursor, stop)
          : Promise.reject(new BackendError(this.refuses, 'No such cursor.', 410)),
    };
    const onForgotten = (): Promise<void> => {
      this.rollbacks += 1;
      return Promise.resolve();
    };
    const walk = new FeedWalk({ feed: 'messages', backend, rows: this.rows, onForgotten });
    const news: string[] = [];
    for (let more = true; more;) {
      const page = await walk.store(await walk.ask(signal));
      news.push(...page.news.map(({ id }) => id));
      ({ more } = page);
      // It is an old cursor that is gone: those it gives now are good.
      this.refuses = null;
    }
    return news;
  }
}

it('a cursor that expired has its feed read from the start: only what is new counts, and nothing is doubted', async () => {
  const desk = new ForgetfulDesk();
  desk.server.write('messages', 'm1');
  desk.server.write('messages', 'm2');
  expect(await desk.walk()).toEqual(['m1', 'm2']);
  desk.server.write('messages', 'm3');
  desk.refuses = 'cursor-expired';
  expect(await desk.walk()).toEqual(['m3']);
  expect(desk.rollbacks).toBe(0);
  expect(desk.rows.isReread('messages')).toBe(false);
  expect(desk.spool.live()).toEqual(desk.server.truth());
});

it('a cursor that was never heard of means that the helpdesk went back', async () => {
  const desk = new ForgetfulDesk();
  desk.server.write('messages', 'm1');
  await desk.walk();
  desk.refuses = 'invalid';
  await desk.walk();
  expect(desk.rollbacks).toBe(1);
});
