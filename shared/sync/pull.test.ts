import { describe, expect, it } from 'vitest';
import { BackendError } from '../backends/backend-error';
import type { Change } from '../domain/entities';
import { aConversation, aMessage, NOON } from '../testing/builders';
import { FeedServer, LATE_MS } from '../testing/feed-server';
import { HeldSpool } from '../testing/held-spool';
import { AGENT, PullWorld } from '../testing/pull-world';
import { seededRandom } from '../testing/seeded-random';
import { VirtualClock } from '../testing/virtual-clock';
import { createPuller } from './pull';

const SECOND_MS = 1_000;

const conversation = (id: string): Change => ({
  kind: 'conversation',
  id,
  row: aConversation({ id }),
  movedTo: null,
});
const message = (id: string): Change => ({ kind: 'message', id, row: aMessage({ id }), movedTo: null });

describe('the first pull', () => {
  it('takes turns between feeds, stores each page before the next, and says when it is through', async () => {
    const world = new PullWorld();
    world.feeds['conversations'] = ['c1', 'c2', 'c3'].map(conversation);
    world.feeds['messages'] = ['m1', 'm2', 'm3'].map(message);
    world.start();
    await world.clock.advance(SECOND_MS);
    expect(world.asked).toEqual(['conversations start', 'messages start', 'conversations 2', 'messages 2']);
    expect(world.stored.map(({ id }) => id)).toEqual(['c1', 'c2', 'm1', 'm2', 'c3', 'm3']);
    expect(world.states.map(({ state }) => state)[0]).toBe('connecting');
    expect(world.states.some(({ state, firstSync }) => state === 'online' && firstSync?.rows === 2)).toBe(
      true,
    );
    expect(world.state).toMatchObject({ state: 'online', firstSync: null, agent: AGENT, failure: null });
    expect(world.pulled.at(-1)).toEqual({ changes: [], seq: null, caughtUp: true });
  });

  it('counts rows that could not be understood and goes on', async () => {
    const world = new PullWorld();
    world.feeds['messages'] = [message('m1')];
    world.rejected = [{ id: 'm2', problem: 'updated_at: missing' }];
    world.start();
    await world.clock.advance(SECOND_MS);
    expect(world.state).toMatchObject({ state: 'online', rejectedRows: 2 });
    expect(world.stored).toHaveLength(1);
  });

  it('counts a row once that cannot be understood at each pull, and no more when it can', async () => {
    const world = new PullWorld();
    world.rejected = [{ id: 'm1', problem: 'updated_at: missing' }];
    world.start();
    await world.clock.advance(60 * SECOND_MS);
    expect(world.state).toMatchObject({ rejectedRows: 2, rejectedBecause: ['updated_at: missing'] });
    world.rejected = [];
    world.feeds['messages'] = [message('m1')];
    world.feeds['conversations'] = [conversation('m1')];
    await world.clock.advance(60 * SECOND_MS);
    expect(world.state).toMatchObject({ rejectedRows: 0, rejectedBecause: [] });
  });
});

