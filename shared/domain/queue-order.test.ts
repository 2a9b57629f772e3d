import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aConversation, NOON } from '../testing/builders';
import { CHANNELS, PRIORITIES } from './entities';
import { answerDueAt, queueRank, urgencyAt } from './queue-order';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const waiting = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  priority: fc.constantFrom(...PRIORITIES),
  waitingSince: fc.integer({ min: 0, max: 4e12 }),
  lastMessageAt: fc.integer({ min: 0, max: 4e12 }),
});

describe('the order of the queue', () => {
  it('puts a chat of five minutes before a mail of twenty hours', () => {
    const chat = aConversation({ channel: 'chat', waitingSince: NOON - 5 * MINUTE_MS });
    const mail = aConversation({ channel: 'email', waitingSince: NOON - 20 * HOUR_MS });
    expect(queueRank(chat)).toBeLessThan(queueRank(mail));
    expect(urgencyAt(chat, NOON)).toBe('late');
    expect(urgencyAt(mail, NOON)).toBe('soon');
  });

  it('lets whoever waits longer on one channel and priority stand first', () => {
    fc.assert(
      fc.property(waiting, fc.integer({ min: 1, max: 1e9 }), (row, longer) => {
        const earlier = { ...row, waitingSince: row.waitingSince - longer };
        expect(queueRank(earlier)).toBeLessThan(queueRank(row));
      }),
    );
  });

  it('moves a conversation up, never down, when its priority is raised', () => {
    fc.assert(
      fc.property(waiting, (row) => {
        const ranks = PRIORITIES.map((priority) => queueRank({ ...row, priority }));
        for (let i = 1; i < ranks.length; i += 1) expect(ranks[i]).toBeLessThan(ranks[i - 1]!);
      }),
    );
  });

  it('puts everybody who waits before everybody who does not', () => {
    fc.assert(
      fc.property(waiting, waiting, (one, other) => {
        expect(queueRank(one)).toBeLessThan(queueRank({ ...other, waitingSince: null }));
      }),
    );
  });

  it('has no due time where nobody waits, and orders those by newest message', () => {
    const older = aConversation({ waitingSince: null, lastMessageAt: NOON - HOUR_MS });
    const newer = aConversation({ waitingSince: null, lastMessageAt: NOON });
    expect(answerDueAt(older)).toBeNull();
    expect(urgencyAt(older, NOON)).toBe('calm');
    expect(queueRank(newer)).toBeLessThan(queueRank(older));
  });

  it('turns calm, soon and late at three quarters and the end of the time', () => {
    const mail = aConversation({ channel: 'email', waitingSince: NOON });
    expect(urgencyAt(mail, NOON + 18 * HOUR_MS - 1)).toBe('calm');
    expect(urgencyAt(mail, NOON + 18 * HOUR_MS)).toBe('soon');
    expect(urgencyAt(mail, NOON + 24 * HOUR_MS)).toBe('late');
  });
});
