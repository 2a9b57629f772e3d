import { describe, expect, it } from 'vitest';
import { BackendError } from '../backends/backend-error';
import type { Backend } from '../backends/port';
import { FeedServer } from '../testing/feed-server';
import { HeldSpool } from '../testing/held-spool';
import { VirtualClock } from '../testing/virtual-clock';
import { PulledRows } from './pulled-rows';
import { SweepWatch } from './sweep-watch';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

class WatchWorld {
  readonly clock = new VirtualClock(0);
  readonly server = new FeedServer('revision');
  readonly watch: SweepWatch;

  constructor(change: (backend: Backend) => Backend = (backend) => backend) {
    this.watch = new SweepWatch({
      backend: change(this.server.backend()),
      rows: new PulledRows(new HeldSpool()),
      clock: this.clock,
      random: { next: () => 0.5 },
      onNews: () => undefined,
      onWentBack: () => Promise.resolve(),
    });
  }

  /** Whole pulls end every 15 s for a while; resolves with how many sweeps began. */
  async pullFor(ms: number): Promise<number> {
    this.server.calls.length = 0;
    for (let passed = 0; passed < ms; passed += 15_000) {
      this.watch.caughtUp();
      await this.clock.advance(15_000);
    }
    return this.server.calls.filter((call) => call === 'ids conversation start').length;
  }
}

describe('ids are swept', () => {
  it('once after the first whole pull, a little later, and then four times a day', async () => {
    const world = new WatchWorld();
    world.watch.caughtUp();
    await world.clock.advance(9_000);
    expect(world.server.calls).toEqual([]);
    await world.clock.advance(MINUTE_MS);
    expect(world.server.calls).not.toEqual([]);
    expect(await world.pullFor(5 * HOUR_MS)).toBe(0);
    expect(await world.pullFor(2 * HOUR_MS)).toBe(1);
  });

  it('again after a minute when that was cut short, or later when the server wishes so', async () => {
    const world = new WatchWorld();
    let retryAfterMs: number | null = null;
    world.server.onCall = () => {
      throw new BackendError('rate-limited', 'made to fail', 429, retryAfterMs);
    };
    expect(await world.pullFor(4 * MINUTE_MS)).toBe(4);
    retryAfterMs = HOUR_MS;
    await world.pullFor(2 * MINUTE_MS);
    expect(await world.pullFor(50 * MINUTE_MS)).toBe(0);
  });

  it('from the beginning after the link failed', async () => {
    const world = new WatchWorld();
    world.server.onCall = () => new Promise<never>(() => undefined);
    world.watch.caughtUp();
    await world.clock.advance(5_000);
    world.watch.begin();
    await world.clock.settle();
    world.server.onCall = () => undefined;
    expect(await world.pullFor(MINUTE_MS)).toBe(1);
  });

  it('never where the backend cannot list them', async () => {
    const world = new WatchWorld(({ sweep: _sweep, ...backend }) => backend);
    expect(await world.pullFor(MINUTE_MS)).toBe(0);
  });

  it('no more once it was ended, and nothing is left on its way', async () => {
    const world = new WatchWorld();
    world.watch.caughtUp();
    await world.watch.close();
    await world.clock.advance(MINUTE_MS);
    expect(world.server.calls).toEqual([]);
  });
});
