import { describe, expect, it, vi } from 'vitest';
import type { Message } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';
import type { Delta } from '../leader/channel';
import type { SavingRow } from '../shapes';
import { intent, message, NOON, outboxRow } from '../testing/builders';
import { TIMELINE_STEP, TimelineStore, type TimelineDeps } from './timeline-store';

const thread = (count: number, from = 0): Message[] =>
  Array.from({ length: count }, (_, i) =>
    message(`m${String(from + i).padStart(4, '0')}`, '1', { createdAt: NOON + from + i }),
  );

function stage(stored: Message[], over: Partial<TimelineDeps> = {}) {
  const outbox = { rows: [] as OutboxRow[], saving: [] as SavingRow[] };
  const before = (a: Message, b: { createdAt: number; id: string }): boolean =>
    a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.id < b.id);
  const deps: TimelineDeps = {
    messages: async (_key, end, limit) =>
      stored.filter((one) => end === null || before(one, end)).slice(-limit),
    messagesFrom: async (_key, oldest) => stored.filter((one) => !before(one, oldest)),
    history: vi.fn(async () => ({ messages: [], before: null })),
    messageCount: () => stored.length,
    outbox: {
      byRef: (ref) => outbox.rows.find((row) => row.intent.ref === ref) ?? null,
      rowsOf: () => outbox.rows,
      savingOf: () => outbox.saving,
    },
    ...over,
  };
  const timeline = new TimelineStore('desk/1', deps);
  const ids = (): string[] => timeline.view.get().items.map(({ key }) => key);
  return { timeline, ids, outbox, deps };
}

const delta = (patch: Partial<Delta>): Delta => ({
  type: 'delta',
  leaderEpoch: 1,
  light: [],
  removed: [],
  conversations: [],
  messages: [],
  touched: [],
  removedMessages: [],
  contacts: [],
  agentsChanged: false,
  savedRepliesChanged: false,
  ...patch,
});

describe('a timeline', () => {
  it('begins with the newest 30 and goes back step by step to the first', async () => {
    const stored = thread(70);
    const { timeline, ids } = stage(stored);
    await vi.waitFor(() => expect(timeline.view.get().loading).toBe(false));
    expect(ids()).toEqual(stored.slice(-TIMELINE_STEP).map(({ id }) => id));
    for (const expected of [60, 70]) {
      timeline.loadOlder();
      await vi.waitFor(() => expect(ids()).toHaveLength(expected));
      await vi.waitFor(() => expect(timeline.view.get().loading).toBe(false));
    }
    expect(timeline.view.get().hasOlder).toBe(false);
  });

  it('asks the backend for what the cache does not hold, past the pages it already has', async () => {
    const all = thread(40);
    const history = vi
      .fn()
      .mockResolvedValueOnce({ messages: all.slice(20), before: 'older' })
      .mockResolvedValueOnce({ messages: all.slice(0, 20), before: null });
    const { timeline, ids } = stage(all.slice(15), { history, messageCount: () => 40 });
    await vi.waitFor(() => expect(ids()).toHaveLength(25));
    expect(timeline.view.get().hasOlder).toBe(true);
    timeline.loadOlder();
    await vi.waitFor(() => expect(ids()).toEqual(all.map(({ id }) => id)));
    expect(timeline.view.get().hasOlder).toBe(false);
  });

  it('fetches the messages of a conversation whose messages the cache lost', async () => {
    const all = thread(3);
    const history = vi.fn().mockResolvedValue({ messages: all, before: null });
    const { ids } = stage([], { history, messageCount: () => 3 });
    await vi.waitFor(() => expect(ids()).toEqual(all.map(({ id }) => id)));
  });

  it('reads on to the end of the history where nobody counts the messages', async () => {
    const all = thread(4);
    const history = vi
      .fn()
      .mockResolvedValueOnce({ messages: all.slice(2), before: 'older' })
      .mockResolvedValueOnce({ messages: all.slice(0, 2), before: null });
    const { timeline, ids } = stage(all.slice(2), { history, messageCount: () => Infinity });
    await vi.waitFor(() => expect(ids()).toHaveLength(2));
    expect(timeline.view.get().hasOlder).toBe(true);
    timeline.loadOlder();
    await vi.waitFor(() => expect(ids()).toHaveLength(4));
    expect(timeline.view.get().hasOlder).toBe(false);
  });

  it('shows what there is when nobody can be asked', async () => {
    const { timeline, ids } = stage(thread(2), {
      messageCount: () => 9,
      history: () => Promise.reject(new Error('away')),
    });
    await vi.waitFor(() => expect(ids()).toHaveLength(2));
    timeline.loadOlder();
    await vi.waitFor(() => expect(timeline.view.get().loading).toBe(false));
    expect(ids()).toHaveLength(2);
    expect(timeline.view.get().hasOlder).toBe(true);
  });

  it('takes new, changed and deleted messages out of deltas, and reads again after a large one', async () => {
    const stored = thread(3);
    const { timeline, ids } = stage(stored);
    await vi.waitFor(() => expect(ids()).toHaveLength(3));
    const late = message('m0000x', '1', { createdAt: NOON });
    timeline.takeDelta(delta({ touched: ['desk/1'], messages: [late, message('z', '2')] }));
    expect(ids()).toEqual(['m0000', 'm0000x', 'm0001', 'm0002']);
    timeline.takeDelta(delta({ removedMessages: ['desk/m0001'] }));
    expect(ids()).toEqual(['m0000', 'm0000x', 'm0002']);
    stored.push(...thread(1, 3));
    timeline.takeDelta(delta({ touched: ['desk/1'], messages: null }));
    await vi.waitFor(() => expect(ids()).toContain('m0003'));
  });

  it('ends with unconfirmed replies and notes, and keeps their place when they arrive', async () => {
    const { timeline, ids, outbox } = stage(thread(1));
    await vi.waitFor(() => expect(ids()).toHaveLength(1));
    const [first, second, status] = [
      intent('1'),
      intent('1'),
      intent('1', { action: { kind: 'status', status: 'open' } }),
    ];
    outbox.rows = [outboxRow(first, { state: 'accepted', serverId: 'm9' }), outboxRow(status)];
    outbox.saving = [{ state: 'saving', intent: second, refusedBecause: null, undoing: false }];
    timeline.outboxChanged();
    expect(ids()).toEqual(['m0000', first.ref, second.ref]);
    const arrived = message('m9', '1', { createdAt: NOON + 99, clientRef: first.ref, kind: 'reply' });
    timeline.takeDelta(delta({ touched: ['desk/1'], messages: [arrived] }));
    expect(ids()).toEqual(['m0000', first.ref, second.ref]);
    expect(timeline.view.get().items[1]).toMatchObject({ type: 'message', delivery: { state: 'accepted' } });
  });
});
