import { expect, it } from 'vitest';
import type { Message } from '@shared/domain/entities';
import type { TimelineItem } from '@renderer/data/conversation';
import { timelineRows } from './timeline-rows';

const NOON = new Date(2025, 4, 12, 12).getTime();
const MINUTE = 60_000;

function message(id: string, at: number, over: Partial<Message> = {}): TimelineItem {
  return {
    type: 'message',
    key: id,
    delivery: null,
    message: {
      accountId: 'a',
      id,
      conversationId: '1',
      kind: 'inbound',
      author: { type: 'contact', id: 'c1', name: 'Anna' },
      createdAt: at,
      body: { type: 'text', content: id },
      attachments: [],
      clientRef: null,
      email: null,
      ...over,
    },
  };
}

const shape = (items: readonly TimelineItem[]) =>
  timelineRows(items).map((row) => (row.type === 'item' ? (row.continues ? '+' : 'head') : row.type));

it('puts a day before its first message, and one author’s quick messages together', () => {
  expect(
    shape([
      message('1', NOON),
      message('2', NOON + MINUTE),
      message('3', NOON + 20 * MINUTE),
      message('4', NOON + 24 * 60 * MINUTE),
    ]),
  ).toEqual(['day', 'head', '+', 'head', 'day', 'head']);
});

it('keeps replies, notes and customers apart', () => {
  const agent = { type: 'agent', id: 'g', name: 'Olga' } as const;
  expect(
    shape([
      message('1', NOON),
      message('2', NOON + 1, { kind: 'reply', author: agent }),
      message('3', NOON + 2, { kind: 'note', author: agent }),
      message('4', NOON + 3, { kind: 'note', author: agent }),
      message('5', NOON + 4, { kind: 'event' }),
      message('6', NOON + 5, { kind: 'note', author: agent }),
    ]),
  ).toEqual(['day', 'head', 'head', 'head', '+', 'event', 'head']);
});

it('keeps two consoles apart that write under one name, and one console together', () => {
  const author = { type: 'agent', id: 'robot', name: 'Robot' } as const;
  const reply = (id: string, at: number, clientRef: string | null) =>
    message(id, at, { kind: 'reply', author, clientRef });
  const items = [
    reply('1', NOON, '0a0a0a0a-1'),
    reply('2', NOON + 1, '0a0a0a0a-2'),
    reply('3', NOON + 2, '0b0b0b0b-1'),
    reply('4', NOON + 3, null),
  ];
  const heads = (shared: boolean) =>
    timelineRows(items, shared).map((row) => row.type === 'item' && !row.continues);
  expect(heads(true)).toEqual([false, true, false, true, true]);
  expect(heads(false)).toEqual([false, true, false, false, false]);
});

it('never runs mails together', () => {
  const email = { from: 'a', to: [], cc: [], subject: '', messageId: null };
  expect(shape([message('1', NOON, { email }), message('2', NOON + 1, { email })])).toEqual([
    'day',
    'head',
    'head',
  ]);
});

it('knows where a run of messages ends', () => {
  const rows = timelineRows([message('1', NOON), message('2', NOON + 1), message('3', NOON + 30 * MINUTE)]);
  expect(rows.flatMap((row) => (row.type === 'item' ? [row.continued] : []))).toEqual([true, false, false]);
});

it('gives every row a key of its own, also when a clock went back over midnight', () => {
  const rows = timelineRows([
    message('1', NOON),
    message('2', NOON - 24 * 60 * MINUTE),
    message('3', NOON + MINUTE),
  ]);
  expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
});
