import { describe, expect, it } from 'vitest';
import { BackendError } from '../backends/backend-error';
import type { HttpClient } from '../backends/http';
import type { Backend, RateLimit } from '../backends/port';
import { NOON } from '../testing/builders';
import { FakeBackend } from '../testing/fake-backend';
import { HeldSpool } from '../testing/held-spool';
import { AGENT } from '../testing/pull-world';
import { seededRandom } from '../testing/seeded-random';
import { VirtualClock } from '../testing/virtual-clock';
import { LinkProbe, probeEveryMs } from './link-probe';
import { createPuller, type PullState } from './pull';

const SECOND_MS = 1_000;
const never = new AbortController().signal;

interface Vendor {
  name: string;
  pollMs: number;
  limit?: RateLimit;
}

/** How the slow-polling vendors are asked. */
const SELDOM: Vendor = {
  name: 'a helpdesk asked twice a minute',
  pollMs: 30_000,
  limit: { perMinute: 150, atOnce: 3 },
};
const VENDORS: readonly Vendor[] = [
  { name: 'a helpdesk asked every 15 s', pollMs: 15_000, limit: { perMinute: 120, atOnce: 5 } },
  SELDOM,
  { name: 'a helpdesk asked once a minute', pollMs: 60_000 },
];

/** A puller and a probe on one link, which can become a black hole. */
class LinkWorld {
  readonly clock = new VirtualClock(NOON);
  readonly states: PullState[] = [];
  readonly asked: string[] = [];
  /** Every request is taken and none answered: the host's client gives up after 8 s. */
  hole = false;
  answerMs = 50;
  requestsAPull = 1;
  readonly probe: LinkProbe;
  readonly http: HttpClient;

  constructor({ pollMs, limit }: Vendor) {
    const fake = new FakeBackend({ tier: 'T2', clock: this.clock, fault: () => 'none' });
    const descriptor = { ...fake.descriptor, pollMs, ...(limit && { limit }), feeds: ['all'] };
    this.probe = new LinkProbe({
      clock: this.clock,
      everyMs: probeEveryMs(descriptor),
      ask: () => this.request('me'),
      onSuspect: (quietMs) => puller.suspect(quietMs),
      onAnswer: () => puller.heard(),
      signal: never,
    });
    this.http = this.probe.watch(async ({ url }) => {
      this.asked.push(url);
      const { hole } = this;
      await this.clock.sleep(hole ? 8 * SECOND_MS : this.answerMs, never);
      if (hole) throw new BackendError('no-answer', 'Nothing came for 8000 ms.');
      return { status: 200, headers: {}, text: async () => '', stream: () => [] as never };
    });
    const puller = createPuller({
      accountId: 'a1',
      backend: {
        ...fake,
        descriptor,
        whoAmI: async () => {
          await this.request('me');
          return AGENT;
        },
        pull: async () => {
          for (let n = 0; n < this.requestsAPull; n += 1) await this.request('news');
          return { changes: [], cursor: '1', more: false, rejected: [] };
        },
        listen: () => new Promise(() => undefined),
      } as unknown as Backend,
      spool: new HeldSpool(),
      clock: this.clock,
      random: seededRandom(1),
      onState: (state) => this.states.push(state),
      onChanges: () => undefined,
    });
    void puller.run(never);
  }

  request(url: string, timeoutMs: number | null = 20_000): Promise<unknown> {
    return this.http({ method: 'GET', url, headers: {}, body: null, timeoutMs, signal: never });
  }

  get isOffline(): boolean {
    return this.states.at(-1)?.state === 'offline';
  }

  /** Seconds until the agent is told. */
  async untold(limitMs = 120_000): Promise<number> {
    const from = this.clock.monotonic();
    await this.clock.advanceUntil(() => this.isOffline, limitMs);
    return (this.clock.monotonic() - from) / SECOND_MS;
  }
}

