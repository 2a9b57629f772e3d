import { expect, it } from 'vitest';
import { whoActs } from './who-waits';

const open = { status: 'open', waitingSince: 1, assigneeId: null } as const;

it('waits for the agent when nobody or the agent has it', () => {
  expect(whoActs(open, 'me')).toBe('you');
  expect(whoActs({ ...open, assigneeId: 'me' }, 'me')).toBe('you');
});

it('waits for the colleague who has it', () => {
  expect(whoActs({ ...open, assigneeId: 'other' }, 'me')).toBe('colleague');
});

it('waits for the customer once answered, and for nobody once resolved', () => {
  expect(whoActs({ ...open, waitingSince: null }, 'me')).toBe('customer');
  expect(whoActs({ ...open, status: 'resolved' }, 'me')).toBe('nobody');
});
