import { describe, expect, it } from 'vitest';
import { refOf } from '../testing/builders';
import { aReply, OutboxWorld, take } from '../testing/outbox-world';

const TWICE = 'in the thread twice: perhaps a copy of this console sent it as well';
const self = { type: 'agent', id: 'agent-1', name: 'Sample Agent' } as const;
const notes = (world: OutboxWorld, number: number): string[] =>
  world.row(refOf(number)).evidence.map(({ note }) => note);

/** As a copy of the profile writes it: the same reference, another message. */
const sentByCopy = (world: OutboxWorld, number: number, kind: 'reply' | 'note' = 'reply'): unknown =>
  world.backend.say('c1', { kind, author: self, clientRef: refOf(number) });

async function withSent(): Promise<OutboxWorld> {
  const world = new OutboxWorld({ tier: 'T2' });
  await take(world, 1, aReply());
  await world.clock.advance(1_000);
  await world.pullThread('c1');
  await world.clock.advance(100);
  expect(world.row(refOf(1)).state).toBe('delivered');
  return world;
}

describe('a message that a copy of the profile sent as well', () => {
  it('is said to be there twice, once, whoever was first', async () => {
    const world = await withSent();
    sentByCopy(world, 1);
    for (let times = 0; times < 2; times += 1) {
      await world.pullThread('c1');
      await world.clock.advance(100);
    }
    expect(notes(world, 1).filter((note) => note === TWICE)).toHaveLength(1);
    expect(world.row(refOf(1)).state).toBe('delivered');
  });

  it('is said to be there twice also when the program ended before that was written', async () => {
    const world = await withSent();
    sentByCopy(world, 1);
    world.crash();
    await world.pullThread('c1');
    world.start();
    await world.clock.advance(100);
    world.outbox.pulled('a1', { changes: [], seq: null, caughtUp: true });
    await world.clock.advance(100);
    expect(notes(world, 1)).toContain(TWICE);
  });

  it('is there once when somebody merely quotes its reference', async () => {
    const world = await withSent();
    world.backend.say('c1', { clientRef: refOf(1) });
    await world.pullThread('c1');
    await world.clock.advance(100);
    expect(notes(world, 1)).not.toContain(TWICE);
  });

  it.each(['reply', 'note'] as const)(
    'does not leave here when it can be seen before: a %s',
    async (kind) => {
      const world = new OutboxWorld({ tier: 'T2' });
      world.online = false;
      await take(world, 1, kind === 'reply' ? aReply() : { kind, text: 'Sample', files: [] });
      sentByCopy(world, 1, kind);
      world.online = true;
      await world.pullThread('c1');
      world.goOnline();
      await world.clock.advance(1_000);
      expect(world.row(refOf(1)).state).toBe('delivered');
      expect(world.backend.calls).toEqual([]);
    },
  );

  it.each(['reply', 'note'] as const)(
    'does not leave here when only its thread, read this moment, shows it: a %s',
    async (kind) => {
      const world = new OutboxWorld({ tier: 'T2' });
      world.readable = false;
      const action = kind === 'reply' ? aReply() : { kind, text: 'Sample', files: [] };
      await take(world, 1, action, { base: { messageId: 'm1', version: null } });
      const never = new AbortController().signal;
      const byCopy = { ref: refOf(1), conversationId: 'c1', action, uploadIds: [], ifVersion: null };
      void world.backend.perform(byCopy, never);
      await world.clock.advance(1_000);
      world.readable = true;
      await world.clock.advance(10_000);
      expect(world.row(refOf(1))).toMatchObject({ state: 'accepted', serverId: 's1' });
      expect(world.backend.performed).toHaveLength(1);
    },
  );

  it('leaves again where its thread shows only what a restored helpdesk has lost', async () => {
    const world = new OutboxWorld({ tier: 'T2' });
    world.readable = false;
    await take(world, 1, aReply(), { base: { messageId: 'm1', version: null } });
    sentByCopy(world, 1);
    world.readable = true;
    await world.clock.advance(10_000);
    expect(world.backend.performed).toHaveLength(1);
  });

  it('is no longer called taken back', async () => {
    const world = new OutboxWorld({ tier: 'T2' });
    world.online = false;
    await take(world, 1, aReply());
    const undone = world.outbox.undo(refOf(1));
    await world.clock.advance(100);
    await undone;
    sentByCopy(world, 1);
    await world.pullThread('c1');
    await world.clock.advance(100);
    expect(world.row(refOf(1)).state).toBe('delivered');
  });

  it('holds a note until its thread could be read', async () => {
    const world = new OutboxWorld({ tier: 'T2' });
    world.readable = false;
    await take(world, 1, { kind: 'note', text: 'Sample', files: [] });
    await world.clock.advance(10_000);
    expect(world.row(refOf(1))).toMatchObject({ state: 'queued', reason: { kind: 'thread-unread' } });
    world.readable = true;
    await world.clock.advance(5_000);
    expect(world.row(refOf(1)).state).toBe('accepted');
  });
});
