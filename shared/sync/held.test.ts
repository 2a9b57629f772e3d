import { describe, expect, it } from 'vitest';
import { BackendError } from '../backends/backend-error';
import type { IntentBase, OutboxRow } from '../domain/intents';
import { refOf } from '../testing/builders';
import { aReply, CHAT_LATE_MS, OutboxWorld, take } from '../testing/outbox-world';
import { NotOfferedError, TooLateError } from './outbox-errors';

const MINUTE_MS = 60_000;
const base: IntentBase = { messageId: 'm1', version: '1', status: 'open', assigneeId: null };
const colleague = { type: 'agent', id: 'agent-2', name: 'Sample Colleague' } as const;

const headOf = (row: OutboxRow): IntentBase => {
  const head = row.hold?.movement?.head;
  if (head === undefined) throw new Error('The row is not held by a movement.');
  return head;
};
const done = (world: OutboxWorld): string[] => world.backend.performed.map(({ ref }) => ref);

/** A world whose link is down, with a reply that waits. */
async function offlineWithReply(): Promise<OutboxWorld> {
  const world = new OutboxWorld();
  world.online = false;
  await take(world, 1, aReply(), { base });
  return world;
}
async function reconnect(world: OutboxWorld): Promise<void> {
  world.goOnline();
  await world.clock.advance(MINUTE_MS);
}