describe('staying up to date', () => {
  it('asks a backend no oftener than it bears, with and without a hint channel', async () => {
    for (const push of [false, true]) {
      const world = new PullWorld();
      world.pollMs = 30 * SECOND_MS;
      world.push = push;
      world.start();
      // The channel is opened with one more pull at once.
      await world.clock.advance(35 * SECOND_MS);
      world.asked.length = 0;
      await world.clock.advance(60 * SECOND_MS);
      expect(world.asked).toHaveLength(4);
      world.stop();
    }
  });

  it('polls every two seconds without a hint channel and writes nothing when nothing is new', async () => {
    const world = new PullWorld();
    world.start();
    await world.clock.advance(SECOND_MS);
    const { commits } = world.spool;
    world.asked.length = 0;
    await world.clock.advance(10 * SECOND_MS);
    expect(world.asked.length).toBeGreaterThanOrEqual(8);
    expect(world.spool.commits).toBe(commits);
    world.feeds['messages']?.push(message('m1'));
    await world.clock.advance(3 * SECOND_MS);
    expect(world.stored.map(({ id }) => id)).toEqual(['m1']);
  });

  it('pulls at once on a hint, and seldom without one', async () => {
    const world = new PullWorld();
    world.push = true;
    world.start();
    await world.clock.advance(5 * SECOND_MS);
    world.asked.length = 0;
    await world.clock.advance(14 * SECOND_MS);
    expect(world.asked.length).toBeLessThanOrEqual(4);
    world.feeds['messages']?.push(message('m1'));
    world.hint();
    await world.clock.advance(100);
    expect(world.stored.map(({ id }) => id)).toEqual(['m1']);
  });

  it('reads a feed from a little earlier again when a hint came during a long pull', async () => {
    const server = new FeedServer('time');
    const { sweep: _none, ...backend } = server.backend();
    const spool = new HeldSpool();
    const clock = new VirtualClock(NOON);
    const options = { accountId: 'a1', backend, spool, clock, random: seededRandom(1) };
    const puller = createPuller({ ...options, onState: () => undefined, onChanges: () => undefined });
    server.write('conversations', 'late', 'c1', LATE_MS);
    server.now += SECOND_MS;
    server.write('conversations', 'c2');
    for (const id of ['m1', 'm2', 'm3', 'm4']) server.write('messages', id);
    let slow = true;
    server.onCall = (call) => {
      if (!slow || !call.startsWith('pull messages')) return;
      slow = false;
      server.now += 3 * LATE_MS;
      server.write('conversations', 'c3');
      puller.kick();
    };
    const stop = new AbortController();
    void puller.run(stop.signal);
    await clock.advance(5 * SECOND_MS);
    stop.abort();
    expect(slow).toBe(false);
    expect(spool.live()).toEqual(server.truth());
  });

  it('looks once more soon after the channel was opened, for what was announced to nobody', async () => {
    const world = new PullWorld();
    world.push = true;
    world.start();
    await world.clock.advance(100);
    expect(world.listening).toBe(1);
    world.feeds['messages']?.push(message('m1'));
    await world.clock.advance(3 * SECOND_MS);
    expect(world.stored).toHaveLength(1);
  });

  it('reads a feed from its start when the backend has forgotten the cursor', async () => {
    const world = new PullWorld();
    world.spool.cursors.set('messages', 'forgotten');
    world.feeds['messages'] = [message('m1')];
    world.start();
    await world.clock.advance(SECOND_MS);
    expect(world.stored.map(({ id }) => id)).toEqual(['m1']);
    expect(world.state.state).toBe('online');
  });

  it('tells what the adapter cannot digest as nonsense of the server, and never as a full disk', async () => {
    const world = new PullWorld();
    world.stumbles = new URIError('URI malformed');
    world.start();
    await world.clock.advance(5 * SECOND_MS);
    expect(world.storageProblems).toEqual([]);
    expect(world.state.failure?.kind).toBe('nonsense');
    expect(world.state.failure?.detail).toContain('URIError');
    world.stumbles = null;
    await world.clock.advance(15 * SECOND_MS);
    expect(world.state.state).toBe('online');
  });

  it('keeps what was not stored for later and says that the disk is the problem', async () => {
    const world = new PullWorld();
    world.feeds['messages'] = [message('m1')];
    world.spool.full = true;
    world.start();
    await world.clock.advance(5 * SECOND_MS);
    expect(world.storageProblems.length).toBeGreaterThan(0);
    expect(world.state).toMatchObject({ state: 'online', failure: { kind: 'storage' } });
    world.spool.full = false;
    await world.clock.advance(15 * SECOND_MS);
    expect(world.stored.map(({ id }) => id)).toEqual(['m1']);
    expect(world.state.failure).toBeNull();
  });
});

