import { describe, expect, it, vi } from 'vitest';
import { anIntent, refOf } from '../testing/builders';
import type { Fault } from '../testing/fake-backend';
import { aReply, failing, OutboxWorld, take } from '../testing/outbox-world';
import { ReusedRefError, TooLateError, UnknownRefError } from './outbox-errors';

const MINUTE_MS = 60_000;

describe('an intent that is taken', () => {
  it('is answered only after it is in the journal, and then leaves once', async () => {
    const world = new OutboxWorld();
    let answered = false;
    void world.outbox.accept(anIntent(1, aReply())).then(() => (answered = true));
    await world.clock.settle();
    expect([answered, world.journal.size]).toEqual([false, 0]);
    await world.clock.advance(10);
    expect([answered, world.journal.size]).toEqual([true, 1]);
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'accepted', serverId: 's1', attempts: 1 });
    expect(world.backend.calls).toEqual([`perform ${refOf(1)}`]);
  });

  it('walks queued, sending, accepted, delivered, and shows only what is durable', async () => {
    const world = new OutboxWorld();
    await take(world, 1, aReply());
    await world.clock.advance(MINUTE_MS);
    world.pullAll();
    await world.clock.advance(10);
    expect(world.shown.map((row) => row.state)).toEqual(['queued', 'sending', 'accepted', 'delivered']);
    expect(world.shown.map((row) => row.revision)).toEqual([1, 2, 3, 4]);
    expect(world.journal.get(refOf(1))?.state).toBe('delivered');
  });

  it('is taken once however often it comes, also at the same time and after it was sent', async () => {
    const world = new OutboxWorld();
    const both = [world.outbox.accept(anIntent(1, aReply())), world.outbox.accept(anIntent(1, aReply()))];
    await world.clock.advance(MINUTE_MS);
    const [first, second] = await Promise.all(both);
    expect(second).toEqual(first);
    await expect(world.outbox.accept(anIntent(1, aReply()))).resolves.toMatchObject({ state: 'accepted' });
    expect(world.backend.performed).toHaveLength(1);
  });

  it('is still recognised after a restart', async () => {
    const world = new OutboxWorld();
    await take(world, 1, aReply());
    await world.clock.advance(MINUTE_MS);
    world.crash();
    world.start();
    await expect(world.outbox.accept(anIntent(1, aReply()))).resolves.toMatchObject({ state: 'accepted' });
    await world.clock.advance(MINUTE_MS);
    expect(world.backend.performed).toHaveLength(1);
  });

  it('stands after everything before it, also when the program was closed for weeks', async () => {
    const world = new OutboxWorld();
    await take(world, 1, aReply());
    await world.clock.advance(MINUTE_MS);
    world.pullAll();
    await world.clock.advance(10);
    const before = world.row(refOf(1));
    world.crash();
    await world.clock.advance(30 * 24 * 60 * MINUTE_MS);
    world.start();
    await take(world, 2, aReply());
    expect(world.row(refOf(2))?.order).toBeGreaterThan(before?.order ?? 0);
    expect(world.row(refOf(2))?.revision).toBeGreaterThan(before?.revision ?? 0);
  });

  it('is refused when its reference belongs to another intent', async () => {
    const world = new OutboxWorld();
    await take(world, 1, aReply('One'));
    await expect(world.outbox.accept(anIntent(1, aReply('Two')))).rejects.toThrow(ReusedRefError);
  });

  it('is not taken when the journal cannot write, and can be tried again', async () => {
    const world = new OutboxWorld();
    world.diskFull = true;
    const failed = expect(world.outbox.accept(anIntent(1, aReply()))).rejects.toThrow('ENOSPC');
    await world.clock.advance(10);
    await failed;
    expect(world.outbox.rows()).toEqual([]);
    world.diskFull = false;
    await take(world, 1, aReply());
    await world.clock.advance(MINUTE_MS);
    expect(world.backend.performed).toHaveLength(1);
  });
});

