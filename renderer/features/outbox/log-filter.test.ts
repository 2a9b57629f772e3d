import { describe, expect, it } from 'vitest';
import { intent, outboxRow } from '@renderer/data/testing/builders';
import { exportName, isFiltered, logMatcher, NO_FILTER } from './log-filter';

const row = outboxRow(intent('c17'), { state: 'delivered', serverId: 'm4711' });
const names = () => ({ conversation: 'Ольга Ёлкина Broken lamp', agent: 'Grace Sample' });
const finds = (text: string, state: 'all' | 'delivered' | 'queued' = 'all') =>
  logMatcher({ state, text }, names)(row);

describe('looking for something in the log', () => {
  it.each(['елк', 'lamp', 'grace', 'c17', 'm4711', row.intent.ref, row.intent.ref.slice(0, 12), 'lamp gra'])(
    'finds it by %s',
    (text) => expect(finds(text)).toBe(true),
  );

  it.each(['amp', 'lamp nobody', 'c18'])('does not find it by %s', (text) => expect(finds(text)).toBe(false));

  it('asks for the state as well', () => {
    expect([finds('lamp', 'delivered'), finds('lamp', 'queued'), finds('', 'queued')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('takes blanks for nothing typed', () => {
    expect(isFiltered(NO_FILTER)).toBe(false);
    expect(isFiltered({ state: 'all', text: '  ' })).toBe(false);
    expect(finds('  ')).toBe(true);
    expect(isFiltered({ state: 'held', text: '' })).toBe(true);
  });
});

it('an exported file is named by the day in the agent’s own time zone', () => {
  expect(exportName(new Date(2026, 2, 4, 23, 59).getTime(), 'csv')).toBe(
    'holdfast-delivery-log-2026-03-04.csv',
  );
});