describe('a cut link', () => {
  it.each(['refused', 'dns', 'tls', 'no-answer', 'captive', 'nonsense', 'server'] as const)(
    'by %s is told, tried again within 10 s, and over when it is over',
    async (kind) => {
      const world = new PullWorld();
      world.start();
      await world.clock.advance(SECOND_MS);
      world.failing = kind;
      await world.clock.advance(3 * SECOND_MS);
      expect(world.state).toMatchObject({ state: 'offline', failure: { kind } });
      await world.clock.advance(60 * SECOND_MS);
      world.failing = null;
      await world.clock.advance(10 * SECOND_MS + 100);
      expect(world.state).toMatchObject({ state: 'online', failure: null });
    },
  );

  it('by silence is told within 10 s without a hint channel', async () => {
    const world = new PullWorld();
    world.start();
    await world.clock.advance(SECOND_MS);
    world.failing = 'silence';
    await world.clock.advance(8_500);
    expect(world.state).toMatchObject({ state: 'offline', failure: { kind: 'no-answer' } });
  });

  it('by silence is told three seconds after the hint channel died of it', async () => {
    const world = new PullWorld();
    world.push = true;
    world.start();
    await world.clock.advance(5 * SECOND_MS);
    world.failing = 'silence';
    world.breakPush(new BackendError('no-answer', 'silent'));
    await world.clock.advance(2_900);
    expect(world.state.state).toBe('online');
    await world.clock.advance(200);
    expect(world.state.state).toBe('offline');
  });

  it('by silence under a pull that a hint had just begun is told in time as well', async () => {
    const world = new PullWorld();
    world.push = true;
    world.start();
    await world.clock.advance(60 * SECOND_MS);
    world.failing = 'silence';
    world.hint();
    await world.clock.advance(6 * SECOND_MS);
    expect(world.state.state).toBe('online');
    world.breakPush(new BackendError('no-answer', 'silent'));
    await world.clock.advance(3_100);
    expect(world.state.state).toBe('offline');
  });

  it('is not told when only the hint channel broke', async () => {
    const world = new PullWorld();
    world.push = true;
    world.start();
    await world.clock.advance(5 * SECOND_MS);
    world.breakPush(new BackendError('no-answer', 'silent'));
    await world.clock.advance(60 * SECOND_MS);
    expect(world.states.map(({ state }) => state)).not.toContain('offline');
    expect(world.listening).toBe(2);
  });

  it('is suspected after the machine slept: the next pull has three seconds', async () => {
    const world = new PullWorld();
    world.push = true;
    world.start();
    await world.clock.advance(5 * SECOND_MS);
    world.failing = 'silence';
    world.clock.jump(3_600_000);
    await world.clock.advance(5_200);
    expect(world.state.state).toBe('offline');
  });

  it('ends at a kick without waiting', async () => {
    const world = new PullWorld();
    const kick = world.start();
    world.failing = 'refused';
    await world.clock.advance(120 * SECOND_MS);
    world.failing = null;
    kick();
    await world.clock.advance(100);
    expect(world.state.state).toBe('online');
  });
});

describe('a server that does not want us', () => {
  it('for our credentials is told, and asked again only after a minute or a kick', async () => {
    const world = new PullWorld();
    const kick = world.start();
    await world.clock.advance(SECOND_MS);
    world.failing = 'unauthorized';
    await world.clock.advance(3 * SECOND_MS);
    expect(world.state).toMatchObject({ state: 'refused', agent: null });
    world.asked.length = 0;
    await world.clock.advance(50 * SECOND_MS);
    expect(world.asked).toEqual([]);
    world.failing = null;
    kick();
    await world.clock.advance(100);
    expect(world.state).toMatchObject({ state: 'online', agent: AGENT });
  });

  it('for a while is left alone for as long as it asks, also when kicked', async () => {
    const world = new PullWorld();
    const kick = world.start();
    await world.clock.advance(SECOND_MS);
    world.failing = 'rate-limited';
    world.retryAfterMs = 30_000;
    await world.clock.advance(3 * SECOND_MS);
    expect(world.state).toMatchObject({ state: 'online', failure: { kind: 'rate-limited' } });
    world.asked.length = 0;
    kick();
    await world.clock.advance(20 * SECOND_MS);
    expect(world.asked).toEqual([]);
    world.failing = null;
    await world.clock.advance(10 * SECOND_MS);
    expect(world.state).toMatchObject({ state: 'online', failure: null });
  });
});

describe('a backend that leads in a circle', () => {
  const REQUESTS_AT_MOST = 40;

  it('is called nonsense when its pages with rows promise more but stand still', async () => {
    const world = new PullWorld();
    world.samePage = { changes: [conversation('c1')], cursor: 'same', more: true, rejected: [] };
    world.start();
    await world.clock.advance(20 * SECOND_MS);
    expect(world.state).toMatchObject({ state: 'offline', failure: { kind: 'nonsense' } });
    expect(world.asked.length).toBeLessThan(REQUESTS_AT_MOST);
  });

  it('is not read from the start for ever when it refuses every cursor it gave', async () => {
    const world = new PullWorld();
    world.feeds['conversations'] = ['c1', 'c2', 'c3'].map(conversation);
    world.refusesCursors = true;
    world.start();
    await world.clock.advance(20 * SECOND_MS);
    expect(world.state).toMatchObject({ state: 'offline', failure: { kind: 'nonsense' } });
    expect(world.asked.length).toBeLessThan(REQUESTS_AT_MOST);
  });

  it('may forget a cursor in the middle of a pull and is read again from the start', async () => {
    const world = new PullWorld();
    world.feeds['conversations'] = ['c1', 'c2', 'c3', 'c4', 'c5'].map(conversation);
    world.spool.cursors.set('conversations', 'forgotten');
    world.start();
    await world.clock.advance(SECOND_MS);
    expect(world.stored.map(({ id }) => id)).toEqual(['c1', 'c2', 'c3', 'c4', 'c5']);
    expect(world.state).toMatchObject({ state: 'online', failure: null });
  });
});

