import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aConversation, aMessage, NOON } from '../testing/builders';
import { CHANNELS, STATUSES, type Channel, type Message, type Status } from './entities';
import type { IntentBase } from './intents';
import { MOST_MESSAGES, movement, type OwnDoings, type ThreadHead } from './thread-moved';

const base: IntentBase = { messageId: 'm1', version: '1', status: 'open', assigneeId: null };
const nobody: OwnDoings = {
  writesAs: 'agent-1',
  ownsAs: 'agent-1',
  isRef: () => false,
  serverIds: new Set(),
  statuses: new Set(),
  assigneeIds: new Set(),
  acted: false,
  seenIds: new Set(),
  decidedAfterId: null,
};
const own = (parts: Partial<OwnDoings>): OwnDoings => ({ ...nobody, ...parts });
const by = (id: string): Message['author'] => ({ type: 'agent', id, name: 'Sample Agent' });

function head(messages: Partial<Message>[], parts: Partial<ThreadHead['conversation']> = {}): ThreadHead {
  const rows = messages.map((message, i) =>
    aMessage({ id: `m${i + 2}`, createdAt: NOON + i + 1, ...message }),
  );
  return {
    conversation: aConversation({ ...parts }),
    gone: false,
    movedTo: null,
    messages: [aMessage(), ...rows],
  };
}
const holds = (thread: ThreadHead, channel: Channel = 'email', doings = nobody, from = base): boolean =>
  movement(from, thread, channel, doings) !== null;

describe('a thread', () => {
  it('that nothing happened in lets a reply leave, also one that was never heard of', () => {
    expect(holds(head([]))).toBe(false);
    expect(holds({ conversation: null, gone: false, movedTo: null, messages: [] })).toBe(false);
  });

  it.each([
    ['a line of the customer', { kind: 'inbound' }, true, false],
    ['a public reply of a colleague', { kind: 'reply', author: by('agent-2') }, true, true],
    ['a reply of the same agent from elsewhere', { kind: 'reply', author: by('agent-1') }, true, true],
    ["a colleague's note", { kind: 'note', author: by('agent-2') }, true, false],
    ["the same agent's note", { kind: 'note', author: by('agent-1') }, false, false],
    ['an automatic reply', { kind: 'reply', author: { type: 'system', id: null, name: '' } }, false, false],
    ['an event', { kind: 'event', author: by('agent-2') }, false, false],
  ] as const)('with %s', (_title, message, byMail, inChat) => {
    expect([holds(head([message])), holds(head([message]), 'chat')]).toEqual([byMail, inChat]);
  });

  it('whose status or owner somebody changed holds, in every channel', () => {
    for (const channel of CHANNELS) {
      expect(holds(head([], { status: 'resolved' }), channel)).toBe(true);
      expect(holds(head([], { assigneeId: 'agent-2' }), channel)).toBe(true);
    }
  });

  it('that became the agent’s own, or that the agent’s own doing opened, holds nothing', () => {
    expect(holds(head([], { assigneeId: 'agent-1' }))).toBe(false);
    const opened = head([], { status: 'open' });
    expect(holds(opened, 'email', own({ acted: true }), { ...base, status: 'new' })).toBe(false);
    expect(holds(opened, 'email', nobody, { ...base, status: 'new' })).toBe(true);
  });

  it('reopened by a line of a chat’s customer holds nothing', () => {
    const reopened = head([{ kind: 'inbound' }], { status: 'open' });
    expect(holds(reopened, 'chat', nobody, { ...base, status: 'pending' })).toBe(false);
    expect(holds(head([], { status: 'open' }), 'chat', nobody, { ...base, status: 'pending' })).toBe(true);
  });

  it('is compared only in what the agent’s page knew', () => {
    const old: IntentBase = { messageId: 'm1', version: '1' };
    expect(holds(head([], { status: 'closed', assigneeId: 'agent-2' }), 'email', nobody, old)).toBe(false);
    expect(holds(head([{}]), 'email', nobody, { ...old, messageId: null })).toBe(false);
  });

  it('without the base message holds, unless that is still called the newest', () => {
    const gone = { ...base, messageId: 'deleted' };
    expect(movement(gone, head([]), 'email', nobody)?.baseMissing).toBe(true);
    expect(holds(head([], { lastMessageId: 'deleted' }), 'email', nobody, gone)).toBe(false);
  });

  it('of one second is read in the order of its numbers', () => {
    const thread = head([
      { id: '99', createdAt: NOON + 1 },
      { id: '100', createdAt: NOON + 1 },
    ]);
    expect(holds(thread, 'email', nobody, { ...base, messageId: '100' })).toBe(false);
    expect(holds(thread, 'email', nobody, { ...base, messageId: '99' })).toBe(true);
  });

  it('with very many new messages names the newest and counts all', () => {
    const moved = movement(base, head(Array.from({ length: 50 }, () => ({}))), 'email', nobody);
    expect([moved?.newMessages.length, moved?.newCount]).toEqual([MOST_MESSAGES, 50]);
    expect(moved?.newMessages.at(-1)?.id).toBe('m51');
  });
});

