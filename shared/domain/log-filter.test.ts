import { describe, expect, it } from 'vitest';
import { anOutboxRow } from '../testing/builders';
import { isFiltered, logMatcher, NO_FILTER } from './log-filter';

const written = anOutboxRow(17, { kind: 'status', status: 'open' });
const row = {
  ...written,
  state: 'delivered' as const,
  serverId: 'm4711',
  intent: { ...written.intent, conversationId: 'c17' },
};
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
