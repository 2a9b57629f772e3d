import { describe, expect, it } from 'vitest';
import { BackendError } from '../backends/backend-error';
import type { IdPage } from '../backends/port';
import type { Change } from '../domain/entities';
import { FeedServer } from '../testing/feed-server';
import { HeldSpool } from '../testing/held-spool';
import { VirtualClock } from '../testing/virtual-clock';
import { FeedWalk } from './feed-walk';
import { sweepIds } from './id-sweep';
import { PulledRows } from './pulled-rows';

const MINUTE_MS = 60_000;

class SweepWorld {
  readonly clock = new VirtualClock(0);
  readonly spool = new HeldSpool();
  readonly rows = new PulledRows(this.spool);
  readonly server: FeedServer;
  readonly news: Change[] = [];
  readonly cut = new AbortController();
  wentBack = 0;

  constructor(kind: 'revision' | 'time') {
    this.server = new FeedServer(kind);
  }

  write(...ids: string[]): void {
    for (const id of ids) this.server.write('messages', id);
  }

  async pull(): Promise<void> {
    for (const feed of ['conversations', 'messages']) {
      const walk = new FeedWalk({
        feed,
        backend: this.server.backend(),
        rows: this.rows,
        onForgotten: () => Promise.resolve(),
      });
      for (let more = true; more;) ({ more } = await walk.store(await walk.ask(this.cut.signal)));
    }
  }

  /** A whole sweep; resolves with what made it fail, if anything did. */
  async sweep(): Promise<unknown> {
    this.server.calls.length = 0;
    const backend = this.server.backend();
    let failed: unknown = null;
    let over = false;
    void sweepIds(
      {
        backend,
        sweep: backend.sweep!,
        rows: this.rows,
        clock: this.clock,
        onNews: (changes) => this.news.push(...changes),
        onWentBack: () => {
          this.wentBack += 1;
          return Promise.resolve();
        },
      },
      this.cut.signal,
    )
      .catch((error: unknown) => (failed = error))
      .finally(() => (over = true));
    await this.clock.advanceUntil(() => over, 10 * MINUTE_MS);
    return failed;
  }

  /** Runs once, before the server answers the first call that begins so. */
  before(call: string, happens: () => Promise<void> | void): void {
    let happened = false;
    this.server.onCall = async (asked) => {
      if (happened || !asked.startsWith(call)) return;
      happened = true;
      await happens();
    };
  }

