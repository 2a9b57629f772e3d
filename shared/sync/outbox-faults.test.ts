/** Faults that the simulator found (docs/decisions/0008), each told as the shortest story that shows it. */
import { describe, expect, it } from 'vitest';
import { anIntent, anOutboxRow, NOON, refOf } from '../testing/builders';
import { FakeBackend } from '../testing/fake-backend';
import { seededRandom } from '../testing/seeded-random';
import { VirtualClock } from '../testing/virtual-clock';
import type { ThreadHead } from '../domain/thread-moved';
import { createOutbox } from './outbox';
import { sentAsIs } from './second-thoughts';
import { TooLateError } from './outbox-errors';
import { aReply, failing, OutboxWorld, take } from '../testing/outbox-world';

const DAY_MS = 24 * 3_600_000;

describe('the outbox', () => {
  it('lets nothing overtake what was queued before a restart, also while the disk is full', async () => {
    const world = new OutboxWorld({ blind: true });
    await take(world, 1, aReply('First'));
    await world.clock.advance(1_000);
    world.online = false;
    await take(world, 2, aReply('Second'));
    await take(world, 3, aReply('Elsewhere'), { conversationId: 'c2' });
    world.goOnline();
    await world.clock.advance(5);
    // Killed with one row on its way: the next start has to write that before anything may leave.
    world.crash();
    world.start();
    world.diskFull = true;
    await world.clock.advance(20);
    world.diskFull = false;
    await take(world, 4, aReply('Third'));
    await world.clock.advance(60_000);
    const inOrder = world.backend.performed
      .filter(({ operation }) => operation.conversationId === 'c1')
      .map(({ ref }) => ref);
    expect(inOrder).toEqual([refOf(1), refOf(2), refOf(4)]);
  });

  it('does not forget an edit whose end the disk did not take when the newer one left', async () => {
    const world = new OutboxWorld({ blind: true });
    world.online = false;
    await take(world, 1, { kind: 'status', status: 'pending' });
    void world.outbox.accept(anIntent(2, { kind: 'status', status: 'resolved' }));
    await world.clock.advance(4);
    // Killed before the first was written as superseded. The next start tries that in vain, and the
    // lane is looked at in that very moment.
    world.crash();
    expect(world.journal.get(refOf(1))?.state).toBe('queued');
    world.start();
    world.diskFull = true;
    world.goOnline();
    await world.clock.advance(1);
    world.outbox.wake('a1');
    await world.clock.advance(10);
    world.diskFull = false;
    await world.clock.advance(60_000);
    expect(world.backend.performed.map(({ ref }) => ref)).toEqual([refOf(2)]);
    expect(world.row(refOf(1)).state).toBe('superseded');
  });

  it('does not wait for a plan that a set clock has put into the far future', async () => {
    const world = new OutboxWorld({
      blind: true,
      fault: failing('perform', 'refused', 'refused', 'refused'),
    });
    await take(world, 1, aReply());
    await world.clock.advance(20);
    expect(world.row(refOf(1)).nextAttemptAt).not.toBeNull();
    world.crash();
    world.clock.jump(-DAY_MS);
    world.start();
    await world.clock.advance(5 * 60_000);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });

  it('does not write over what the feed has proved while the disk was full', async () => {
    const world = new OutboxWorld({ blind: true, tier: 'T2', fault: failing('perform', 'commit-drop') });
    await take(world, 1, aReply());
    await world.clock.advance(100);
    expect(world.row(refOf(1)).state).toBe('unknown');
    world.diskFull = true;
    await world.clock.advance(2_000);
    world.diskFull = false;
    world.pullAll();
    await world.clock.advance(10_000);
    expect(world.row(refOf(1)).state).toBe('delivered');
    const states = world.shown.map(({ state }) => state);
    expect(states.at(-1)).toBe('delivered');
  });

  it('does not count as seen what came into a hold after the agent had looked at it', () => {
    const messages = ['7', '9'].map((id) => ({
      id,
      kind: 'reply' as const,
      authorType: 'agent' as const,
      authorId: 'agent-9',
      authorName: 'Sample Colleague',
      createdAt: NOON,
    }));
    const head = { messageId: '9', version: '3' };
    const movement = {
      newMessages: messages,
      newCount: 2,
      status: null,
      assignee: null,
      baseMissing: false,
      head,
    };
    const row = anOutboxRow(1, aReply(), { state: 'held', hold: { kind: 'moved', movement } });
    // On screen were the first message and, newest, a note of one's own.
    const looked = sentAsIs(row, NOON, { base: { messageId: '8', version: '2' } });
    expect(looked.release?.seenIds).toEqual([]);
    expect(sentAsIs(row, NOON, { base: { messageId: '7', version: '2' } }).release?.seenIds).toEqual(['7']);
    expect(sentAsIs(row, NOON, { base: head }).release?.seenIds).toEqual(['7', '9']);
  });

  it.each([
    ['T1', 'commit-429'],
    ['T2', 'commit-429'],
    ['T3', 'commit-429'],
    ['T2', 'commit-401'],
    ['T3', 'commit-401'],
  ] as const)(
    'at %s does nothing twice when a gateway answers with %s for what was done',
    async (tier, fault) => {
      const world = new OutboxWorld({ blind: true, tier, fault: failing('perform', fault) });
      await take(world, 1, aReply());
      await take(world, 2, { kind: 'note', text: 'Sample', files: [] }, { conversationId: 'c2' });
      await world.clock.advance(5 * 60_000);
      expect(world.backend.performed.map(({ ref }) => ref).sort()).toEqual([refOf(1), refOf(2)]);
      expect(world.outbox.rows().map(({ state, attempts }) => [state, attempts])).toEqual(
        Array(2).fill(['accepted', expect.any(Number)]),
      );
    },
  );

  it('does not take back what a gateway may have refused after it was done', async () => {
    const world = new OutboxWorld({ blind: true, tier: 'T2', fault: failing('perform', 'commit-429') });
    await take(world, 1, aReply());
    await world.clock.advance(100);
    expect(world.row(refOf(1))).toMatchObject({
      state: 'unknown',
      reason: { kind: 'rate-limited' },
      attempts: 0,
    });
    await expect(world.outbox.undo(refOf(1))).rejects.toThrow(TooLateError);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'sends nothing that was taken back %i breaths after its thread was read',
    async (breaths) => {
      const clock = new VirtualClock(NOON);
      const backend = new FakeBackend({ tier: 'T1', clock, fault: () => 'none' });
      let tell = (_head: ThreadHead): void => undefined;
      const outbox = createOutbox({
        rows: [],
        journal: { append: () => clock.sleep(1, new AbortController().signal) },
        backendOf: () => backend,
        accountOnline: () => true,
        files: { open: () => Promise.resolve(null) },
        heads: { head: () => new Promise((resolve) => (tell = resolve)), known: () => Promise.resolve(null) },
        chatLateMs: () => 180_000,
        clock,
        random: seededRandom(1),
        onRow: () => undefined,
      });
      void outbox.run(new AbortController().signal);
      const taken = outbox.accept(anIntent(1, aReply()));
      await clock.advance(100);
      await taken;
      tell({ conversation: null, gone: false, movedTo: null, messages: [] });
      for (let n = 0; n < breaths; n += 1) await Promise.resolve();
      const undone = outbox.undo(refOf(1)).then(
        () => true,
        () => false,
      );
      await clock.advance(60_000);
      expect(backend.performed).toHaveLength((await undone) ? 0 : 1);
    },
  );

  it.each(['T1', 'T2', 'T3'] as const)(
    'at %s asks nobody about what a gateway refused after it was done',
    async (tier) => {
      const world = new OutboxWorld({ blind: true, tier, fault: failing('perform', 'commit-409') });
      await take(world, 1, aReply());
      await world.clock.advance(1_000);
      expect(world.row(refOf(1)).state).toBe('accepted');
      expect(world.backend.performed).toHaveLength(1);
    },
  );
});
