import { describe, expect, it } from 'vitest';
import { wordMatcher } from './word-match';

describe('wordMatcher', () => {
  it('finds words by their beginnings, in any order', () => {
    expect(wordMatcher('set op')('Open settings')).toBe(true);
    expect(wordMatcher('pen')('Open settings')).toBe(false);
  });

  it('finds Vietnamese, Russian and Belarusian without their marks', () => {
    expect(wordMatcher('dong')('Đóng hội thoại')).toBe(true);
    expect(wordMatcher('елка')('Ёлка')).toBe(true);
    expect(wordMatcher('нови')('Новый')).toBe(false);
    expect(wordMatcher('карале')('Ганна Каралёва')).toBe(true);
  });

  it('looks for an address or a number with dashes as it stands', () => {
    expect(wordMatcher('lena@shop')('lena@shop.example')).toBe(true);
    expect(wordMatcher('48-213')('Order 48-213')).toBe(true);
    expect(wordMatcher('48-21')('Order 4821')).toBe(false);
  });

  it('matches everything while nothing is typed', () => {
    expect(wordMatcher('  ')('anything')).toBe(true);
  });
});
