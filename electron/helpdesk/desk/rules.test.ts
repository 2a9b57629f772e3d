import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../store/model';
import { previewOf, statusAfter, textOfHtml, waitingSinceOf } from './rules';

function message(kind: StoredMessage['kind'], createdAt: number, automatic = false): StoredMessage {
  return {
    id: `m${createdAt}`,
    conversationId: 'c1',
    kind,
    author: { type: 'contact', id: 'p1', name: 'Sample' },
    createdAt,
    body: { type: 'text', content: '' },
    attachments: [],
    clientRef: null,
    email: null,
    externalKey: null,
    outgoing: null,
    automatic,
    rev: createdAt,
  };
}

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
        thread.map(([kind, at]) => message(kind, at)),
      ),
    ).toBe(expected);
  });

  it('waits not because a machine wrote', () => {
    expect(
      waitingSinceOf('open', [message('inbound', 1), message('reply', 2), message('inbound', 3, true)]),
    ).toBeNull();
  });
});

describe('the status after a message', () => {
  it.each([
    ['new', 'inbound', 'new'],
    ['pending', 'inbound', 'open'],
    ['resolved', 'inbound', 'open'],
    ['closed', 'inbound', 'open'],
    ['new', 'reply', 'open'],
    ['pending', 'reply', 'pending'],
    ['resolved', 'note', 'resolved'],
  ] as const)('%s, then %s, is %s', (before, kind, after) => {
    expect(statusAfter(before, message(kind, 1), null)).toBe(after);
  });

  it('is what the agent asked for', () => {
    expect(statusAfter('new', message('reply', 1), 'resolved')).toBe('resolved');
  });

  it('stays as it was when a machine wrote', () => {
    expect(statusAfter('resolved', message('inbound', 1, true), null)).toBe('resolved');
  });
});

describe('previews', () => {
  it('are one line of at most 200 characters, cut between characters', () => {
    const preview = previewOf(`first\n\n second ${'👩‍👧'.repeat(200)}`);
    expect([...preview]).toHaveLength(200);
    expect(preview.startsWith('first second')).toBe(true);
    expect(Buffer.from(preview).toString()).toBe(preview);
  });

  it('hold the words of HTML, not its code', () => {
    const html =
      '<head><title>t</title><style>p{}</style></head><p>One &amp; two</p><script>three()</script><!-- four --><div>&#1087;&#x44f;ть</div>';
    expect(textOfHtml(html)).toBe('One & two\nпять');
  });

  it('survive HTML that never ends', () => {
    expect(textOfHtml('<p>words<script>evil(')).toBe('words');
    expect(textOfHtml('a <b')).toContain('a');
  });
});
