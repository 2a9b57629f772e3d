import { describe, expect, it } from 'vitest';
import { aConversation, NOON } from '../testing/builders';
import { applyAction } from './pending-edits';

const reply = { kind: 'reply', text: 'Sample answer', files: [], statusAfter: null } as const;

describe('a conversation under a decision', () => {
  it('no longer waits once a reply is on its way, but still does after a note', () => {
    expect(applyAction(aConversation(), reply).waitingSince).toBeNull();
    const note = { kind: 'note', text: 'Sample note', files: [] } as const;
    expect(applyAction(aConversation(), note).waitingSince).toBe(NOON);
  });

  it('has the owner and the priority that were decided', () => {
    expect(applyAction(aConversation(), { kind: 'assign', assigneeId: 'me' }).assigneeId).toBe('me');
    expect(applyAction(aConversation(), { kind: 'priority', priority: 'urgent' }).priority).toBe('urgent');
  });

  it('adds and removes tags without doubling any', () => {
    const tags = { kind: 'tags', add: ['vip', 'bonus'], remove: ['login'] } as const;
    expect(applyAction(aConversation({ tags: ['login', 'vip'] }), tags).tags).toEqual(['vip', 'bonus']);
  });

  it('sets the status that was chosen together with the reply', () => {
    const seen = applyAction(aConversation({ statusLabel: 'Own word' }), {
      ...reply,
      statusAfter: 'resolved',
    });
    expect(seen).toMatchObject({ status: 'resolved', statusLabel: null, waitingSince: null });
  });
});