const event = fc.record({
  kind: fc.constantFrom('inbound' as const, 'reply' as const, 'note' as const, 'event' as const),
  author: fc.constantFrom<Message['author']>(
    by('agent-1'),
    by('agent-2'),
    { type: 'contact', id: 'p1', name: 'Sample Customer' },
    { type: 'system', id: null, name: '' },
  ),
  mine: fc.boolean(),
});
const thread = fc.record({
  events: fc.array(event, { maxLength: 12 }),
  status: fc.constantFrom(...STATUSES),
  assigneeId: fc.constantFrom(null, 'agent-1', 'agent-2', 'agent-3'),
  channel: fc.constantFrom(...CHANNELS),
});

function made(plan: {
  events: readonly { kind: Message['kind']; author: Message['author']; mine: boolean }[];
  status: Status;
  assigneeId: string | null;
}) {
  const rows = plan.events.map(({ kind, author, mine }, i) => ({
    kind,
    author,
    clientRef: mine && i % 2 === 0 ? `mine-${i}` : null,
  }));
  const serverIds = new Set(plan.events.flatMap(({ mine }, i) => (mine && i % 2 === 1 ? [`m${i + 2}`] : [])));
  const doings = own({ isRef: (ref) => ref.startsWith('mine-'), serverIds });
  return { thread: head(rows, { status: plan.status, assigneeId: plan.assigneeId }), doings };
}

describe('any thread', () => {
  it('holds nothing for an agent who has seen what the movement shows', () => {
    fc.assert(
      fc.property(thread, (plan) => {
        const { thread: now, doings } = made(plan);
        const moved = movement(base, now, plan.channel, doings);
        if (moved === null) return;
        expect(movement(moved.head, now, plan.channel, doings)).toBeNull();
        // Whatever order the messages come in.
        const shuffled = { ...now, messages: [...now.messages].reverse() };
        expect(movement(base, shuffled, plan.channel, doings)).toEqual(moved);
      }),
    );
  });

  it('holds nothing for own doings alone', () => {
    fc.assert(
      fc.property(thread, (plan) => {
        const onlyMine = { ...plan, events: plan.events.map((one) => ({ ...one, mine: true })) };
        const { thread: now, doings } = made(onlyMine);
        const all = own({
          ...doings,
          statuses: new Set([plan.status]),
          assigneeIds: new Set([plan.assigneeId]),
        });
        expect(movement(base, now, plan.channel, all)).toBeNull();
      }),
    );
  });

  it('holds for a public reply of anybody else, whatever else happened', () => {
    fc.assert(
      fc.property(thread, fc.nat(), (plan, at) => {
        const events = [...plan.events];
        events.splice(at % (events.length + 1), 0, { kind: 'reply', author: by('agent-2'), mine: false });
        const { thread: now, doings } = made({ ...plan, events });
        expect(movement(base, now, plan.channel, doings)).not.toBeNull();
      }),
    );
  });
});