describe.each(VENDORS)('a black hole at $name', (vendor) => {
  /** Online, with a pull just behind it. */
  async function resting(): Promise<LinkWorld> {
    const world = new LinkWorld(vendor);
    await world.clock.advance(2 * SECOND_MS);
    await world.clock.advanceUntil(() => world.asked.length === 3, vendor.pollMs + SECOND_MS);
    await world.clock.advance(SECOND_MS);
    world.asked.length = 0;
    return world;
  }

  it('is told within 8 s of a request that an agent needs, and within 6 s of an act after a silence', async () => {
    const needing = await resting();
    needing.hole = true;
    void needing.request('thread').catch(() => undefined);
    expect(await needing.untold()).toBeLessThanOrEqual(8);

    const acting = await resting();
    acting.hole = true;
    await acting.clock.advance(probeEveryMs(vendor) ?? 0);
    expect(acting.isOffline).toBe(false);
    acting.probe.needed();
    expect(await acting.untold()).toBeLessThanOrEqual(6);
  });

  it('is told to an agent who only types when the next question is due, and 6 s later', async () => {
    const everyMs = probeEveryMs(vendor) ?? 0;
    const world = await resting();
    world.probe.needed();
    world.hole = true;
    let seconds = 0;
    for (; !world.isOffline; seconds += 0.5) {
      world.probe.needed();
      await world.clock.advance(SECOND_MS / 2);
    }
    expect(seconds).toBeLessThanOrEqual(everyMs / SECOND_MS + 6);
  });

  it('is told where nobody does anything when the next pull finds out, and no sooner', async () => {
    const world = await resting();
    world.hole = true;
    const seconds = await world.untold();
    expect(seconds).toBeGreaterThan(vendor.pollMs / SECOND_MS);
    expect(seconds).toBeLessThanOrEqual(vendor.pollMs / SECOND_MS + 6);
  });

  it('costs a busy agent at most a twentieth of what the vendor allows', async () => {
    const world = await resting();
    for (let second = 0; second < 600; second += 1) {
      world.probe.needed();
      await world.clock.advance(SECOND_MS);
    }
    const spent = world.asked.filter((url) => url === 'me').length / 10;
    expect(spent).toBeLessThanOrEqual((vendor.limit?.perMinute ?? 300) / 20);
    expect(world.isOffline).toBe(false);
  });
});

describe('a link that is only slow', () => {
  it('is not called dead while anything is answered', async () => {
    const world = new LinkWorld(SELDOM);
    await world.clock.advance(10 * SECOND_MS);
    const { states } = world;
    world.answerMs = 7 * SECOND_MS;
    void world.request('a slow search');
    await world.clock.advance(3 * SECOND_MS);
    world.answerMs = 50;
    void world.request('a thread');
    await world.clock.advance(15 * SECOND_MS);
    expect(states.some(({ state }) => state === 'offline')).toBe(false);
    expect(world.asked.filter((url) => url === 'news')).toHaveLength(1);
  });

  it('is asked once more by a pull when one request is quiet, and stays online when that is answered', async () => {
    const world = new LinkWorld(SELDOM);
    await world.clock.advance(10 * SECOND_MS);
    world.answerMs = 7 * SECOND_MS;
    void world.request('a slow search');
    world.answerMs = 50;
    await world.clock.advance(10 * SECOND_MS);
    expect(world.states.some(({ state }) => state === 'offline')).toBe(false);
    expect(world.asked.filter((url) => url === 'news')).toHaveLength(2);
  });

  it.each(VENDORS.flatMap((vendor) => [4, 6].map((seconds) => ({ ...vendor, seconds }))))(
    'is not told as offline while an agent works and $name takes $seconds s for every answer',
    async ({ seconds, ...vendor }) => {
      const world = new LinkWorld(vendor);
      await world.clock.advance(10 * SECOND_MS);
      world.answerMs = seconds * SECOND_MS - 50;
      for (let second = 0; second < 300; second += 1) {
        world.probe.needed();
        if (second % 20 === 0) void world.request('a thread');
        await world.clock.advance(SECOND_MS);
      }
      expect(world.states.filter(({ state }) => state === 'offline')).toEqual([]);
    },
  );

  it('is not told as offline while a pull of many requests takes longer than silence may', async () => {
    const world = new LinkWorld(SELDOM);
    await world.clock.advance(10 * SECOND_MS);
    world.requestsAPull = 8;
    world.answerMs = 4 * SECOND_MS;
    await world.clock.advance(90 * SECOND_MS);
    expect(world.states.filter(({ state }) => state === 'offline')).toEqual([]);
    world.hole = true;
    expect(await world.untold()).toBeLessThanOrEqual(SELDOM.pollMs / SECOND_MS + 6);
  });

  it('may keep a stream or an upload quiet for as long as it takes', async () => {
    const world = new LinkWorld(SELDOM);
    await world.clock.advance(10 * SECOND_MS);
    world.answerMs = 15 * SECOND_MS;
    void world.request('a stream', null);
    await world.clock.advance(10 * SECOND_MS);
    expect(world.asked.filter((url) => url === 'news')).toHaveLength(1);
  });
});

it('nobody asks where pulls come every few seconds anyway', () => {
  expect(probeEveryMs({})).toBeNull();
  expect(probeEveryMs({ pollMs: 4_000 })).toBeNull();
  expect(probeEveryMs({ pollMs: 10_000 })).toBe(4_000);
});