  get ids(): string[] {
    return [...this.spool.live().keys()].map((key) => key.replace(/^.*\//, '')).sort();
  }
}

describe.each(['revision', 'time'] as const)('a sweep of a server by %s', (kind) => {
  it('asks for the list and for nothing else when all is as it should be', async () => {
    const world = new SweepWorld(kind);
    world.write('m1', 'm2', 'm3', 'm4');
    await world.pull();
    const { commits } = world.spool;
    await world.sweep();
    expect(world.server.calls.filter((call) => !call.startsWith('ids'))).toEqual([]);
    expect([world.spool.commits, world.news]).toEqual([commits, []]);
  });

  it('gives up on a list that leads in a circle', async () => {
    const world = new SweepWorld(kind);
    world.write('m1', 'm2');
    await world.pull();
    const backend = world.server.backend();
    let lists = 0;
    const circle = (): Promise<IdPage> => {
      lists += 1;
      if (lists > 100) throw new Error('It asks for ever.');
      return Promise.resolve({ ids: [{ id: 'm1', age: null }], next: lists % 2 === 0 ? 'a' : 'b' });
    };
    world.server.backend = () => ({ ...backend, sweep: { ...backend.sweep!, ids: circle } });
    expect(await world.sweep()).toMatchObject({ kind: 'nonsense' });
    expect(world.ids).toEqual(['m1', 'm2']);
  });

  it('brings what the feed never showed', async () => {
    const world = new SweepWorld(kind);
    world.write('m1', 'm2', 'm3', 'm4');
    await world.pull();
    for (const id of ['m1', 'm3', 'm4']) world.spool.rows.delete(`message/${id}`);
    await world.sweep();
    expect(world.spool.live()).toEqual(world.server.truth());
    expect(world.news.map(({ id }) => id).sort()).toEqual(['m1', 'm3', 'm4']);
  });

  it('buries what the server does not have any more, once it says so of that very id', async () => {
    const world = new SweepWorld(kind);
    world.write('m1', 'm2', 'm3');
    await world.pull();
    for (const id of ['g1', 'g2', 'g3']) {
      const change = { ...world.spool.stored[0], id } as Change;
      await world.spool.commit('messages', world.spool.cursorOf('messages') ?? '', [change], [1]);
    }
    await world.sweep();
    expect(world.ids).toEqual(['m1', 'm2', 'm3']);
    expect(world.news.map(({ id, row }) => [id, row])).toEqual([
      ['g1', null],
      ['g2', null],
      ['g3', null],
    ]);
    world.news.length = 0;
    await world.sweep();
    expect(world.news).toEqual([]);
  });

  it('does nothing by half a list', async () => {
    const world = new SweepWorld(kind);
    world.write('m1', 'm2', 'm3', 'm4', 'm5');
    await world.pull();
    world.before('ids message 1', () => {
      throw new BackendError('no-answer', 'cut');
    });
    expect(await world.sweep()).toBeInstanceOf(BackendError);
    expect(world.server.calls.some((call) => call.startsWith('rows'))).toBe(false);
    expect(world.ids).toHaveLength(5);
  });

  it('does nothing when it is ended in the middle', async () => {
    const world = new SweepWorld(kind);
    world.write('m1', 'm2', 'm3', 'm4', 'm5');
    await world.pull();
    world.before('ids message start', () => world.cut.abort());
    expect(await world.sweep()).not.toBeNull();
    expect(world.ids).toHaveLength(5);
  });

  it('leaves alone what comes and changes while it lists, also when a pull brings it first', async () => {
    const world = new SweepWorld(kind);
    world.write('m1', 'm2', 'm3', 'm4', 'm5');
    await world.pull();
    world.before('ids message 1', async () => {
      world.server.now += 1_000;
      world.write('m1', 'm6');
      await world.pull();
    });
    await world.sweep();
    expect(world.spool.live()).toEqual(world.server.truth());
    expect(world.spool.stored.filter(({ row }) => row === null)).toEqual([]);
  });

  it('does not overwrite what a pull brought while it asked', async () => {
    const world = new SweepWorld(kind);
    world.write('m1', 'm2');
    await world.pull();
    world.spool.rows.delete('message/m1');
    const backend = world.server.backend();
    const rows = backend.sweep!.rows;
    backend.sweep!.rows = async (...asked) => {
      const old = await rows(...asked);
      world.server.now += 1_000;
      world.write('m1');
      await world.pull();
      return old;
    };
    world.server.backend = () => backend;
    await world.sweep();
    expect(world.spool.live()).toEqual(world.server.truth());
  });

  it('leaves alone what the list forgot but the server still has', async () => {
    const world = new SweepWorld(kind);
    world.write('m1', 'm2', 'm3');
    await world.pull();
    const backend = world.server.backend();
    backend.sweep!.ids = () => Promise.resolve({ ids: [], next: null });
    world.server.backend = () => backend;
    await world.sweep();
    expect(world.spool.live()).toEqual(world.server.truth());
    expect(world.news).toEqual([]);
  });

  it('leaves alone what the server does not answer for', async () => {
    const world = new SweepWorld(kind);
    world.write('m1', 'm2', 'm3');
    await world.pull();
    const backend = world.server.backend();
    backend.sweep!.ids = () => Promise.resolve({ ids: [], next: null });
    backend.sweep!.rows = () => Promise.resolve({ changes: [], rejected: [] });
    world.server.backend = () => backend;
    await world.sweep();
    expect(world.ids).toEqual(['m1', 'm2', 'm3']);
  });
});

describe('a server without revisions that was restored from a backup', () => {
  it('is found out by older versions, told first, and believed', async () => {
    const world = new SweepWorld('time');
    world.write('m1', 'm2');
    const restore = world.server.backup();
    world.server.now += MINUTE_MS;
    world.write('m2', 'm3');
    await world.pull();
    restore();
    await world.sweep();
    expect(world.wentBack).toBe(1);
    expect(world.spool.live()).toEqual(world.server.truth());
  });

  it('has a row again that it had deleted, also when its age says nothing of that', async () => {
    const world = new SweepWorld('time');
    world.write('m1', 'm2');
    const restore = world.server.backup();
    await world.pull();
    world.server.remove('messages', 'm1');
    await world.sweep();
    expect(world.ids).toEqual(['m2']);
    restore();
    await world.sweep();
    expect(world.spool.live()).toEqual(world.server.truth());
    expect(world.ids).toEqual(['m1', 'm2']);
  });

  it('is not believed to have gone back by one replica that lags', async () => {
    const world = new SweepWorld('time');
    world.write('m1');
    await world.pull();
    world.server.now += MINUTE_MS;
    world.write('m1');
    await world.pull();
    const backend = world.server.backend();
    backend.sweep!.ids = () => Promise.resolve({ ids: [{ id: 'm1', age: 1_000_000 }], next: null });
    world.server.backend = () => backend;
    await world.sweep();
    expect(world.wentBack).toBe(0);
    expect(world.spool.live()).toEqual(world.server.truth());
  });
});
