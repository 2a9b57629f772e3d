import { CHECK_PROBLEMS, type CheckProblem, type CheckStep } from '@shared/contract/accounts';
import { describe, expect, it } from 'vitest';
import { askedNow, skewOf, verdictOf } from './check-result';

const failed = (problem: CheckProblem): CheckStep => ({
  step: 'failed',
  ok: false,
  at: 'signIn',
  problem,
  detail: '',
});
const read = (setAside: number): CheckStep => ({
  step: 'read',
  ok: true,
  open: 3,
  all: true,
  total: 3,
  setAside,
  problem: null,
});

describe('a check', () => {
  it('is good when every step was, also when there was none to take', () => {
    expect(verdictOf([read(0)])).toBe('good');
    expect(verdictOf([])).toBe('good');
  });

  it('lets an account be connected although clocks differ or some rows are set aside', () => {
    expect(verdictOf([failed('clock-skew'), read(0)])).toBe('warned');
    expect(verdictOf([read(2)])).toBe('warned');
  });

  it.each(CHECK_PROBLEMS.filter((problem) => problem !== 'clock-skew'))('fails by %s', (problem) => {
    expect(verdictOf([failed('clock-skew'), failed(problem)])).toBe('failed');
  });
});

it.each([
  ['150000', 3, true],
  ['-7200000', 120, false],
  ['20000', 1, true],
])('tells a clock that is %s ms ahead in minutes', (detail, minutes, ahead) => {
  expect(skewOf(detail)).toEqual({ minutes, ahead });
});

describe('a check that goes on', () => {
  const address: CheckStep = { step: 'address', ok: true, origin: 'https://desk.invalid' };
  const helpdesk: CheckStep = { step: 'helpdesk', ok: true, name: 'Desk' };
  const agent = { accountId: 'check', id: 'a1', name: 'Sample Agent', email: null };
  const signIn: CheckStep = { step: 'signIn', ok: true, agent };

  it('says what it asks at each moment, a wrong clock or not', () => {
    expect(askedNow([])).toBe('address');
    expect(askedNow([address])).toBe('signIn');
    expect(askedNow([address, helpdesk, signIn])).toBe('read');
    expect(askedNow([address, helpdesk, signIn, failed('clock-skew')])).toBe('read');
  });

  it('asks nothing more once it has read, or failed', () => {
    expect(askedNow([address, helpdesk, signIn, read(0)])).toBeNull();
    expect(askedNow([address, helpdesk, failed('bad-credentials')])).toBeNull();
  });
});