describe('a reply whose thread moved', () => {
  it('is held with what happened, and nothing leaves', async () => {
    const world = await offlineWithReply();
    const news = world.backend.say('c1', { kind: 'reply', author: colleague });
    world.backend.change('c1', { status: 'resolved', assigneeId: 'agent-2' });
    await reconnect(world);
    expect(world.row(refOf(1))).toMatchObject({
      state: 'held',
      hold: {
        kind: 'moved',
        movement: {
          newMessages: [{ id: news.id, kind: 'reply', authorName: 'Sample Colleague' }],
          status: { from: 'open', to: 'resolved' },
          assignee: { from: null, to: 'agent-2' },
        },
      },
    });
    expect(world.backend.calls).toEqual([]);
    expect(world.journal.get(refOf(1))?.state).toBe('held');
  });

  it('is held after a restart as well, and goes as it is once the agent said so', async () => {
    const world = await offlineWithReply();
    world.backend.say('c1');
    await reconnect(world);
    world.crash();
    world.start();
    await world.clock.advance(MINUTE_MS);
    const sent = world.outbox.sendAsIs(refOf(1), { base: headOf(world.row(refOf(1))) });
    await world.clock.advance(MINUTE_MS);
    expect((await sent).state).toBe('queued');
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('is held again when the thread moved on after what the agent saw', async () => {
    const world = await offlineWithReply();
    world.backend.say('c1');
    await reconnect(world);
    const seen = headOf(world.row(refOf(1)));
    const later = world.backend.say('c1');
    const sent = world.outbox.sendAsIs(refOf(1), { base: seen });
    await world.clock.advance(MINUTE_MS);
    await sent;
    expect(world.row(refOf(1))).toMatchObject({
      state: 'held',
      hold: { movement: { newMessages: [{ id: later.id }] } },
    });
  });

  it('shows also what happens while it is held', async () => {
    const world = await offlineWithReply();
    world.backend.say('c1');
    await reconnect(world);
    const steps = world.row(refOf(1)).evidence.length;
    const later = world.backend.say('c1');
    await world.pullThread('c1');
    await world.clock.advance(10);
    const row = world.row(refOf(1));
    expect(row.hold?.movement?.newMessages.map(({ id }) => id)).toContain(later.id);
    expect(row.evidence).toHaveLength(steps);
    const sent = world.outbox.sendAsIs(refOf(1), { base: headOf(row) });
    await world.clock.advance(MINUTE_MS);
    await sent;
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('is held again when a merge brings an older answer that the agent never saw', async () => {
    const world = await offlineWithReply();
    const brought = world.backend.say('c2', { kind: 'reply', author: colleague });
    await world.clock.advance(MINUTE_MS);
    world.backend.say('c1');
    await reconnect(world);
    world.online = false;
    const released = world.outbox.sendAsIs(refOf(1), { base: headOf(world.row(refOf(1))) });
    world.backend.merge('c2', 'c1');
    await reconnect(world);
    await released;
    expect(world.row(refOf(1))).toMatchObject({
      state: 'held',
      hold: { movement: { newMessages: [{ id: brought.id }] } },
    });
    const again = world.outbox.sendAsIs(refOf(1), { base: headOf(world.row(refOf(1))) });
    await world.clock.advance(MINUTE_MS);
    await again;
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('is let go once however often that is said, and not after it was dropped', async () => {
    const world = await offlineWithReply();
    world.backend.say('c1');
    await reconnect(world);
    const seen = { base: headOf(world.row(refOf(1))) };
    const both = [world.outbox.sendAsIs(refOf(1), seen), world.outbox.sendAsIs(refOf(1), seen)];
    await world.clock.advance(MINUTE_MS);
    await Promise.all(both);
    await expect(world.outbox.sendAsIs(refOf(1), seen)).resolves.toMatchObject({ state: 'accepted' });
    expect(done(world)).toEqual([refOf(1)]);
    const dropped = await offlineWithReply();
    dropped.backend.say('c1');
    await reconnect(dropped);
    const discarded = dropped.outbox.discard(refOf(1));
    await dropped.clock.advance(MINUTE_MS);
    await discarded;
    await expect(dropped.outbox.sendAsIs(refOf(1), seen)).rejects.toThrow(TooLateError);
    expect(done(dropped)).toEqual([]);
  });

  it('holds back the replies behind it, while notes, edits and other conversations pass', async () => {
    const world = await offlineWithReply();
    await take(world, 2, aReply('Two'), { base });
    await take(world, 3, { kind: 'note', text: 'Three', files: [] });
    await take(world, 4, { kind: 'status', status: 'pending' });
    await take(world, 5, aReply('Elsewhere'), { conversationId: 'c2', base });
    world.backend.say('c1');
    await reconnect(world);
    expect(done(world).sort()).toEqual([refOf(3), refOf(4), refOf(5)]);
    expect(world.row(refOf(2))).toMatchObject({ state: 'queued', reason: { kind: 'earlier-first' } });
    const discarded = world.outbox.discard(refOf(1));
    await world.clock.advance(MINUTE_MS);
    await discarded;
    // It has the same base as the first one: now it is its turn to be asked about.
    expect(world.row(refOf(2)).state).toBe('held');
  });

  it('shows no less while a damaged spool is read again', async () => {
    const world = await offlineWithReply();
    world.backend.say('c1', { kind: 'reply', author: colleague });
    await reconnect(world);
    const shown = world.row(refOf(1)).hold;
    const whole = world.backend.head('c1');
    world.backend.head = () => ({ ...whole, messages: whole.messages.slice(0, -1) });
    await world.pullThread('c1');
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1)).hold).toEqual(shown);
  });

  it('is not held by what this outbox did itself', async () => {
    const world = await offlineWithReply();
    await take(world, 2, { kind: 'status', status: 'pending' }, { base });
    await take(world, 3, { kind: 'assign', assigneeId: 'agent-9' }, { base });
    await take(world, 4, aReply('And another'), { base });
    await reconnect(world);
    expect(done(world)).toEqual([refOf(1), refOf(2), refOf(3), refOf(4)]);
  });

  it('is held by a reply of the same agent from another device', async () => {
    const world = await offlineWithReply();
    const self = { type: 'agent', id: 'agent-1', name: 'Sample Agent' } as const;
    world.backend.say('c1', { kind: 'reply', author: self, clientRef: refOf(99).replace('0a0a', '0b0b') });
    await reconnect(world);
    expect(world.row(refOf(1)).state).toBe('held');
  });

  it('stays queued while the thread cannot be read, and leaves when it can', async () => {
    const world = new OutboxWorld();
    world.readable = false;
    await take(world, 1, aReply(), { base });
    await world.clock.advance(10 * MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'queued', reason: { kind: 'thread-unread' } });
    expect(world.backend.calls).toEqual([]);
    world.readable = true;
    await world.clock.advance(5_000);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('leaves a helpdesk alone that asks for time instead of showing the thread, and so do the others', async () => {
    const world = new OutboxWorld();
    world.unwilling = new BackendError('rate-limited', 'Slow down.', 429, 120_000);
    await take(world, 1, aReply(), { base });
    await take(world, 2, aReply(), { base, conversationId: 'c2' });
    await world.clock.advance(110_000);
    expect(world.threadsAsked).toBeLessThanOrEqual(2);
    world.unwilling = null;
    await world.clock.advance(120_000);
    expect(done(world).toSorted()).toEqual([refOf(1), refOf(2)]);
  });

  it('asks ever more rarely while the helpdesk breaks down over the thread', async () => {
    const world = new OutboxWorld();
    world.unwilling = new BackendError('server', 'Out of order.', 500);
    for (let n = 1; n <= 20; n += 1) await take(world, n, aReply(), { base, conversationId: `c${n}` });
    await world.clock.advance(10 * MINUTE_MS);
    expect(world.threadsAsked).toBeLessThan(300);
  });
});

describe('a reply with a file', () => {
  it('is held when the thread moves while the file goes up', async () => {
    const hash = 'a'.repeat(64);
    const world = new OutboxWorld({ files: { [hash]: new Uint8Array([1, 2, 3]) } });
    const files = [{ hash, name: 'sample.bin', mediaType: '', size: 3 }];
    const reply = { kind: 'reply', text: 'See the file', files, statusAfter: null } as const;
    await take(world, 1, reply, { base });
    await world.clock.advanceUntil(() => world.backend.calls.length === 1, 1_000);
    world.backend.say('c1', { kind: 'reply', author: colleague });
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'held', attempts: 0 });
    const sent = world.outbox.sendAsIs(refOf(1), { base: headOf(world.row(refOf(1))) });
    await world.clock.advance(MINUTE_MS);
    await sent;
    expect(world.row(refOf(1)).state).toBe('accepted');
    expect(world.backend.calls).toEqual([`upload ${refOf(1)}.0`, `perform ${refOf(1)}`]);
  });
});

describe('a conversation that is not there any more', () => {
  it('merged: is held with where it lives, and goes there once the agent agreed', async () => {
    const world = await offlineWithReply();
    world.backend.merge('c1', 'c7');
    await reconnect(world);
    expect(world.row(refOf(1))).toMatchObject({ state: 'held', hold: { kind: 'merged', into: 'c7' } });
    const seen = { base: headOf(world.row(refOf(1))), toConversationId: 'c7' };
    const sent = world.outbox.sendAsIs(refOf(1), seen);
    await world.clock.advance(MINUTE_MS);
    await sent;
    expect(world.backend.performed[0]?.operation.conversationId).toBe('c7');
    expect(world.row(refOf(1)).intent.conversationId).toBe('c1');
    world.pullAll();
    await world.clock.advance(10);
    expect(world.row(refOf(1)).state).toBe('delivered');
  });

  it('merged: nothing goes anywhere the hold did not name', async () => {
    const world = await offlineWithReply();
    world.backend.merge('c1', 'c7');
    await reconnect(world);
    const seen = { base: headOf(world.row(refOf(1))), toConversationId: 'c8' };
    const sent = world.outbox.sendAsIs(refOf(1), seen);
    await world.clock.advance(MINUTE_MS);
    await sent;
    expect(world.row(refOf(1))).toMatchObject({ state: 'held', hold: { kind: 'merged', into: 'c7' } });
    expect(done(world)).toEqual([]);
  });

  it('merged: a note is held after the helpdesk refused it', async () => {
    const world = new OutboxWorld();
    world.backend.merge('c1', 'c7');
    await take(world, 1, { kind: 'note', text: 'x', files: [] });
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'held', hold: { kind: 'merged', into: 'c7' } });
  });

  it('deleted: is parked, whatever it was', async () => {
    const world = await offlineWithReply();
    await take(world, 2, { kind: 'status', status: 'open' });
    world.backend.remove('c1');
    await reconnect(world);
    expect(world.row(refOf(1))).toMatchObject({ state: 'parked', reason: { kind: 'gone' } });
    expect(world.row(refOf(2))).toMatchObject({ state: 'parked', reason: { kind: 'gone' } });
  });
});

