import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../domain/entities';
import { aConversation } from '../testing/builders';
import { counts, newsOf, type RowMark } from './merge';

const row = (id: string, subject: string): Change => ({
  kind: 'conversation',
  id,
  row: aConversation({ id, subject }),
  movedTo: null,
});
const gone = (id: string, movedTo: string | null = null): Change => ({
  kind: 'conversation',
  id,
  row: null,
  movedTo,
});

/** A spool of marks: what was taken, in memory. */
class Marks {
  readonly marks = new Map<string, RowMark>();
  readonly contents = new Map<string, Change>();

  markOf = (_kind: string, id: string): RowMark | null => this.marks.get(id) ?? null;

  take(
    changes: readonly Change[],
    ages: readonly (number | null)[],
    order: 'age' | 'arrival' = 'age',
  ): string[] {
    const news = newsOf(changes, ages, this, order);
    for (const { change, mark } of news) {
      this.marks.set(change.id, mark);
      this.contents.set(change.id, change);
    }
    return news.map(({ change }) => change.id);
  }
}

describe('a repeat', () => {
  it.each(['age', 'arrival'] as const)('is not news, whatever the order (%s)', (order) => {
    const marks = new Marks();
    expect(marks.take([row('c1', 'a'), row('c2', 'b')], [1, 2], order)).toEqual(['c1', 'c2']);
    expect(marks.take([row('c1', 'a'), row('c2', 'b')], [1, 2], order)).toEqual([]);
    expect(marks.take([gone('c1')], [3], order)).toEqual(['c1']);
    expect(marks.take([gone('c1')], [3], order)).toEqual([]);
  });

  it('within one page counts once', () => {
    expect(new Marks().take([row('c1', 'a'), row('c1', 'a')], [1, 1])).toEqual(['c1']);
  });

  it('of a row that an older build kept without a fingerprint is stored once more', () => {
    const marks = new Marks();
    marks.marks.set('c1', { age: null, print: null, gone: false });
    expect(marks.take([row('c1', 'a')], [1])).toEqual(['c1']);
    expect(marks.take([row('c1', 'a')], [1])).toEqual([]);
  });
});

describe('rows out of order', () => {
  it('never bring an older version back', () => {
    const marks = new Marks();
    marks.take([row('c1', 'newer')], [9]);
    expect(marks.take([row('c1', 'older')], [8])).toEqual([]);
    expect(marks.take([row('c1', 'newest')], [10])).toEqual(['c1']);
  });

  it('of the same age are told apart by content, the later one counts', () => {
    const marks = new Marks();
    marks.take([row('c1', 'first edit of this second')], [9]);
    expect(marks.take([row('c1', 'second edit of this second')], [9])).toEqual(['c1']);
  });

  it('do not bring back what is gone, with or without an age on the tombstone', () => {
    for (const age of [5, null]) {
      const marks = new Marks();
      marks.take([row('c1', 'last words')], [5]);
      expect(marks.take([gone('c1')], [age])).toEqual(['c1']);
      expect(marks.take([row('c1', 'last words')], [5])).toEqual([]);
      expect(marks.take([row('c1', 'older words')], [4])).toEqual([]);
      expect(marks.take([row('c1', 'undeleted')], [6])).toEqual(['c1']);
    }
  });

  it('under a gap-free cursor do not exist: what comes later counts, also with a smaller revision', () => {
    const marks = new Marks();
    marks.take([row('c1', 'before the restore')], [900], 'arrival');
    expect(marks.take([row('c1', 'after the restore')], [500], 'arrival')).toEqual(['c1']);
  });

  it('whatever the order of arrival, the newest version is what stays', () => {
    const versions = fc.array(fc.record({ id: fc.constantFrom('c1', 'c2', 'c3'), deleted: fc.boolean() }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(versions, fc.infiniteStream(fc.nat()), (written, chance) => {
        const all = written.map(({ id, deleted }, age) => ({
          change: deleted ? gone(id) : row(id, `version ${age}`),
          age,
          at: chance.next().value,
        }));
        const newest = new Map(all.map(({ change }) => [change.id, change]));
        const marks = new Marks();
        // Each version comes twice, at a moment of its own.
        for (const { change, age } of [...all, ...all].sort((a, b) => a.at - b.at)) {
          marks.take([change], [age]);
        }
        expect(marks.contents).toEqual(newest);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('two marks', () => {
  const mark = fc.record({
    age: fc.option(fc.nat(5), { nil: null }),
    print: fc.option(fc.nat(3), { nil: null }),
    gone: fc.boolean(),
  });

  it('with known, different ages never both count over each other', () => {
    fc.assert(
      fc.property(mark, mark, (a, b) => {
        fc.pre(a.age !== null && b.age !== null && a.age !== b.age);
        expect(counts(a, b, 'age') && counts(b, a, 'age')).toBe(false);
      }),
    );
  });
});
