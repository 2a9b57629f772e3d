import type { Change } from '@shared/domain/entities';
import { describe, expect, it } from 'vitest';
import { dataSet } from './data-set';

const NOW = Date.UTC(2026, 0, 5);
const rows = (conversations: number): Change[] => [
  ...dataSet({ accountId: 'desk', conversations, messages: conversations * 2, now: NOW }),
];
const share = (of: number, all: number): number => of / all;

describe('the data set of the benchmarks', () => {
  const all = rows(2_000);
  const conversations = all.flatMap((each) =>
    each.kind === 'conversation' && each.row !== null ? [each.row] : [],
  );
  const messages = all.flatMap((each) => (each.kind === 'message' && each.row !== null ? [each.row] : []));

  it('is the same in every run', () => {
    expect(rows(200)).toEqual(rows(200));
  });

  it('holds the asked number of conversations and messages, each once', () => {
    expect(conversations).toHaveLength(2_000);
    expect(messages).toHaveLength(4_000);
    expect(new Set(all.map(({ kind, id }) => `${kind} ${id}`)).size).toBe(all.length);
  });

  it('has rows of the size that the budgets were measured with', () => {
    const mean = (list: readonly object[]): number =>
      list.reduce((sum, row) => sum + new TextEncoder().encode(JSON.stringify(row)).length, 0) / list.length;
    expect(mean(conversations)).toBeGreaterThan(580);
    expect(mean(conversations)).toBeLessThan(720);
    expect(mean(messages)).toBeGreaterThan(1_250);
    expect(mean(messages)).toBeLessThan(1_550);
  });

  it('speaks the three languages in their shares', () => {
    const russian = conversations.filter(({ subject }) => /[а-яё]{2}/i.test(subject)).length;
    const vietnamese = conversations.filter(({ preview }) => /[ăđơưạếộ]/i.test(preview)).length;
    expect(share(russian, conversations.length)).toBeCloseTo(0.25, 1);
    expect(share(vietnamese, conversations.length)).toBeCloseTo(0.15, 1);
  });

  it('lets a customer wait only where the last word is theirs', () => {
    const newest = new Map(messages.map((message) => [message.id, message]));
    for (const row of conversations.filter(({ waitingSince }) => waitingSince !== null)) {
      expect(newest.get(row.lastMessageId ?? '')?.kind).toBe('inbound');
      expect(row.waitingSince).toBe(row.lastMessageAt);
    }
  });
});
