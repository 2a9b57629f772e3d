import { describe, expect, it } from 'vitest';
import { FeedServer, LATE_MS } from '../testing/feed-server';
import { HeldSpool } from '../testing/held-spool';
import { FeedWalk } from './feed-walk';
import { PulledRows } from './pulled-rows';

const signal = new AbortController().signal;

class WalkWorld {
  readonly spool = new HeldSpool();
  rows = new PulledRows(this.spool);
  readonly server: FeedServer;
  readonly begun = new Map<string, string | null>();
  rollbacks = 0;

  constructor(kind: 'revision' | 'time') {
    this.server = new FeedServer(kind);
  }

  /** Reads one feed to its end; resolves with the ids that were news. */
  async walk(feed = 'messages', pages = Infinity): Promise<string[]> {
    const walk = new FeedWalk({
      feed,
      backend: this.server.backend(),
      rows: this.rows,
      begun: this.begun,
      onForgotten: () => {
        this.rollbacks += 1;
        return Promise.resolve();
      },
    });
    const news: string[] = [];
    for (let page = 0; page < pages; page += 1) {
      const stored = await walk.store(await walk.ask(signal));
      news.push(...stored.news.map(({ id }) => id));
      if (!stored.more) break;
    }
    return news;
  }

  write(...ids: string[]): void {
    for (const id of ids) this.server.write('messages', id);
  }
}

describe('a feed whose rows may appear behind the cursor', () => {
  it('is read again from a little earlier, so that a late row is not lost', async () => {
    const world = new WalkWorld('time');
    world.write('m1');
    world.server.write('messages', 'm2', 'c1', LATE_MS);
    world.server.now += 1_000;
    world.write('m3');
    expect(await world.walk()).toEqual(['m1', 'm3']);
    world.server.now += LATE_MS;
    expect(await world.walk()).toEqual(['m2']);
    expect(world.spool.live()).toEqual(world.server.truth());
  });

  it('says that it begins also where a first reading is made once more: no cursor would be refused', async () => {
    const world = new WalkWorld('time');
    world.write('m1');
    const begins = (): boolean =>
      new FeedWalk({
        feed: 'messages',
        backend: world.server.backend(),
        rows: world.rows,
        begun: world.begun,
        onForgotten: () => Promise.resolve(),
      }).begins;
    const seen = [begins()];
    for (let walks = 0; walks < 2; walks += 1) {
      await world.walk();
      seen.push(begins());
    }
    expect(seen).toEqual([true, true, false]);
  });

  it('is read again from where a slow reading began: rows appeared behind it meanwhile', async () => {
    const world = new WalkWorld('time');
    world.server.pageSize = 1;
    world.write('m1');
    await world.walk();
    world.server.now += 1_000;
    world.server.write('messages', 'late', 'c1', LATE_MS);
    world.server.now += 1_000;
    world.write('m2', 'm3');
    let slow = 0;
    world.server.onCall = () => {
      slow += 1;
      if (slow !== 3) return;
      world.server.now += 3 * LATE_MS;
      world.write('m4');
    };
    expect(await world.walk()).toEqual(['m2', 'm3', 'm4']);
    expect(await world.walk()).toEqual(['late']);
    expect(await world.walk()).toEqual([]);
    expect(world.spool.live()).toEqual(world.server.truth());
  });

  it('is not read from its start again after a first sync of many pages', async () => {
    const world = new WalkWorld('time');
    world.server.pageSize = 1;
    for (let n = 0; n < 50; n += 1) {
      world.server.now += 2 * LATE_MS;
      world.write(`m${n}`);
    }
    await world.walk();
    world.server.calls.length = 0;
    expect(await world.walk()).toEqual([]);
    expect(world.server.calls.length).toBeLessThan(15);
    world.server.calls.length = 0;
    expect(await world.walk()).toEqual([]);
    expect(world.server.calls.length).toBeLessThan(3);
  });

  it('costs nothing when all of it is known: no row, no cursor, no write', async () => {
    const world = new WalkWorld('time');
    world.write('m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7');
    await world.walk();
    const { commits } = world.spool;
    expect(await world.walk()).toEqual([]);
    expect(world.spool.commits).toBe(commits);
    expect(world.server.calls.length).toBeGreaterThan(4);
  });

  it('shows two edits within one second', async () => {
    const world = new WalkWorld('time');
    world.write('m1');
    await world.walk();
    world.write('m1');
    expect(await world.walk()).toEqual(['m1']);
    expect(world.spool.live()).toEqual(world.server.truth());
  });

  it('begins at its cursor where that misses nothing', async () => {
    const world = new WalkWorld('revision');
    world.write('m1', 'm2');
    await world.walk();
    world.write('m3');
    world.server.calls.length = 0;
    expect(await world.walk()).toEqual(['m3']);
    expect(world.server.calls).toEqual(['pull messages 1:2:m2']);
  });
});

describe('a server that was restored from a backup', () => {
  it('is told of before anything of its new life is stored, and read again from the start', async () => {
    const world = new WalkWorld('revision');
    world.write('m1', 'm2');
    const restore = world.server.backup();
    world.write('m2', 'm3');
    await world.walk();
    restore();
    world.write('m3', 'm4');
    expect((await world.walk()).sort()).toEqual(['m2', 'm3', 'm4']);
    expect(world.rollbacks).toBe(1);
    expect(world.spool.live()).toEqual(world.server.truth());
  });

  it('is right with its smaller revisions also when the reading was cut short in the middle', async () => {
    const world = new WalkWorld('revision');
    world.server.pageSize = 1;
    world.write('m1', 'm2');
    const restore = world.server.backup();
    for (let n = 0; n < 5; n += 1) world.write('m1', 'm2');
    await world.walk();
    restore();
    world.write('m1');
    const backend = world.server.backend();
    // Also where rows are ordered by their age.
    const aged = { ...backend, descriptor: { ...backend.descriptor, overlapMs: 1 } };
    world.server.backend = () => aged;
    await world.walk('messages', 1);
    world.rows = new PulledRows(world.spool);
    expect(world.rows.isReread('messages')).toBe(true);
    await world.walk();
    expect(world.spool.live()).toEqual(world.server.truth());
    expect(world.rows.isReread('messages')).toBe(false);
  });
});

it.each(['between two pages', 'while a page is on its way', 'while the last page is on its way'])(
  'a feed is read from its start when the spool finds rows damaged %s',
  async (when) => {
    const world = new WalkWorld('revision');
    world.server.pageSize = 1;
    world.write('m1', 'm2', 'm3');
    const walk = new FeedWalk({
      feed: 'messages',
      backend: world.server.backend(),
      rows: world.rows,
      onForgotten: () => Promise.reject(new Error('Nothing was forgotten.')),
    });
    const forget = (): void => {
      world.spool.cursors.clear();
      world.spool.rows.clear();
    };
    const pagesBefore = when === 'while the last page is on its way' ? 2 : 1;
    for (let n = 0; n < pagesBefore; n += 1) await walk.store(await walk.ask(signal));
    if (when === 'between two pages') forget();
    const page = await walk.ask(signal);
    if (when !== 'between two pages') forget();
    for (let { more } = await walk.store(page); more;) ({ more } = await walk.store(await walk.ask(signal)));
    expect(world.spool.live()).toEqual(world.server.truth());
  },
);