describe('undo time', () => {
  it('holds the intent back, and undo takes it back before anybody saw it', async () => {
    const world = new OutboxWorld();
    await take(world, 1, aReply(), { delayMs: 5_000 });
    expect(world.row(refOf(1))).toMatchObject({ state: 'delayed', reason: { kind: 'undo-time' } });
    await world.clock.advance(4_000);
    const undone = world.outbox.undo(refOf(1));
    await world.clock.advance(MINUTE_MS);
    expect((await undone).state).toBe('discarded');
    expect(world.backend.calls).toEqual([]);
  });

  it('goes on after a restart and ends in a send', async () => {
    const world = new OutboxWorld();
    await take(world, 1, aReply(), { delayMs: 5_000 });
    world.crash();
    await world.clock.advance(2_000);
    world.start();
    await world.clock.advance(2_900);
    expect(world.backend.calls).toEqual([]);
    await world.clock.advance(200);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it.each([86_400_000, -86_400_000])('is not changed by a clock that jumps by %d ms', async (jumpMs) => {
    const world = new OutboxWorld();
    await take(world, 1, aReply(), { delayMs: 5_000 });
    world.clock.jump(jumpMs);
    await world.clock.advance(4_900);
    expect(world.row(refOf(1)).state).toBe('delayed');
    await world.clock.advance(200);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('is no longer than the agent chose, even if the clock was set back before a restart', async () => {
    const world = new OutboxWorld();
    await take(world, 1, aReply(), { delayMs: 5_000 });
    world.crash();
    world.clock.jump(-86_400_000);
    world.start();
    await world.clock.advance(5_100);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('asked for twice is answered only when it is in the journal', async () => {
    const world = new OutboxWorld();
    await take(world, 1, aReply(), { delayMs: 5_000 });
    void world.outbox.undo(refOf(1));
    let answered = false;
    void world.outbox.undo(refOf(1)).then(() => (answered = true));
    await world.clock.settle();
    expect(answered).toBe(false);
    await world.clock.advance(10);
    expect([answered, world.journal.get(refOf(1))?.state]).toEqual([true, 'discarded']);
  });

  it('is over once the intent is on its way', async () => {
    const world = new OutboxWorld();
    await take(world, 1, aReply());
    await expect(world.outbox.undo(refOf(1))).rejects.toThrow(TooLateError);
    await expect(world.outbox.undo(refOf(9))).rejects.toThrow(UnknownRefError);
  });
});

describe('an answer that does not come', () => {
  it('is settled and read back, and what was done is not done again', async () => {
    const world = new OutboxWorld({ tier: 'T2', fault: failing('perform', 'commit-drop') });
    await take(world, 1, aReply());
    await world.clock.advance(100);
    expect(world.row(refOf(1))).toMatchObject({ state: 'unknown', reason: { kind: 'settling' } });
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'accepted', serverId: 's1' });
    expect(world.backend.calls).toEqual([`perform ${refOf(1)}`, `findByRef ${refOf(1)}`]);
  });

  it('waits the whole settle time before it asks, so a late commit is seen', async () => {
    const world = new OutboxWorld({ tier: 'T2', settleMs: 30_000, fault: failing('perform', 'late-commit') });
    await take(world, 1, aReply());
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1)).state).toBe('accepted');
    expect(world.backend.performed).toHaveLength(1);
  });

  it('is sent again under the same reference when it was not done', async () => {
    const world = new OutboxWorld({ tier: 'T3', fault: failing('perform', 'drop') });
    await take(world, 1, aReply());
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'accepted', attempts: 2 });
    expect(world.backend.performed.map(({ ref }) => ref)).toEqual([refOf(1)]);
  });

  it('is parked, not sent again, where the server refuses to tell whether it was done', async () => {
    const faults: Record<string, Fault[]> = { perform: ['commit-drop'], findByRef: ['drop', 'invalid'] };
    const world = new OutboxWorld({ fault: (call) => faults[call]?.shift() ?? 'none' });
    await take(world, 1, { kind: 'status', status: 'open' });
    await take(world, 2, { kind: 'status', status: 'pending' });
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'parked', reason: { kind: 'no-answer' } });
    expect(world.row(refOf(2)).state).toBe('accepted');
    await expect(world.outbox.undo(refOf(1))).rejects.toThrow(TooLateError);
  });

  it('is left to the agent where nobody can tell, and only the agent sends it again', async () => {
    const world = new OutboxWorld({ tier: 'T4', fault: failing('perform', 'commit-drop') });
    await take(world, 1, aReply());
    await world.clock.advance(10 * MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'parked', reason: { kind: 'no-answer' } });
    expect(world.backend.calls).toHaveLength(1);
    const resent = world.outbox.resend(refOf(1));
    await world.clock.advance(MINUTE_MS);
    await resent;
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('is settled by the feed when the feed is quicker', async () => {
    const world = new OutboxWorld({ tier: 'T2', settleMs: 30_000, fault: failing('perform', 'commit-drop') });
    await take(world, 1, aReply());
    await world.clock.advance(100);
    world.pullAll();
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'delivered', serverId: 's1' });
    expect(world.backend.calls).toEqual([`perform ${refOf(1)}`]);
  });

  it('after a crash on the way is unknown first, whatever the server did', async () => {
    const world = new OutboxWorld({ tier: 'T2' });
    await take(world, 1, aReply());
    expect(world.journal.get(refOf(1))?.state).toBe('sending');
    world.crash();
    await world.clock.advance(1_000);
    world.start();
    await world.clock.advance(10);
    expect(world.row(refOf(1))).toMatchObject({ state: 'unknown', attempts: 1 });
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1)).state).toBe('accepted');
    expect(world.backend.performed).toHaveLength(1);
  });
});

