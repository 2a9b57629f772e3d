import { describe, expect, it } from 'vitest';
import type { IntentAction, IntentBase } from '../domain/intents';
import { anIntent, refOf } from '../testing/builders';
import { NotOfferedError, TooLateError } from './outbox-errors';
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
const FROM = 'old.desk.invalid';
async function move(world: OutboxWorld, upTo = world.outbox.newestOrder(), at = 0): Promise<void> {
  world.removed = true;
  const moved = world.outbox.moved('a1', { upTo, at, from: FROM });
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
    expect(world.outbox.rows().map(({ reason }) => reason)).toEqual(
      Array(3).fill({ kind: 'elsewhere', detail: FROM }),
    );
    expect(sent(world)).toEqual([]);
  });

  it('what is decided since leaves, and what was decided before never does, it can only be dropped', async () => {
    const world = await waiting();
    await move(world);
    await take(world, 4, NOTE, { conversationId: 'c2' });
    await world.clock.advance(MINUTE_MS);
    await expect(world.outbox.resend(refOf(2))).rejects.toThrow(NotOfferedError);
    await expect(world.outbox.settle(refOf(2), { notThere: true })).rejects.toThrow(TooLateError);
    await world.clock.advance(MINUTE_MS);
    expect(sent(world)).toEqual([refOf(4)]);
    // As every start says it again.
    await move(world, 3);
    expect(states(world)).toEqual(['parked', 'parked', 'parked', 'accepted']);
    const dropped = world.outbox.discard(refOf(2));
    await world.clock.advance(MINUTE_MS);
    expect((await dropped).state).toBe('discarded');
  });

  it('what the helpdesk before had refused is not sent to the new one either', async () => {
    const world = new OutboxWorld({ tier: 'T2', fault: failing('perform', 'invalid') });
    await take(world, 1, NOTE, { base });
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1)).reason?.kind).toBe('refused-by-server');
    await move(world);
    expect(world.row(refOf(1)).reason).toEqual({ kind: 'elsewhere', detail: FROM });
    await expect(world.outbox.resend(refOf(1))).rejects.toThrow(NotOfferedError);
    expect(sent(world)).toEqual([]);
  });

  it('what a page decided before and brings since does not leave; what it decides since does', async () => {
    const world = await waiting();
    const at = world.clock.now();
    await world.clock.advance(MINUTE_MS);
    await move(world, world.outbox.newestOrder(), at);
    await take(world, 4, NOTE, { conversationId: 'c4', decidedAt: at - 1 });
    await take(world, 5, NOTE, { conversationId: 'c5', decidedAt: at + 1 });
    await world.clock.advance(MINUTE_MS);
    expect(sent(world)).toEqual([refOf(5)]);
    expect(world.row(refOf(4)).reason?.kind).toBe('elsewhere');
  });

  it('a move that was dated by a clock which was wrong makes nothing older than itself', async () => {
    const world = await waiting();
    await move(world, world.outbox.newestOrder(), world.clock.now() + 1_000 * MINUTE_MS);
    await take(world, 4, NOTE, { conversationId: 'c4', decidedAt: world.clock.now() });
    await world.clock.advance(MINUTE_MS);
    expect(sent(world)).toEqual([refOf(4)]);
  });

  it('an id of the new one that coincides proves nothing delivered and is nobody’s own doing', async () => {
    const world = new OutboxWorld({ tier: 'T2' });
    await take(world, 1, aReply('For the one before'), { base });
    await world.clock.advance(MINUTE_MS);
    const coinciding = world.row(refOf(1)).serverId;
    await move(world);
    expect(world.row(refOf(1))).toMatchObject({ state: 'delivered' });
    expect(world.row(refOf(1)).evidence.at(-1)?.note).toBe(
      'taken by the helpdesk that its account was before',
    );
    // The colleague’s note at the new one that has the very id.
    const message = world.backend.head('c1').messages.find(({ id }) => id === coinciding)!;
    Object.assign(message, { clientRef: null, author: { ...message.author, id: 'agent-9' } });
    await take(world, 2, aReply('For the new one'), { base });
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(2))).toMatchObject({ state: 'held', hold: { kind: 'moved' } });
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
    expect(world.row(refOf(2))).toMatchObject({ reason: { kind: 'elsewhere' }, hold: { kind: 'unproven' } });
    expect(world.backend.calls.filter((call) => call.startsWith('findByRef'))).toEqual([]);
  });

  it('a start in between parks before anything leaves, also what the end of the last run cut off', async () => {
    const world = await waiting();
    world.online = true;
    world.outbox.wake('a1');
    await world.clock.advanceUntil(() => states(world).includes('sending'), 1_000);
    world.crash();
    const upTo = 3;
    world.beforeRun = (outbox) => void outbox.moved('a1', { upTo, at: 0, from: FROM });
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
    expect(states(world)).toEqual(['delivered']);
  });
});
