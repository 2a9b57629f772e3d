import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../store/model';
import { statusAfter } from './rules';

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
