import { describe, expect, it } from 'vitest';
import { tell, untold } from './told-lately';

const row = (id: string, age: number) => ({ id, age });

describe('what was told lately', () => {
  it('is not told again at the same age, but at a greater one', () => {
    const told = [['a', 10]] as const;
    expect(untold([row('a', 10), row('b', 5)], told)).toEqual([row('b', 5)]);
    expect(untold([row('a', 11)], told)).toEqual([row('a', 11)]);
  });

  it('is told once, as it is newest, when several lists have it', () => {
    expect(untold([row('a', 1), row('a', 3), row('a', 2)], [])).toEqual([row('a', 3)]);
  });

  it('is not remembered while it may still change under the same age, nor for ever', () => {
    const limits = { settledAt: 100, keepFrom: 50, most: 2 };
    expect(tell([['old', 40]], [row('a', 60), row('fresh', 101)], limits)).toEqual([['a', 60]]);
    expect(tell([], [row('a', 60), row('b', 80), row('c', 70)], limits)).toEqual([
      ['c', 70],
      ['b', 80],
    ]);
    expect(tell([['a', 60]], [{ id: 'a', age: null }], limits)).toEqual([['a', 60]]);
  });
});