describe('what surely did not leave', () => {
  it('is looked for without an attempt used when the credentials are refused', async () => {
    const world = new OutboxWorld({ fault: failing('perform', 'unauthorized') });
    await take(world, 1, aReply());
    await take(world, 2, aReply(), { conversationId: 'c2' });
    await world.clock.advance(1_000);
    expect(world.row(refOf(1))).toMatchObject({
      state: 'unknown',
      attempts: 0,
      reason: { kind: 'account-refused', detail: 'made to fail: unauthorized' },
    });
    expect(world.backend.calls.filter((call) => call === `perform ${refOf(1)}`)).toHaveLength(1);
    world.outbox.wake('a1');
    await world.clock.advance(1_000);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('waits as long as the server asks', async () => {
    const world = new OutboxWorld({ fault: failing('perform', 'rate-limited') });
    await take(world, 1, aReply());
    await world.clock.advance(1_000);
    world.goOnline();
    await world.clock.advance(900);
    expect(world.row(refOf(1))).toMatchObject({ state: 'unknown', reason: { kind: 'rate-limited' } });
    await world.clock.advance(200);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('is tried again within 10 s after the link was down, and not hammered meanwhile', async () => {
    const world = new OutboxWorld({ fault: failing('perform', ...Array<Fault>(12).fill('refused')) });
    for (let n = 1; n <= 12; n += 1) await take(world, n, aReply(), { conversationId: `c${n}` });
    await world.clock.advance(30_000);
    // Full jitter with a ceiling of 10 s over all conversations together: some tries, not dozens.
    expect(world.backend.calls.length).toBeLessThan(30);
    await world.clock.advance(2 * MINUTE_MS);
    expect(world.backend.performed).toHaveLength(12);
  });

  it('stays while the account is offline and leaves when it is back', async () => {
    const world = new OutboxWorld();
    world.online = false;
    await take(world, 1, aReply());
    await world.clock.advance(10 * MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'queued', reason: { kind: 'account-offline' } });
    expect(world.backend.calls).toEqual([]);
    world.goOnline();
    await world.clock.advance(100);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });
});

describe('what the server refuses', () => {
  it('is parked with its words, and others go on', async () => {
    const world = new OutboxWorld({ fault: failing('perform', 'invalid') });
    await take(world, 1, aReply('One'));
    await take(world, 2, aReply('Two'));
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({
      state: 'parked',
      reason: { kind: 'refused-by-server', detail: 'made to fail: invalid' },
    });
    expect(world.row(refOf(2)).state).toBe('accepted');
  });

  it('can be sent again or dropped, and each is durable before it is answered', async () => {
    const world = new OutboxWorld({ fault: failing('perform', 'invalid', 'invalid') });
    await take(world, 1, aReply());
    await world.clock.advance(MINUTE_MS);
    const discarded = world.outbox.discard(refOf(1)).then(() => world.journal.get(refOf(1))?.state);
    await world.clock.advance(10);
    expect(await discarded).toBe('discarded');
    await expect(world.outbox.resend(refOf(1))).rejects.toThrow(TooLateError);
    await take(world, 2, aReply());
    await world.clock.advance(MINUTE_MS);
    const resent = world.outbox.resend(refOf(2));
    await world.clock.advance(MINUTE_MS);
    expect((await resent).state).toBe('queued');
    expect(world.row(refOf(2)).state).toBe('accepted');
  });
});

describe('the order of one conversation', () => {
  it('is kept over a reply whose outcome is unknown, while other conversations go on', async () => {
    const world = new OutboxWorld({ tier: 'T2', settleMs: 30_000, fault: failing('perform', 'drop') });
    await take(world, 1, aReply('One'));
    await take(world, 2, aReply('Two'));
    await take(world, 3, aReply('Elsewhere'), { conversationId: 'c2' });
    await world.clock.advance(10_000);
    expect(world.row(refOf(2))).toMatchObject({ state: 'queued', reason: { kind: 'earlier-first' } });
    expect(world.row(refOf(3)).state).toBe('accepted');
    await world.clock.advance(MINUTE_MS);
    const own = world.backend.performed.filter(({ operation }) => operation.conversationId === 'c1');
    expect(own.map(({ ref }) => ref)).toEqual([refOf(1), refOf(2)]);
  });

  it('sends only the last of several edits of the same kind, and undo of that leaves the one before', async () => {
    const world = new OutboxWorld();
    world.online = false;
    await take(world, 1, { kind: 'status', status: 'pending' });
    await take(world, 2, { kind: 'priority', priority: 'high' });
    await take(world, 3, { kind: 'status', status: 'resolved' });
    await take(world, 4, { kind: 'status', status: 'closed' });
    const undone = world.outbox.undo(refOf(4));
    await world.clock.advance(10);
    await undone;
    world.goOnline();
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1)).state).toBe('superseded');
    expect(world.backend.performed.map(({ ref }) => ref)).toEqual([refOf(2), refOf(3)]);
  });

  it('does not let an edit overtake a reply between it and a newer edit', async () => {
    const world = new OutboxWorld();
    world.online = false;
    await take(world, 1, { kind: 'status', status: 'open' });
    await take(world, 2, aReply());
    await take(world, 3, { kind: 'status', status: 'resolved' });
    world.goOnline();
    await world.clock.advance(MINUTE_MS);
    expect(world.backend.performed.map(({ ref }) => ref)).toEqual([refOf(1), refOf(2), refOf(3)]);
  });
});

