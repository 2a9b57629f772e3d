import { expect, it } from 'vitest';
import { KnownAccounts } from './known-accounts';
import { account } from './testing/builders';

const NOWHERE = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };

it('tells who speaks where only when that changes, not with every pull', () => {
  const known = new KnownAccounts(NOWHERE, () => undefined);
  const told: unknown[] = [];
  known.take(account('desk'));
  known.speaking.subscribe(() => told.push(known.speaking.get()['desk']?.speaker));
  known.take({ ...account('desk'), asOf: 1 });
  known.take({ ...account('desk'), asOf: 2 });
  expect(told).toEqual([]);
  const speaker = { id: '7', name: 'Sample Ada', email: null };
  known.take({ ...account('desk'), asOf: 3, speaker });
  known.take({ ...account('desk'), asOf: 4, speaker });
  known.take({ ...account('desk'), asOf: 5 });
  expect(told).toEqual([speaker, null]);
});
