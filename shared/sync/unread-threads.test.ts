import { describe, expect, it } from 'vitest';
import { BackendError } from '../backends/backend-error';
import { changeTo, goneChange, goneThread } from '../backends/changes';
import type { Backend, PulledPage } from '../backends/port';
import type { ThreadHead } from '../domain/thread-moved';
import { aConversation, aMessage, NOON } from '../testing/builders';
import { HeldSpool } from '../testing/held-spool';
import { LeapingClock } from '../testing/leaping-clock';
import { PullWorld } from '../testing/pull-world';
import { PulledRows } from './pulled-rows';
import { isUnread, UnreadThreads } from './unread-threads';

const SECOND = 1_000;
const HOUR = 3_600_000;

function unread(...ids: string[]): PulledPage {
  const rejected = ids.map((id) => ({
    id,
    kind: 'conversation' as const,
    problem: `Conversation ${id} cannot be read`,
    unread: { age: 7 },
  }));
  return { changes: [], rejected };
}

const headOf = (id: string, text = 'the news'): ThreadHead => ({
  conversation: aConversation({ id }),
  gone: false,
  movedTo: null,
  messages: [aMessage({ id: `m-${id}`, conversationId: id, body: { type: 'text', content: text } })],
});

/** A list over a spool that outlives it, at a server whose threads answer as told. */
class World {
  readonly spool = new HeldSpool();
  readonly rows = new PulledRows(this.spool);
  clock = new LeapingClock(NOON);
  readonly asked: string[] = [];
  answer: (id: string) => ThreadHead | Promise<ThreadHead> = (id) => headOf(id);

  open(overlapMs: number | null = 60_000): UnreadThreads {
    const backend = {
      descriptor: overlapMs === null ? {} : { overlapMs },
      thread: async (id: string) => {
        this.asked.push(id);
        return this.answer(id);
      },
    } as unknown as Backend;
    return new UnreadThreads({
      backend,
      rows: this.rows,
      clock: this.clock,
      // No spread: what was told first is asked for first.
      random: { next: () => 0.5 },
      onNews: () => undefined,
      onChanged: () => undefined,
    });
  }

  async read(list: UnreadThreads, afterMs: number): Promise<string[]> {
    this.clock.pass(afterMs);
    const from = this.asked.length;
    await list.readDue(new AbortController().signal);
    return this.asked.slice(from);
  }
}

const failing = (kind: 'server' | 'forbidden' | 'unauthorized' | 'not-found') => () =>
  Promise.reject(new BackendError(kind, 'no'));

