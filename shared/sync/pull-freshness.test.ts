import { describe, expect, it } from 'vitest';
import { aConversation } from '../testing/builders';
import { PullWorld } from '../testing/pull-world';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** A world that has caught up and now only hears hints. */
async function quietWorld(): Promise<PullWorld> {
  const world = new PullWorld();
  world.push = true;
  world.start();
  await world.clock.advance(20 * SECOND_MS);
  world.asked.length = 0;
  return world;
}

/** What was answered, and after how many ms of virtual time; `null` while it is not. */
function watch(world: PullWorld, maxAgeMs: number): { answer: boolean | null } {
  const watched: { answer: boolean | null } = { answer: null };
  void world.puller.freshen(maxAgeMs).then((fresh) => (watched.answer = fresh));
  return watched;
}

describe('asking for a fresh thread', () => {
  it('pulls everything now and answers only when all of it is stored', async () => {
    const world = await quietWorld();
    await world.clock.advance(8 * SECOND_MS);
    world.feeds['conversations']?.push({
      kind: 'conversation',
      id: 'c1',
      row: aConversation({ id: 'c1' }),
      movedTo: null,
    });
    const asked = watch(world, SECOND_MS);
    await world.clock.advance(15);
    expect(asked.answer).toBeNull();
    await world.clock.advance(100);
    expect(asked.answer).toBe(true);
    expect(world.stored).toHaveLength(1);
  });

  it('asks nothing when a whole pull is young enough, counted from its beginning', async () => {
    const world = await quietWorld();
    watch(world, 0);
    await world.clock.advance(100);
    world.asked.length = 0;
    const young = watch(world, 5 * SECOND_MS);
    await world.clock.settle();
    expect([young.answer, world.asked]).toEqual([true, []]);
  });

  it('is one pull for many who ask at once', async () => {
    const world = await quietWorld();
    await world.clock.advance(8 * SECOND_MS);
    const asked = Array.from({ length: 50 }, () => watch(world, SECOND_MS));
    await world.clock.advance(100);
    expect(asked.every(({ answer }) => answer === true)).toBe(true);
    expect(world.asked).toHaveLength(2);
  });

  it('is not satisfied by a running pull that began too early', async () => {
    const world = await quietWorld();
    await world.clock.advance(8 * SECOND_MS);
    world.puller.kick();
    await world.clock.advance(10);
    const asked = watch(world, 1);
    await world.clock.advance(11);
    expect(asked.answer).toBeNull();
    await world.clock.advance(100);
    expect(asked.answer).toBe(true);
    expect(world.asked.length).toBeGreaterThan(2);
  });

  it('before the first pull waits for its end', async () => {
    const world = new PullWorld();
    world.start();
    const asked = watch(world, Infinity);
    await world.clock.advance(15);
    expect(asked.answer).toBeNull();
    await world.clock.advance(100);
    expect(asked.answer).toBe(true);
  });
});

describe('a thread is not called fresh', () => {
  it.each(['refused', 'unauthorized', 'rate-limited'] as const)(
    'when the pull fails (%s), nor while it rests afterwards',
    async (kind) => {
      const world = await quietWorld();
      world.failing = kind;
      world.retryAfterMs = 60_000;
      const asked = watch(world, 0);
      await world.clock.advance(100);
      expect(asked.answer).toBe(false);
      const requests = world.asked.length;
      const again = watch(world, Infinity);
      await world.clock.settle();
      expect([again.answer, world.asked.length]).toEqual([false, requests]);
    },
  );

  it('when what came could not be stored', async () => {
    const world = await quietWorld();
    world.spool.full = true;
    world.feeds['conversations']?.push({
      kind: 'conversation',
      id: 'c1',
      row: aConversation({ id: 'c1' }),
      movedTo: null,
    });
    const asked = watch(world, 0);
    await world.clock.advance(100);
    expect(asked.answer).toBe(false);
  });

  it('by a pull from before the link was cut', async () => {
    const world = await quietWorld();
    world.failing = 'refused';
    world.puller.kick();
    await world.clock.advance(100);
    world.failing = null;
    await world.clock.advance(20 * SECOND_MS);
    const asked = watch(world, Infinity);
    await world.clock.settle();
    expect([world.state.state, asked.answer]).toEqual(['online', true]);
    world.failing = 'refused';
    world.puller.kick();
    await world.clock.advance(100);
    const cut = watch(world, 60 * SECOND_MS);
    await world.clock.settle();
    expect(cut.answer).toBe(false);
  });

  it.each([Infinity, 5 * SECOND_MS])('by a pull from before the machine slept (%s ms)', async (maxAgeMs) => {
    const world = await quietWorld();
    const before = watch(world, 0);
    await world.clock.advance(100);
    expect(before.answer).toBe(true);
    world.asked.length = 0;
    world.clock.jump(HOUR_MS);
    const asked = watch(world, maxAgeMs);
    await world.clock.settle();
    expect(asked.answer).toBeNull();
    await world.clock.advance(100);
    expect(asked.answer).toBe(true);
    expect(world.asked.length).toBeGreaterThanOrEqual(2);
  });

  it('by a pull during which the machine slept, which is told as the sleep it was', async () => {
    const world = await quietWorld();
    const asked = watch(world, 0);
    await world.clock.advance(15);
    world.clock.jump(HOUR_MS);
    const requests = world.asked.length;
    await world.clock.advance(8);
    expect(asked.answer).toBeNull();
    await world.clock.advance(100);
    expect(asked.answer).toBe(true);
    expect(world.asked.length).toBeGreaterThanOrEqual(requests + 2);
  });

  it('by a wall clock that was set back', async () => {
    const world = await quietWorld();
    await world.clock.advance(2 * SECOND_MS);
    world.clock.jump(-3 * SECOND_MS);
    const asked = watch(world, SECOND_MS);
    await world.clock.settle();
    expect(asked.answer).toBeNull();
    await world.clock.advance(100);
    expect(asked.answer).toBe(true);
  });

  it('once the puller has ended, nor for those who still waited', async () => {
    const world = await quietWorld();
    world.failing = 'silence';
    const waiting = watch(world, 0);
    await world.clock.advance(100);
    expect(waiting.answer).toBeNull();
    world.stop();
    const late = watch(world, Infinity);
    await world.clock.settle();
    expect([waiting.answer, late.answer]).toEqual([false, false]);
  });
});
