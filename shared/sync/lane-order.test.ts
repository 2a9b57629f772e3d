import { describe, expect, it } from 'vitest';
import type { IntentAction, OutboxRow } from '../domain/intents';
import { anOutboxRow } from '../testing/builders';
import { isSuperseded } from './lane-order';

function rows(...actions: IntentAction[]): OutboxRow[] {
  return actions.map((action, n) => anOutboxRow(n + 1, action));
}
const superseded = (...actions: IntentAction[]): boolean[] => {
  const all = rows(...actions);
  return all.map((row) => isSuperseded(row, all));
};
const tags = (add: string[], remove: string[] = []): IntentAction => ({ kind: 'tags', add, remove });
const note: IntentAction = { kind: 'note', text: 'Sample', files: [] };

describe('an edit that waits', () => {
  it('is superseded by a newer one of its kind, unless something is said in between', () => {
    const [open, done] = [
      { kind: 'status', status: 'open' },
      { kind: 'status', status: 'resolved' },
    ] as const;
    expect(superseded(open, { kind: 'assign', assigneeId: null }, done)).toEqual([true, false, false]);
    expect(superseded(open, note, done)).toEqual([false, false, false]);
  });

  it('of tags is superseded only when the newer one decides every one of its tags', () => {
    expect(superseded(tags(['a']), tags([], ['a']))).toEqual([true, false]);
    expect(superseded(tags(['a', 'b']), tags(['c'], ['a']))).toEqual([false, false]);
    expect(superseded(tags(['a']), tags(['b']), tags([], ['a']))).toEqual([true, false, false]);
  });

  it('stands when the newer one no longer waits', () => {
    const all = rows(tags(['a']), tags([], ['a']));
    all[1] = { ...(all[1] as OutboxRow), state: 'discarded' };
    expect(isSuperseded(all[0] as OutboxRow, all)).toBe(false);
  });
});
