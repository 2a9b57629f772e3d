import { describe, expect, it } from 'vitest';
import { anchorShift } from './anchor';

const seen = ['d', 'e', 'f', 'g'].map((key, i) => ({ key, index: 3 + i }));
const shiftTo = (order: string) => anchorShift(seen, (key) => order.indexOf(key));

describe('anchorShift', () => {
  it('is zero while nothing above changes', () => {
    expect(shiftTo('abcdefghij')).toBe(0);
  });

  it('counts the rows that came in above, and those that left', () => {
    expect(shiftTo('xyabcdefgh')).toBe(2);
    expect(shiftTo('bcdefgh')).toBe(-1);
  });

  it('holds the first row still when rows come in between', () => {
    expect(shiftTo('abcdxyefg')).toBe(0);
    expect(shiftTo('abcdexyfg')).toBe(0);
  });

  it('follows the first row when one came in above and another left from the middle', () => {
    expect(shiftTo('xabcdeghif')).toBe(1);
  });

  it('ignores new rows below', () => {
    expect(shiftTo('abcdefgxh')).toBe(0);
  });

  it('does not follow a single row that was sorted away', () => {
    expect(shiftTo('abcefghijd')).toBe(-1);
    expect(shiftTo('dabcefg')).toBe(0);
  });

  it('stays where it is when every visible row left', () => {
    expect(shiftTo('xyz')).toBe(0);
  });
});
