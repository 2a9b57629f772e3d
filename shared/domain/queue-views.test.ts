import { describe, expect, it } from 'vitest';
import { aConversation, NOON } from '../testing/builders';
import { matchesFilter, QUEUE_VIEWS, type QueueViewId } from './queue-views';

const agents = { a1: 'me' };
const viewsOf = (row: ReturnType<typeof aConversation>): QueueViewId[] =>
  QUEUE_VIEWS.filter((view) => matchesFilter(row, { view, channel: null, accountId: null }, agents));

describe('the views of the queue', () => {
  it('show a new question to everybody until somebody takes it', () => {
    expect(viewsOf(aConversation({ status: 'new' }))).toEqual(['waiting', 'unassigned', 'open', 'all']);
  });

  it('keep what a colleague has taken out of what waits for me', () => {
    expect(viewsOf(aConversation({ assigneeId: 'colleague' }))).toEqual(['open', 'all']);
  });

  it('keep my pending conversations among mine', () => {
    expect(viewsOf(aConversation({ assigneeId: 'me', status: 'pending', waitingSince: null }))).toEqual([
      'mine',
      'pending',
      'all',
    ]);
  });

  it('show resolved and closed ones in one view only, besides all', () => {
    expect(viewsOf(aConversation({ status: 'resolved', waitingSince: NOON }))).toEqual(['resolved', 'all']);
    expect(viewsOf(aConversation({ status: 'closed' }))).toEqual(['resolved', 'all']);
  });

  it('narrow by channel and by account', () => {
    const row = aConversation({ channel: 'chat' });
    const base = { view: 'all', channel: null, accountId: null } as const;
    expect(matchesFilter(row, { ...base, channel: 'email' }, agents)).toBe(false);
    expect(matchesFilter(row, { ...base, channel: 'chat' }, agents)).toBe(true);
    expect(matchesFilter(row, { ...base, accountId: 'a2' }, agents)).toBe(false);
    expect(matchesFilter(row, { ...base, accountId: 'a1' }, agents)).toBe(true);
  });

  it('know no own conversations on an account whose agent is unknown', () => {
    const row = aConversation({ accountId: 'a2', assigneeId: 'me' });
    expect(matchesFilter(row, { view: 'mine', channel: null, accountId: null }, agents)).toBe(false);
  });
});