describe('a reply in a live chat', () => {
  async function offlineChat(): Promise<OutboxWorld> {
    const world = new OutboxWorld();
    world.backend.change('c1', { channel: 'chat' });
    world.online = false;
    await take(world, 1, aReply(), { base, delayMs: 5_000 });
    return world;
  }

  it('is not held by further lines of the customer', async () => {
    const world = new OutboxWorld();
    world.backend.change('c1', { channel: 'chat', status: 'pending' });
    await take(world, 1, aReply(), { base: { ...base, status: 'pending' }, delayMs: 5_000 });
    world.backend.say('c1');
    world.backend.change('c1', { status: 'open' });
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('is held while the link is still down, three minutes after its undo time ended', async () => {
    const world = await offlineChat();
    await world.clock.advance(5_000 + CHAT_LATE_MS - 100);
    expect(world.row(refOf(1)).state).toBe('queued');
    await world.clock.advance(200);
    expect(world.row(refOf(1))).toMatchObject({ state: 'held', hold: { kind: 'late', channel: 'chat' } });
    await reconnect(world);
    expect(done(world)).toEqual([]);
  });

  it('is held also when the program was closed meanwhile', async () => {
    const world = await offlineChat();
    await world.clock.advance(10_000);
    world.crash();
    await world.clock.advance(CHAT_LATE_MS);
    world.online = true;
    world.start();
    await world.clock.advance(1_000);
    expect(world.row(refOf(1)).state).toBe('held');
    expect(done(world)).toEqual([]);
  });

  it('is not late because the wall clock jumped', async () => {
    const world = await offlineChat();
    world.clock.jump(86_400_000);
    await world.clock.advance(10_000);
    expect(world.row(refOf(1)).state).toBe('queued');
  });

  it('is held also when nobody knew that it was a chat until its thread could be read', async () => {
    const world = await offlineChat();
    world.forget = true;
    await world.clock.advance(10 * MINUTE_MS);
    expect(world.row(refOf(1)).state).toBe('queued');
    world.forget = false;
    await reconnect(world);
    expect(world.row(refOf(1))).toMatchObject({ state: 'held', hold: { kind: 'late' } });
    expect(done(world)).toEqual([]);
  });

  it('leaves late when the agent says so, counted anew from then', async () => {
    const world = await offlineChat();
    await world.clock.advance(10 * MINUTE_MS);
    const sent = world.outbox.sendAsIs(refOf(1), { base });
    await world.clock.advance(MINUTE_MS);
    await sent;
    expect(world.row(refOf(1)).state).toBe('queued');
    await reconnect(world);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('leaves as a mail when the agent chose that, and is then never late', async () => {
    const world = await offlineChat();
    await world.clock.advance(10 * MINUTE_MS);
    const sent = world.outbox.sendByMail(refOf(1), base);
    await world.clock.advance(10 * MINUTE_MS);
    await sent;
    await reconnect(world);
    expect(world.backend.performed[0]?.operation).toMatchObject({ ref: refOf(1), via: 'email' });
  });

  it('is not offered as a mail where the backend cannot', async () => {
    const world = await offlineChat();
    world.backend.descriptor.supports.chatByMail = false;
    await world.clock.advance(10 * MINUTE_MS);
    await expect(world.outbox.sendByMail(refOf(1), base)).rejects.toThrow(NotOfferedError);
    expect(world.row(refOf(1)).state).toBe('held');
  });

  it('a mail waits as long as it has to', async () => {
    const world = await offlineWithReply();
    await world.clock.advance(60 * MINUTE_MS);
    expect(world.row(refOf(1)).state).toBe('queued');
    await reconnect(world);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });
});

describe('a reply that fails again and again', () => {
  it("is parked with the server's words after ten minutes, though each failure might have passed", async () => {
    const world = new OutboxWorld({ tier: 'T2', fault: (call) => (call === 'perform' ? 'server' : 'none') });
    await take(world, 1, aReply());
    await world.clock.advance(5 * MINUTE_MS);
    expect(['queued', 'unknown', 'sending']).toContain(world.row(refOf(1)).state);
    await world.clock.advance(30 * MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({
      state: 'parked',
      reason: { kind: 'keeps-failing', detail: 'made to fail: server' },
    });
  });

  it('is given its ten minutes also after hours offline, so that a short outage parks nothing', async () => {
    const world = new OutboxWorld({ tier: 'T2', fault: (call) => (call === 'perform' ? 'server' : 'none') });
    world.online = false;
    await take(world, 1, aReply());
    await world.clock.advance(120 * MINUTE_MS);
    world.goOnline();
    await world.clock.advance(9 * MINUTE_MS);
    expect(world.row(refOf(1)).attempts).toBeGreaterThan(8);
    expect(world.row(refOf(1)).state).not.toBe('parked');
    await world.clock.advance(30 * MINUTE_MS);
    expect(world.row(refOf(1)).state).toBe('parked');
  });
});
