import { describe, expect, it } from 'vitest';
import type { IntentBase } from '../domain/intents';
import { refOf } from '../testing/builders';
import type { Fault } from '../testing/fake-backend';
import { aReply, failing, OutboxWorld, take } from '../testing/outbox-world';
import { TooLateError } from './outbox-errors';

const MINUTE_MS = 60_000;
const base: IntentBase = { messageId: 'm1', version: '1', status: 'open', assigneeId: null };
const done = (world: OutboxWorld): string[] => world.backend.performed.map(({ ref }) => ref);

describe('a reply whose outcome only the agent can tell', () => {
  async function doubtful(fault: Fault): Promise<OutboxWorld> {
    const world = new OutboxWorld({ tier: 'T4', fault: failing('perform', fault) });
    await take(world, 1, aReply(), { base });
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'parked', hold: { kind: 'unproven' } });
    return world;
  }

  it('shows what came into the thread, and is delivered once the agent found it there', async () => {
    const world = await doubtful('commit-drop');
    const [candidate] = world.row(refOf(1)).hold?.movement?.newMessages ?? [];
    expect(candidate?.id).toBe('s1');
    const settled = world.outbox.settle(refOf(1), { arrived: 's1' });
    await world.clock.advance(MINUTE_MS);
    await settled;
    await expect(world.outbox.settle(refOf(1), { arrived: 's1' })).resolves.toMatchObject({ serverId: 's1' });
    expect(world.row(refOf(1))).toMatchObject({ state: 'delivered', serverId: 's1' });
    expect(done(world)).toEqual([refOf(1)]);
  });

  it('is sent again once the agent said that it is not there', async () => {
    const world = await doubtful('drop');
    const settled = [1, 2].map(() => world.outbox.settle(refOf(1), { notThere: true }));
    await world.clock.advance(MINUTE_MS);
    await Promise.all(settled);
    expect(world.row(refOf(1)).state).toBe('accepted');
    expect(done(world)).toEqual([refOf(1)]);
  });

  it('is held when the thread moved on after what was on screen when the agent said so', async () => {
    const world = await doubtful('drop');
    const onScreen = world.row(refOf(1)).hold?.movement?.head ?? base;
    const later = world.backend.say('c1');
    await world.pullThread('c1');
    await world.clock.advance(10);
    expect(world.row(refOf(1)).hold?.movement?.head.messageId).toBe(later.id);
    const settled = world.outbox.settle(refOf(1), { notThere: true, base: onScreen });
    await world.clock.advance(MINUTE_MS);
    await settled;
    expect(world.row(refOf(1))).toMatchObject({
      state: 'held',
      hold: { kind: 'moved', movement: { newMessages: [{ id: later.id }] } },
    });
    expect(done(world)).toEqual([]);
  });

  it('takes no such word where the outcome is known', async () => {
    const world = new OutboxWorld({ fault: failing('perform', 'invalid') });
    await take(world, 1, aReply());
    await world.clock.advance(MINUTE_MS);
    await expect(world.outbox.settle(refOf(1), { notThere: true })).rejects.toThrow(TooLateError);
  });
});

describe('a reply whose account was removed before its outcome was known', () => {
  it('can be dropped, for nobody will ever look for it; with its account it cannot', async () => {
    const world = new OutboxWorld({ tier: 'T2', settleMs: 30_000, fault: failing('perform', 'drop') });
    await take(world, 1, aReply(), { base });
    await world.clock.advance(10_000);
    expect(world.row(refOf(1)).state).toBe('unknown');
    await expect(world.outbox.discard(refOf(1))).rejects.toThrow(TooLateError);
    world.removed = true;
    await world.clock.advance(MINUTE_MS);
    const dropped = world.outbox.discard(refOf(1));
    await world.clock.advance(100);
    expect((await dropped).state).toBe('discarded');
    world.removed = false;
    world.goOnline();
    await world.clock.advance(MINUTE_MS);
    expect([world.row(refOf(1)).state, done(world)]).toEqual(['discarded', []]);
  });
});