describe('a server that went back', () => {
  it('is told of in the state and to whoever relies on what it confirmed, before its rows are stored', async () => {
    const world = new PullWorld();
    world.spool.cursors.set('messages', 'forgotten');
    world.feeds['messages'] = [message('m1')];
    const storedBefore: number[] = [];
    world.onRollback = () => {
      storedBefore.push(world.stored.length);
      return Promise.resolve();
    };
    world.start();
    await world.clock.advance(SECOND_MS);
    expect(storedBefore).toEqual([0]);
    expect(world.state.rolledBack?.at).toBeGreaterThan(0);
    expect(world.stored).toHaveLength(1);
  });

  it('is looked for what it lost at once, though all was compared minutes ago', async () => {
    const world = new PullWorld();
    world.sweeps = true;
    world.feeds['messages'] = [message('m1')];
    world.start();
    await world.clock.advance(60 * SECOND_MS);
    expect(world.sweepsBegun).toBe(1);
    await world.clock.advance(300 * SECOND_MS);
    expect(world.sweepsBegun).toBe(1);
    world.spool.cursors.set('messages', 'forgotten');
    await world.clock.advance(60 * SECOND_MS);
    expect(world.sweepsBegun).toBe(2);
  });

  it('says when it would be noticed to go back again: not before its first answer is stored', async () => {
    const world = new PullWorld();
    world.spool.cursors.set('conversations', '0');
    world.spool.cursors.set('messages', 'forgotten');
    world.feeds['messages'] = ['m1', 'm2', 'm3'].map(message);
    const happened: string[] = [];
    world.onRollback = () => {
      happened.push(`told with ${world.stored.length}`);
      return Promise.resolve();
    };
    world.onAnchored = () => {
      happened.push(`anchored with ${world.stored.length} at ${world.spool.cursorOf('messages')}`);
    };
    world.start();
    await world.clock.advance(30 * SECOND_MS);
    expect(happened).toEqual(['told with 0', 'anchored with 2 at 2']);
  });

  it('is told of again when the first telling was cut short', async () => {
    const world = new PullWorld();
    world.spool.cursors.set('messages', 'forgotten');
    world.feeds['messages'] = [message('m1')];
    const storedBefore: number[] = [];
    world.onRollback = () => {
      storedBefore.push(world.stored.length);
      return storedBefore.length === 1 ? Promise.reject(new Error('ENOSPC')) : Promise.resolve();
    };
    world.start();
    await world.clock.advance(20 * SECOND_MS);
    expect([storedBefore, world.storageProblems.length]).toEqual([[0, 0], 1]);
    expect(world.stored).toHaveLength(1);
  });
});

describe('a feed that is read from its very beginning', () => {
  it('says so again while nobody answers, and that it stands on something once somebody did', async () => {
    const world = new PullWorld();
    world.feeds['messages'] = [message('m1')];
    const happened: string[] = [];
    world.onBeginning = () => {
      happened.push('begins');
    };
    world.onAnchored = () => {
      happened.push('anchored');
    };
    world.start();
    await world.clock.advance(15);
    world.failing = 'server';
    await world.clock.advance(SECOND_MS);
    expect(new Set(happened)).toEqual(new Set(['begins']));
    world.failing = null;
    await world.clock.advance(30 * SECOND_MS);
    // Each of the two feeds stands for itself.
    expect(happened.slice(-3)).toEqual(['begins', 'anchored', 'anchored']);
  });

  it('is told of before anything is asked, and not once something is known', async () => {
    const world = new PullWorld();
    world.feeds['messages'] = [message('m1')];
    let told = 0;
    world.onBeginning = () => {
      told += 1;
    };
    world.start();
    await world.clock.advance(SECOND_MS);
    expect(told).toBe(1);
    await world.clock.advance(30 * SECOND_MS);
    expect(told).toBe(1);
    // What a damaged spool has lost is read again.
    world.spool.cursors.clear();
    await world.clock.advance(5 * SECOND_MS);
    expect(told).toBe(2);
  });
});

describe('the "as of" time', () => {
  it('is when the last whole pull began, and moves also when nothing changed', async () => {
    const world = new PullWorld();
    world.start();
    await world.clock.advance(SECOND_MS);
    const first = world.state.asOf ?? 0;
    // Two feeds take 20 ms, and who we are 10 ms before them.
    expect(first).toBe(NOON);
    await world.clock.advance(30 * SECOND_MS);
    expect(world.clock.now() - (world.state.asOf ?? 0)).toBeLessThanOrEqual(2_100);
    expect(world.stored).toEqual([]);
  });
});
