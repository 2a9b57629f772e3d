import { describe, expect, it } from 'vitest';
import type { IntentAction, IntentBase } from '../domain/intents';
import { anIntent, refOf } from '../testing/builders';
import { aReply, failing, OutboxWorld, take, type OutboxWorldOptions } from '../testing/outbox-world';

const MINUTE_MS = 60_000;
const base: IntentBase = { messageId: 'm1', version: '1', status: 'open', assigneeId: null };
const NOTE: IntentAction = { kind: 'note', text: 'Sample note', files: [] };
const EDIT: IntentAction = { kind: 'status', status: 'resolved' };

/** A reply, a note and an edit that wait, each in a conversation of its own, while the link is down. */
async function waiting(options: OutboxWorldOptions = {}): Promise<OutboxWorld> {
  const world = new OutboxWorld({ tier: 'T2', ...options });
  world.online = false;
  await take(world, 1, aReply(), { base });
  await take(world, 2, NOTE, { conversationId: 'c2', base });
  await take(world, 3, EDIT, { conversationId: 'c3', base });
  return world;
}
async function move(world: OutboxWorld, upTo = world.outbox.newestOrder()): Promise<void> {
  world.removed = true;
  const moved = world.outbox.moved('a1', upTo);
  await world.clock.advance(30_000);
  await moved;
  world.removed = false;
  world.goOnline();
  await world.clock.advance(10 * MINUTE_MS);
}
const states = (world: OutboxWorld) => world.outbox.rows().map(({ state }) => state);
const sent = (world: OutboxWorld) => world.backend.performed.map(({ ref }) => ref);

describe('when an account was pointed at another helpdesk', () => {
  it('what was decided before, reply, note or edit, waits for the agent and says why', async () => {
    const world = await waiting();
    await move(world);
    expect(states(world)).toEqual(['parked', 'parked', 'parked']);
    expect(world.outbox.rows().map(({ reason }) => reason?.kind)).toEqual(Array(3).fill('elsewhere'));
    expect(sent(world)).toEqual([]);
  });

  it('what is decided since leaves, and what the agent sends there all the same leaves once', async () => {
    const world = await waiting();
    await move(world);
    await take(world, 4, NOTE, { conversationId: 'c2' });
    const resent = world.outbox.resend(refOf(2));
    await world.clock.advance(MINUTE_MS);
    await resent;
    expect(sent(world)).toEqual([refOf(4), refOf(2)]);
    // As every start says it again.
    await move(world, 3);
    expect(world.row(refOf(2)).state).toBe('accepted');
  });

  it('what was perhaps done at the one before is shown to the agent, and neither looked for nor sent again', async () => {
    const world = new OutboxWorld({
      tier: 'T2',
      settleMs: 20_000,
      fault: failing('perform', 'drop', 'drop'),
    });
    await take(world, 1, aReply(), { base });
    await world.clock.advance(1_000);
    expect(states(world)).toEqual(['unknown']);
    const onItsWay = world.outbox.accept(anIntent(2, NOTE, { conversationId: 'c2' }));
    await world.clock.advanceUntil(() => states(world).includes('sending'), 1_000);
    await onItsWay;
    await move(world);
    expect(states(world)).toEqual(['parked', 'parked']);
    expect(world.row(refOf(2))).toMatchObject({ reason: { kind: 'no-answer' }, hold: { kind: 'unproven' } });
    expect(world.backend.calls.filter((call) => call.startsWith('findByRef'))).toEqual([]);
  });

  it('a start in between parks before anything leaves, also what the end of the last run cut off', async () => {
    const world = await waiting();
    world.online = true;
    world.outbox.wake('a1');
    await world.clock.advanceUntil(() => states(world).includes('sending'), 1_000);
    world.crash();
    const upTo = 3;
    world.beforeRun = (outbox) => void outbox.moved('a1', upTo);
    world.start();
    await world.clock.advance(10 * MINUTE_MS);
    expect(states(world).filter((state) => state !== 'parked')).toEqual([]);
    expect(world.backend.calls.filter((call) => call.startsWith('findByRef'))).toEqual([]);
  });

  it('what was confirmed before is not missed at the new one', async () => {
    const world = new OutboxWorld({ tier: 'T2', blind: true });
    await take(world, 1, aReply());
    await world.clock.advance(1_000);
    await move(world);
    world.backend.performed.pop();
    const looked = world.outbox.reverify('a1', world.clock.now());
    await world.clock.advance(MINUTE_MS);
    expect(await looked).toBe(true);
    expect(states(world)).toEqual(['accepted']);
  });
});
