import { describe, expect, it } from 'vitest';
import { aMessage } from '../testing/builders';
import { threadFacts, waitingSinceOf } from './thread-facts';

describe('who waits', () => {
  it.each([
    [
      'since the first message that nobody answered',
      'open',
      [
        ['inbound', 1],
        ['reply', 2],
        ['inbound', 3],
        ['inbound', 4],
      ],
      3,
    ],
    [
      'not after an answer',
      'open',
      [
        ['inbound', 1],
        ['reply', 2],
      ],
      null,
    ],
    [
      'still, when only notes and events follow',
      'new',
      [
        ['inbound', 1],
        ['note', 2],
        ['event', 3],
      ],
      1,
    ],
    ['not in a resolved conversation', 'resolved', [['inbound', 1]], null],
    ['not in an empty one', 'new', [], null],
  ] as const)('waits %s', (_name, status, thread, expected) => {
    expect(
      waitingSinceOf(
        status,
        thread.map(([kind, createdAt]) => ({ kind, createdAt })),
      ),
    ).toBe(expected);
  });

  it('waits not because a machine wrote', () => {
    expect(
      waitingSinceOf('open', [
        { kind: 'inbound', createdAt: 1 },
        { kind: 'reply', createdAt: 2 },
        { kind: 'inbound', createdAt: 3, automatic: true },
      ]),
    ).toBeNull();
  });
});

describe('a conversation by its messages', () => {
  const otherwise = { preview: 'before', lastMessageAt: 1, lastMessageId: null };

  it('shows the newest public words, and goes on from the newest message that is no event', () => {
    const messages = [
      aMessage({ id: 'm1', createdAt: 10, body: { type: 'html', content: '<p>One &amp; two</p>' } }),
      aMessage({ id: 'm2', createdAt: 20, kind: 'note' }),
      aMessage({ id: 'm3', createdAt: 30, kind: 'event' }),
    ];
    expect(threadFacts('open', messages, otherwise)).toEqual({
      preview: 'One & two',
      lastMessageAt: 20,
      lastMessageId: 'm2',
      waitingSince: 10,
    });
  });

  it('shows what it is told where nothing was said', () => {
    expect(threadFacts('open', [], otherwise)).toEqual({ ...otherwise, waitingSince: null });
  });
});
