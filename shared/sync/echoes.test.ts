import { describe, expect, it } from 'vitest';
import { aConversation, aMessage, anIntent, refOf } from '../testing/builders';
import { aReply, failing, OutboxWorld, take } from '../testing/outbox-world';

const MINUTE_MS = 60_000;

describe('seeing own doings in the feed', () => {
  it('ends an edit once the conversation is as new as the answer was, not before', async () => {
    const world = new OutboxWorld();
    await take(world, 1, { kind: 'status', status: 'resolved' });
    await world.clock.advance(100);
    const conversation = (id: string): void =>
      world.outbox.pulled('a1', {
        changes: [{ kind: 'conversation', id, row: aConversation({ id }), movedTo: null }],
        seq: 1,
        caughtUp: false,
      });
    conversation('c2');
    await world.clock.advance(10);
    expect(world.row(refOf(1)).state).toBe('accepted');
    conversation('c1');
    await world.clock.advance(10);
    expect(world.row(refOf(1)).state).toBe('delivered');
  });

  it('does not wait for ever for an echo that an earlier run already stored', async () => {
    const world = new OutboxWorld();
    await take(world, 1, aReply());
    await world.clock.advance(100);
    world.crash();
    world.start();
    const caughtUp = (): void => world.outbox.pulled('a1', { changes: [], seq: null, caughtUp: true });
    caughtUp();
    await world.clock.advance(10);
    expect(world.row(refOf(1)).state).toBe('accepted');
    await world.clock.advance(3 * MINUTE_MS);
    caughtUp();
    await world.clock.advance(10);
    expect(world.row(refOf(1)).state).toBe('delivered');
  });

  it('counts an echo that comes before the answer to its own request', async () => {
    const world = new OutboxWorld({ tier: 'T2', fault: failing('perform', 'commit-drop') });
    const done = world.outbox.accept(anIntent(1, aReply()));
    await world.clock.advanceUntil(() => world.backend.calls.length === 1, 1_000);
    await done;
    world.outbox.pulled('a1', {
      changes: [
        {
          kind: 'message',
          id: 's1',
          movedTo: null,
          row: aMessage({ id: 's1', clientRef: refOf(1) }),
        },
      ],
      seq: 1,
      caughtUp: false,
    });
    await world.clock.advance(MINUTE_MS);
    expect(world.shown.map((row) => row.state)).toEqual(['queued', 'sending', 'delivered']);
  });
});
