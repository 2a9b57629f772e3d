import { expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock';
import { AccountGate } from './account-gate';

it('keeps the wait a server asks for, and longer ones when the server goes on saying no', () => {
  const gate = new AccountGate(new VirtualClock(0), { next: () => 0.999 });
  gate.later(7_200);
  expect(gate.waitMs()).toBe(7_200);
  for (let again = 0; again < 8; again += 1) gate.later(7_200);
  expect(gate.waitMs()).toBeGreaterThan(60_000);
  gate.wake();
  expect(gate.waitMs()).toBeGreaterThan(60_000);
});
