import { describe, expect, it } from 'vitest';
import { matchesWords } from './rank';

describe('matchesWords', () => {
  it('finds words by their beginnings, in any order', () => {
    expect(matchesWords('set op', 'Open settings')).toBe(true);
    expect(matchesWords('pen', 'Open settings')).toBe(false);
  });

  it('finds Vietnamese and Russian without their marks', () => {
    expect(matchesWords('dong', 'Đóng hội thoại')).toBe(true);
    expect(matchesWords('елка', 'Ёлка')).toBe(true);
    expect(matchesWords('нови', 'Новый')).toBe(false);
  });

  it('matches everything while nothing is typed', () => {
    expect(matchesWords('  ', 'anything')).toBe(true);
  });
});