describe('conversations that could not be read', () => {
  it('are read again, and count no more when they came', async () => {
    const world = new World();
    const list = world.open();
    await list.note(unread('1', '2'));
    expect([list.count, list.because.length]).toEqual([2, 2]);
    expect(await world.read(list, 20 * SECOND)).toEqual([]);
    expect(await world.read(list, 20 * SECOND)).toEqual(['1', '2']);
    expect([...world.spool.live().keys()]).toEqual([
      'message/m-1',
      'conversation/1',
      'message/m-2',
      'conversation/2',
    ]);
    expect([list.count, world.open().count]).toEqual([0, 0]);
  });

  it('are the same list with the same tries after a restart', async () => {
    const world = new World();
    const list = world.open();
    await list.note(unread('1', '2'));
    world.answer = failing('server');
    expect(await world.read(list, 40 * SECOND)).toEqual(['1', '2']);
    const later = world.open();
    expect([later.count, later.because]).toEqual([list.count, list.because]);
    expect(isUnread(world.spool, '1')).toBe(true);
    expect(isUnread(world.spool, '3')).toBe(false);
    expect(await world.read(later, 60 * SECOND)).toEqual([]);
    expect(await world.read(later, 90 * SECOND)).toEqual(['1', '2']);
  });

  it('count no more when a feed brings them, but not when the same page could not read them either', async () => {
    const world = new World();
    const list = world.open();
    await list.note(unread('1', '2'));
    const both = { ...unread('2'), changes: ['1', '2'].map((id) => goneChange('conversation', id)) };
    await list.came(both);
    expect([list.count, world.open().count]).toEqual([1, 1]);
    expect(isUnread(world.spool, '2')).toBe(true);
  });

  it('are asked for from the start again when they changed, and not when the same is told again', async () => {
    const world = new World();
    const list = world.open();
    world.answer = failing('server');
    await list.note(unread('1'));
    for (const wait of [40, 150, 700]) expect(await world.read(list, wait * SECOND)).toEqual(['1']);
    await list.note(unread('1'));
    expect(await world.read(list, 60 * SECOND)).toEqual([]);
    await list.note({ rejected: [{ id: '1', problem: 'HTTP 500', unread: { age: 8 } }] });
    expect(await world.read(list, 40 * SECOND)).toEqual(['1']);
  });

  it('are asked for at once when the clock was set back', async () => {
    const world = new World();
    await world.open().note(unread('1'));
    world.clock = new LeapingClock(NOON - 24 * HOUR);
    expect(await world.read(world.open(), 0)).toEqual(['1']);
  });

  it('are gone where the server says so of that very id, and led on where it follows a merge', async () => {
    const world = new World();
    const list = world.open();
    await list.note(unread('1', '2', '3'));
    world.answer = (id) => (id === '1' ? goneThread('9') : id === '2' ? headOf('9') : failing('not-found')());
    await world.read(list, 40 * SECOND);
    expect(world.spool.stored).toEqual([
      goneChange('conversation', '1', '9'),
      goneChange('conversation', '2', '9'),
      goneChange('conversation', '3'),
    ]);
    expect(list.count).toBe(0);
  });

  it('are left alone while the link or the key is broken, and when three in a row fail', async () => {
    const world = new World();
    const list = world.open();
    await list.note(unread('1', '2', '3', '4', '5'));
    world.answer = failing('unauthorized');
    await expect(world.read(list, 40 * SECOND)).rejects.toMatchObject({ kind: 'unauthorized' });
    world.answer = failing('server');
    expect(await world.read(list, 0)).toEqual(['1', '2', '3']);
    world.answer = (id) => headOf(id);
    expect(await world.read(list, 0)).toEqual(['4', '5']);
    expect(list.count).toBe(3);
  });

  it.each([60_000, null])('give way to what a pull brought meanwhile (overlap %s)', async (overlapMs) => {
    const world = new World();
    const list = world.open(overlapMs);
    await list.note(unread('1'));
    const newer = changeTo('conversation', aConversation({ id: '1', subject: 'newer' }));
    world.answer = async (id) => {
      await world.rows.take('feed', '5', { changes: [newer], ages: [9] }, { order: 'age', keepCursor: true });
      return headOf(id);
    };
    await world.read(list, 40 * SECOND);
    expect([...world.spool.live()]).toEqual([['conversation/1', newer.row]]);
    expect(list.count).toBe(1);
    world.answer = (id) => headOf(id);
    await world.read(list, 0);
    expect(world.spool.live().has('message/m-1')).toBe(true);
    // As new as what a feed told before: an older row of a lagging server does not take its place.
    expect(world.spool.markOf('conversation', '1')?.age).toBe(9);
    expect(list.count).toBe(0);
  });

  it('are kept up to a number; beyond it nothing that cannot be read counts as known', async () => {
    const world = new World();
    const list = world.open();
    await list.note(unread(...Array.from({ length: 1_001 }, (_, n) => String(n))));
    expect([list.count, world.open().count]).toEqual([1_000, 1_000]);
    expect(isUnread(world.spool, 'any other')).toBe(true);
  });
});

describe('a puller', () => {
  it('keeps what could not be read before its cursor moves, tells it after a restart, and brings it', async () => {
    const world = new PullWorld();
    world.thread = (id) => headOf(id);
    world.rejected = [...unread('7').rejected];
    world.feeds['conversations'] = [changeTo('conversation', aConversation())];
    world.start();
    await world.clock.advance(1_000);
    expect(world.state).toMatchObject({
      rejectedRows: 1,
      rejectedBecause: ['Conversation 7 cannot be read'],
    });
    world.stop();
    const later = new PullWorld();
    later.spool = world.spool;
    later.thread = (id) => headOf(id);
    later.start();
    expect(later.state).toMatchObject({
      rejectedRows: 1,
      rejectedBecause: ['Conversation 7 cannot be read'],
    });
    await later.clock.advance(60_000);
    expect(later.state).toMatchObject({ rejectedRows: 0, rejectedBecause: [], state: 'online' });
    expect(later.pulled.flatMap(({ changes }) => changes.map(({ id }) => id))).toEqual(['m-7', '7']);
    later.stop();
  });

  it('does not move its cursor past what it cannot keep', async () => {
    const world = new PullWorld();
    world.rejected = [...unread('7').rejected];
    world.spool.full = true;
    world.start();
    await world.clock.advance(1_000);
    expect(world.spool.cursorOf('conversations')).toBeNull();
    expect(world.storageProblems.length).toBeGreaterThan(0);
    world.stop();
  });
});
