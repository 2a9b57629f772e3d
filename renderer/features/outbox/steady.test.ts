import { describe, expect, it } from 'vitest';
import { intent, outboxRow } from '@renderer/data/testing/builders';
import type { OutboxRow } from '@shared/domain/intents';
import { groupWaiting } from './groups';
import { linesOf, steadyLines, type WaitingLine } from './steady';

const first = outboxRow(intent('a'), { order: 1 });
const second = outboxRow(intent('b'), { order: 2, state: 'delayed' });
const third = outboxRow(intent('c'), { order: 3 });
const fresh = (...rows: OutboxRow[]) => linesOf(groupWaiting(rows, ['desk']));
const keys = (lines: readonly WaitingLine[]) => lines.map(({ key }) => key);
const none = () => null;

describe('lines under the hand', () => {
  const shown = fresh(first, second, third);

  it('stay where they are when one leaves, which says what became of it', () => {
    const sent: OutboxRow = { ...second, state: 'delivered' };
    const lines = steadyLines(shown, fresh(first, third), (ref) => (ref === second.intent.ref ? sent : null));
    expect(keys(lines)).toEqual(keys(shown));
    expect(lines[2]).toEqual({ key: second.intent.ref, row: sent, left: true, hasActions: true });
    expect(lines[0]).toMatchObject({ group: 'byItself', count: 2 });
  });

  it('stay where they are when one begins to need the agent', () => {
    const held: OutboxRow = { ...third, state: 'held' };
    const lines = steadyLines(shown, fresh(first, second, held), none);
    expect(keys(lines)).toEqual(keys(shown));
    expect(lines[3]).toMatchObject({ row: held, left: false, hasActions: false });
  });

  it('keep the room of buttons that have gone', () => {
    const lines = steadyLines(shown, fresh(first, { ...second, state: 'queued' }, third), none);
    expect(lines[2]).toMatchObject({ row: { state: 'queued' }, hasActions: true });
  });

  it('are followed by what is new, however urgent', () => {
    const stuck = outboxRow(intent('d'), { order: 4, state: 'parked' });
    const once = steadyLines(shown, fresh(first, second, third, stuck), none);
    expect(keys(once)).toEqual([...keys(shown), 'meanwhile', stuck.intent.ref]);
    const more = outboxRow(intent('e'), { order: 5 });
    const twice = steadyLines(once, fresh(first, second, third, stuck, more), none);
    expect(keys(twice)).toEqual([...keys(once), more.intent.ref]);
    expect(twice[4]).toMatchObject({ group: 'meanwhile', count: 2 });
  });

  it('keep the heading of a group that is empty', () => {
    const lines = steadyLines(shown, [], none);
    expect(keys(lines)).toEqual(keys(shown));
    expect(lines[0]).toMatchObject({ count: 0 });
  });
});
