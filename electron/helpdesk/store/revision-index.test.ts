import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RevisionIndex } from './revision-index';

describe('the index of revisions', () => {
  it('gives every id once, at its newest change, whatever the order of changes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 2000 }),
        fc.nat({ max: 2000 }),
        fc.nat({ max: 2000 }),
        (changes, from, upTo) => {
          const index = new RevisionIndex();
          const newest = new Map<string, number>();
          changes.forEach((id, at) => {
            index.push(at + 1, String(id));
            newest.set(String(id), at + 1);
          });
          const expected = [...newest]
            .map(([id, rev]) => ({ rev, id }))
            .filter(({ rev }) => rev > from && rev <= upTo)
            .sort((a, b) => a.rev - b.rev);
          expect([...index.after(from, upTo)]).toEqual(expected);
        },
      ),
    );
  });

  it('can be loaded in any order', () => {
    const index = new RevisionIndex();
    index.load([
      { rev: 7, id: 'b' },
      { rev: 2, id: 'a' },
    ]);
    index.push(9, 'a');
    expect([...index.after(0, 100)].map(({ id }) => id)).toEqual(['b', 'a']);
  });
});
