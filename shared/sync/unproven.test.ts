import { describe, expect, it } from 'vitest';
import type { IntentBase } from '../domain/intents';
import { anIntent, refOf } from '../testing/builders';
import { LOOKED_AT, type Fault } from '../testing/fake-backend';
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

describe('a reply in a thread too long to be looked through', () => {
  /** The helpdesk takes it (or not), the answer is lost, and no search comes to an end. */
  async function searched(fault: Fault): Promise<OutboxWorld> {
    const world = new OutboxWorld({
      tier: 'T2',
      fault: (call) => (call === 'findByRef' ? 'too-long' : call === 'perform' ? fault : 'none'),
    });
    await take(world, 1, aReply(), { base });
    await world.clock.advance(MINUTE_MS / 2);
    return world;
  }
  async function inVain(fault: Fault): Promise<OutboxWorld> {
    const world = await searched(fault);
    expect(world.row(refOf(1))).toMatchObject({ state: 'unknown' });
    return world;
  }
  const searches = (world: OutboxWorld): number =>
    world.backend.calls.filter((call) => call.startsWith('findByRef')).length;

  it('is looked for three times, more and more rarely, then shown to the agent with how far was looked', async () => {
    const world = await inVain('drop');
    const words = world.backend.say('c1');
    expect(searches(world)).toBe(1);
    await world.clock.advance(MINUTE_MS);
    expect(searches(world)).toBe(2);
    await world.clock.advance(3 * MINUTE_MS);
    expect(world.row(refOf(1)).state).toBe('unknown');
    await world.clock.advance(2 * MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({
      state: 'parked',
      reason: { kind: 'no-answer' },
      hold: { kind: 'unproven', looked: LOOKED_AT, movement: { newMessages: [{ id: words.id }] } },
    });
    await world.clock.advance(24 * 60 * MINUTE_MS);
    expect([searches(world), done(world)]).toEqual([3, []]);
  });

  it('slows nothing else of its account down', async () => {
    const world = await inVain('drop');
    for (const of of [2, 3, 4, 5]) {
      const taken = world.outbox.accept(
        anIntent(of, { kind: 'note', text: 'Sample', files: [] }, { conversationId: `c${of}` }),
      );
      await world.clock.advance(5);
      await taken;
    }
    await world.clock.advance(100);
    expect(world.backend.calls.filter((call) => call.startsWith('perform'))).toHaveLength(5);
  });

  it('counts its searches on over a restart', async () => {
    const world = await inVain('drop');
    for (const _restart of [1, 2]) {
      world.crash();
      world.start();
      await world.clock.advance(2_000);
    }
    expect([searches(world), world.row(refOf(1)).state]).toEqual([3, 'parked']);
  });

  it('is delivered when the agent finds it there, and sent again only when the agent says it is not', async () => {
    for (const [outcome, state, times] of [
      [{ arrived: 'm1' }, 'delivered', 1],
      [{ notThere: true }, 'unknown', 2],
    ] as const) {
      const world = await inVain('drop');
      await world.clock.advance(6 * MINUTE_MS);
      const tries = () => world.backend.calls.filter((call) => call.startsWith('perform')).length;
      expect(tries()).toBe(1);
      const settled = world.outbox.settle(refOf(1), outcome);
      await world.clock.advance(5_000);
      await settled;
      expect(world.row(refOf(1)).state).toBe(state);
      expect(tries()).toBe(times);
    }
  });

  it('can be dropped by the agent', async () => {
    const world = await inVain('drop');
    await world.clock.advance(6 * MINUTE_MS);
    const dropped = world.outbox.discard(refOf(1));
    await world.clock.advance(100);
    expect((await dropped).state).toBe('discarded');
  });

  it('is known to be there by its reference among the newest messages, without a search to the end', async () => {
    const world = await searched('commit-drop');
    expect(world.row(refOf(1))).toMatchObject({ state: 'accepted', serverId: 's1' });
    await world.clock.advance(60 * MINUTE_MS);
    expect([searches(world), done(world)]).toEqual([1, [refOf(1)]]);
  });

  it('is delivered as soon as the feed brings it, whatever no search could find', async () => {
    const world = new OutboxWorld({
      tier: 'T2',
      fault: (call) => (call === 'findByRef' ? 'too-long' : call === 'perform' ? 'commit-drop' : 'none'),
    });
    await take(world, 1, aReply(), { base });
    await world.clock.advance(500);
    world.readable = false;
    await world.clock.advance(MINUTE_MS / 2);
    expect([world.row(refOf(1)).state, searches(world)]).toEqual(['unknown', 1]);
    world.pullAll();
    await world.clock.advance(100);
    expect(world.row(refOf(1)).state).toBe('delivered');
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
