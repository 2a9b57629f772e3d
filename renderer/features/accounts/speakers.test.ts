import { expect, it } from 'vitest';
import type { Agent } from '@shared/domain/entities';
import { speakersOf } from './speakers';

const agent = (id: string): Agent => ({ accountId: 'a1', id, name: `Sample ${id}`, email: null });
const ids = (...given: Parameters<typeof speakersOf>): string[] => speakersOf(...given).map(({ id }) => id);

it('offers first whoever signed in, who may share that, and then the others whom the helpdesk lists', () => {
  expect(ids([agent('2'), agent('1'), agent('3')], agent('1'), null)).toEqual(['1', '2', '3']);
});

it('keeps the one who was chosen, also when the helpdesk does not list them any more', () => {
  const gone = { id: '9', name: 'Sample Gone', email: null };
  expect(ids([agent('1'), agent('2')], agent('1'), gone)).toEqual(['1', '2', '9']);
  expect(ids([agent('1'), agent('2')], agent('1'), { ...gone, id: '2' })).toEqual(['1', '2']);
});

it('offers nobody where the helpdesk lists nobody else: a name is typed there', () => {
  expect(ids([], agent('1'), null)).toEqual([]);
  expect(ids([agent('1')], agent('1'), { id: null, name: 'Sample Typed', email: null })).toEqual([]);
});
