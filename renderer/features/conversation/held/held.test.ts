import { describe, expect, it } from 'vitest';
import type { Message } from '@shared/domain/entities';
import type { Intent, OutboxRow } from '@shared/domain/intents';
import type { TimelineItem } from '@renderer/data/conversation';
import { lastTold } from '../last-told';
import { candidates } from './candidates';
import { isStopped } from '@renderer/components/held-why';
import { behind, stoppedIn } from './stopped';

const NOON = Date.UTC(2026, 4, 4, 12);
let order = 0;

function row(
  state: OutboxRow['state'],
  patch: Partial<OutboxRow> & { kind?: 'reply' | 'note' | 'status' } = {},
) {
  const { kind = 'reply', ...rest } = patch;
  order += 1;
  const intent = {
    ref: `ref-${order}`,
    accountId: 'desk',
    conversationId: '1',
    action: { kind, text: 'On its way.', files: [] },
  } as unknown as Intent;
  return {
    intent,
    order,
    state,
    reason: null,
    queuedAt: NOON,
    evidence: [],
    ...rest,
  } as unknown as OutboxRow;
}

const message = (id: string, patch: Partial<Message> = {}): Message => ({
  accountId: 'desk',
  id,
  conversationId: '1',
  kind: 'reply',
  author: { type: 'agent', id: 'a1', name: 'Anna' },
  createdAt: NOON,
  body: { type: 'text', content: id },
  attachments: [],
  clientRef: null,
  email: null,
  ...patch,
});

describe('what needs the agent', () => {
  it('is what was held, what nobody can vouch for, and what lost its conversation', () => {
    expect(isStopped(row('held'))).toBe(true);
    expect(isStopped(row('parked', { reason: { kind: 'no-answer', detail: null } }))).toBe(true);
    expect(isStopped(row('parked', { reason: { kind: 'gone', detail: null } }))).toBe(true);
    expect(isStopped(row('parked', { reason: { kind: 'refused-by-server', detail: 'no' } }))).toBe(false);
    expect(isStopped(row('queued'))).toBe(false);
    expect(isStopped(row('held', { kind: 'status' }))).toBe(false);
  });

  it('stands where the agent agreed to send it', () => {
    const there = row('held', {
      release: {
        at: 1,
        base: { messageId: null, version: null },
        seenIds: [],
        toConversationId: '9',
        via: null,
      },
    });
    const here = row('held');
    expect(stoppedIn('desk/1', [there, here])).toEqual([here]);
    expect(stoppedIn('desk/9', [there, here])).toEqual([there]);
  });

  it('keeps later replies of its conversation behind it, and nothing else', () => {
    const [before, held, reply, note, other] = [
      row('queued'),
      row('held'),
      row('queued'),
      row('queued', { kind: 'note' }),
      row('queued'),
    ];
    other.intent.conversationId = '2';
    expect(behind(held, [before, held, reply, note, other])).toEqual([reply]);
    expect(behind(reply, [note, other])).toEqual([]);
  });
});

describe('a reply that nobody can vouch for', () => {
  const tried = row('parked', {
    reason: { kind: 'no-answer', detail: null },
    evidence: [{ at: NOON, state: 'sending', note: 'attempt 1' }],
  });

  it('may be any answer of our side since the first try, clocks allowed for', () => {
    const messages = [
      message('long before', { createdAt: NOON - 3_600_000 }),
      message('a little before', { createdAt: NOON - 60_000 }),
      message('after', { createdAt: NOON + 5_000 }),
      message('a customer', { kind: 'inbound', author: { type: 'contact', id: 'c1', name: 'Ada' } }),
      message('a note', { kind: 'note' }),
    ];
    expect([...candidates(tried, messages)]).toEqual(['a little before', 'after']);
  });

  it('is not what carries the reference of another decision', () => {
    const mine = message('mine', { clientRef: tried.intent.ref });
    const other = message('other', { clientRef: 'somebody-else' });
    expect([...candidates(tried, [mine, other])]).toEqual(['mine']);
  });
});

describe('what a customer was last told', () => {
  const said = (of: Message, delivery: OutboxRow | null = null): TimelineItem => ({
    type: 'message',
    key: of.id,
    message: of,
    delivery,
  });

  it('is the newest answer that is at the helpdesk and did not come back', () => {
    const items = [
      said(message('first')),
      said(message('second')),
      said(message('came back'), row('bounced')),
      said(message('note', { kind: 'note' })),
      { type: 'pending', key: 'p', row: row('queued') } as const,
    ];
    expect(lastTold(items)?.id).toBe('second');
  });

  it('is nothing before the first answer', () => {
    expect(lastTold([said(message('hello', { kind: 'inbound' }))])).toBeNull();
  });
});
