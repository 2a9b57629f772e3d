import { describe, expect, it } from 'vitest';
import { goneChange } from '../backends/changes';
import type { PulledPage, RejectedRow } from '../backends/port';
import { SetAside } from './set-aside';

const page = (rejected: readonly RejectedRow[], ...came: string[]): PulledPage => ({
  changes: came.map((id) => goneChange('conversation', id)),
  rejected,
});
const broken = (id: string | null, problem = 'status: missing'): RejectedRow => ({ id, problem });

describe('rows that were set aside', () => {
  it('count once, however often they are told', () => {
    const aside = new SetAside();
    for (let n = 0; n < 5; n += 1) aside.pulled('tickets', page([broken('7'), broken(null)]));
    expect(aside.count).toBe(2);
  });

  it('count no more when they come after all, with the next change or by the id sweep', () => {
    const aside = new SetAside();
    aside.pulled(
      'tickets',
      page([broken('7'), { ...broken('8', 'unreadable'), kind: 'conversation' }, broken('9')]),
    );
    aside.pulled('tickets', page([], '7'));
    expect([aside.count, aside.because]).toEqual([2, ['status: missing', 'unreadable']]);
    aside.swept(page([], '8', '9'));
    expect([aside.count, aside.because]).toEqual([0, []]);
  });

  it('stay one thing when the sweep finds them broken as well, and come back with a feed', () => {
    const aside = new SetAside();
    aside.pulled('tickets', page([broken('7')]));
    aside.swept(page([{ ...broken('7', 'HTTP 500'), kind: 'conversation' }]));
    expect([aside.count, aside.because]).toEqual([1, ['HTTP 500']]);
    aside.pulled('tickets', page([], '7'));
    expect(aside.count).toBe(0);
  });

  it('are counted beyond those that are told apart', () => {
    const aside = new SetAside();
    aside.pulled('tickets', page(Array.from({ length: 10_001 }, (_, n) => broken(String(n)))));
    expect(aside.count).toBe(10_001);
  });
});
