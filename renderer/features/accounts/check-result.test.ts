import { CHECK_PROBLEMS, type CheckProblem, type CheckStep } from '@shared/contract/accounts';
import { describe, expect, it } from 'vitest';
import { skewOf, verdictOf } from './check-result';

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
    expect(verdictOf({ steps: [read(0)] })).toBe('good');
    expect(verdictOf({ steps: [] })).toBe('good');
  });

  it('lets an account be connected although clocks differ or some rows are set aside', () => {
    expect(verdictOf({ steps: [failed('clock-skew'), read(0)] })).toBe('warned');
    expect(verdictOf({ steps: [read(2)] })).toBe('warned');
  });

  it.each(CHECK_PROBLEMS.filter((problem) => problem !== 'clock-skew'))('fails by %s', (problem) => {
    expect(verdictOf({ steps: [failed('clock-skew'), failed(problem)] })).toBe('failed');
  });
});

it.each([
  ['150000', 3, true],
  ['-7200000', 120, false],
  ['20000', 1, true],
])('tells a clock that is %s ms ahead in minutes', (detail, minutes, ahead) => {
  expect(skewOf(detail)).toEqual({ minutes, ahead });
});
