import { describe, expect, it } from 'vitest';
import { aConversation, anOutboxRow, NOON } from '../testing/builders';
import { withPendingEdits } from './pending-edits';

const reply = { kind: 'reply', text: 'Sample answer', files: [], statusAfter: null } as const;

describe('a conversation under unconfirmed decisions', () => {
  it('shows the decisions in journal order, whatever order they come in', () => {
    const rows = [
      anOutboxRow(2, { kind: 'status', status: 'resolved' }),
      anOutboxRow(1, { kind: 'status', status: 'pending' }),
    ];
    expect(withPendingEdits(aConversation(), rows).status).toBe('resolved');
  });

  it('no longer waits once a reply is on its way, but still does after a note', () => {
    expect(withPendingEdits(aConversation(), [anOutboxRow(1, reply)]).waitingSince).toBeNull();
    const note = anOutboxRow(1, { kind: 'note', text: 'Sample note', files: [] });
    expect(withPendingEdits(aConversation(), [note]).waitingSince).toBe(NOON);
  });

  it('does not show what the server refused, nor what is over', () => {
    for (const state of ['parked', 'discarded', 'superseded', 'delivered', 'bounced'] as const) {
      const row = anOutboxRow(1, { kind: 'priority', priority: 'urgent' }, { state });
      expect(withPendingEdits(aConversation(), [row]).priority).toBe('normal');
    }
  });

  it('shows an accepted edit until the feed brings it', () => {
    const row = anOutboxRow(1, { kind: 'assign', assigneeId: 'me' }, { state: 'accepted' });
    expect(withPendingEdits(aConversation(), [row]).assigneeId).toBe('me');
  });

  it('adds and removes tags without doubling any', () => {
    const row = anOutboxRow(1, { kind: 'tags', add: ['vip', 'bonus'], remove: ['login'] });
    expect(withPendingEdits(aConversation({ tags: ['login', 'vip'] }), [row]).tags).toEqual(['vip', 'bonus']);
  });

  it('sets the status that was chosen together with the reply', () => {
    const row = anOutboxRow(1, { ...reply, statusAfter: 'resolved' });
    const seen = withPendingEdits(aConversation({ statusLabel: 'Own word' }), [row]);
    expect(seen).toMatchObject({ status: 'resolved', statusLabel: null, waitingSince: null });
  });
});
