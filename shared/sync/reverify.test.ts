import { describe, expect, it } from 'vitest';
import { refOf } from '../testing/builders';
import { aReply, failing, OutboxWorld, take, type OutboxWorldOptions } from '../testing/outbox-world';

const DAY_MS = 24 * 3_600_000;

/** Two replies that the helpdesk has confirmed and shown. */
async function withTwoDelivered(options: OutboxWorldOptions = {}): Promise<OutboxWorld> {
  const world = new OutboxWorld({ blind: true, tier: 'T2', ...options });
  await take(world, 1, aReply('First'));
  await take(world, 2, aReply('Second'), { conversationId: 'c2' });
  await world.clock.advance(1_000);
  world.pullAll();
  await world.clock.advance(100);
  expect(statesOf(world)).toEqual(['delivered', 'delivered']);
  return world;
}
const statesOf = (world: OutboxWorld): string[] => world.outbox.rows().map(({ state }) => state);
/** As a restore from a backup leaves the helpdesk: the newest is gone. */
const forgetNewest = (world: OutboxWorld): unknown => world.backend.performed.pop();

describe('after the helpdesk was restored from a backup', () => {
  it('parks what is no longer there, keeps what is, and resends nothing by itself', async () => {
    const world = await withTwoDelivered();
    forgetNewest(world);
    void world.outbox.reverify('a1', world.clock.now());
    await world.clock.advance(120_000);
    expect(statesOf(world)).toEqual(['delivered', 'parked']);
    expect(world.row(refOf(2)).reason).toEqual({ kind: 'rolled-back', detail: null });
    expect(world.backend.performed.map(({ ref }) => ref)).toEqual([refOf(1)]);
  });

  it('says it again only when the agent asks for it', async () => {
    const world = await withTwoDelivered();
    forgetNewest(world);
    void world.outbox.reverify('a1', world.clock.now());
    await world.clock.advance(1_000);
    const resending = world.outbox.resend(refOf(2));
    await world.clock.advance(5_000);
    await resending;
    expect(world.backend.performed.map(({ ref }) => ref)).toEqual([refOf(1), refOf(2)]);
  });

  it('parks also what a late page of its old life calls seen while it is looked for', async () => {
    const world = new OutboxWorld({ blind: true, tier: 'T2' });
    await take(world, 1, aReply());
    await world.clock.advance(1_000);
    const late = world.backend.feed();
    forgetNewest(world);
    void world.outbox.reverify('a1', world.clock.now());
    world.outbox.pulled('a1', { changes: late, seq: null, caughtUp: true });
    await world.clock.advance(120_000);
    expect(statesOf(world)).toEqual(['parked']);
  });

  it('parks also what was on its way then and is called taken by an answer of the old life', async () => {
    const world = new OutboxWorld({ blind: true, tier: 'T2' });
    await take(world, 1, aReply());
    await world.clock.advanceUntil(() => world.backend.performed.length === 1, 1_000);
    expect(statesOf(world)).toEqual(['sending']);
    forgetNewest(world);
    void world.outbox.reverify('a1', world.clock.now());
    await world.clock.advance(120_000);
    expect(statesOf(world)).toEqual(['parked']);
  });

  it('looks again for as long as the link fails, and changes nothing meanwhile', async () => {
    const world = await withTwoDelivered({
      fault: failing('findByRef', ...Array<'no-answer'>(6).fill('no-answer')),
    });
    forgetNewest(world);
    void world.outbox.reverify('a1', world.clock.now());
    await world.clock.advance(100);
    expect(statesOf(world)).toEqual(['delivered', 'delivered']);
    await world.clock.advance(10 * 60_000);
    expect(statesOf(world)).toEqual(['delivered', 'parked']);
  });

  it.each([
    ['one may not be looked for', 'forbidden'],
    ['the thread of one is too long to be looked through', 'too-long'],
  ] as const)(
    'goes on with the others where %s, and proves nothing about that one',
    async (_title, fault) => {
      const world = await withTwoDelivered({
        fault: (call, ref) => (call === 'findByRef' && ref === refOf(1) ? fault : 'none'),
      });
      forgetNewest(world);
      let done: boolean | null = null;
      void world.outbox.reverify('a1', world.clock.now()).then((all) => (done = all));
      await world.clock.advance(10 * 60_000);
      expect(statesOf(world)).toEqual(['delivered', 'parked']);
      expect(done).toBe(true);
    },
  );

  it('leaves alone what was confirmed more than a week ago, and a helpdesk that can prove nothing', async () => {
    const old = await withTwoDelivered();
    old.clock.jump(8 * DAY_MS);
    const blind = await withTwoDelivered({ tier: 'T4' });
    for (const world of [old, blind]) {
      forgetNewest(world);
      void world.outbox.reverify('a1', world.clock.now());
      await world.clock.advance(120_000);
      expect(statesOf(world)).toEqual(['delivered', 'delivered']);
    }
  });
});