describe('a journal that cannot write', () => {
  it('lets nothing leave, and work goes on when it can write again', async () => {
    const world = new OutboxWorld();
    world.online = false;
    await take(world, 1, aReply());
    world.diskFull = true;
    world.goOnline();
    await world.clock.advance(MINUTE_MS);
    expect(world.backend.calls).toEqual([]);
    world.diskFull = false;
    await world.clock.advance(2 * MINUTE_MS);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('after the server took a reply does not lose that it did', async () => {
    const world = new OutboxWorld();
    const done = world.outbox.accept(anIntent(1, aReply()));
    await world.clock.advanceUntil(() => world.backend.calls.length === 1, 1_000);
    await done;
    world.diskFull = true;
    await world.clock.advance(5_000);
    expect(world.row(refOf(1)).state).toBe('sending');
    world.diskFull = false;
    await world.clock.advance(2 * MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'accepted', attempts: 1 });
    expect(world.backend.performed).toHaveLength(1);
  });
});

describe('many conversations that cannot leave', () => {
  it('do not wake each other whenever one of them has tried', async () => {
    const world = new OutboxWorld();
    world.readable = false;
    for (let n = 1; n <= 20; n += 1) await take(world, n, aReply(), { conversationId: `c${n}` });
    const sleep = vi.spyOn(world.clock, 'sleep');
    await world.clock.advance(10_000);
    // Each asks for its thread every 2 s or so, and rests twice for that.
    expect(sleep.mock.calls.length).toBeLessThan(20 * 30);
  });
});

describe('stopping', () => {
  it('claims nothing more and waits for what is on its way', async () => {
    const world = new OutboxWorld();
    const both = [world.outbox.accept(anIntent(1, aReply())), world.outbox.accept(anIntent(2, aReply()))];
    await world.clock.advanceUntil(() => world.backend.calls.length === 1, 1_000);
    await Promise.all(both);
    const stopped = world.outbox.stop();
    await world.clock.advance(100);
    await stopped;
    expect(world.row(refOf(1)).state).toBe('accepted');
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(2)).state).toBe('queued');
  });
});
