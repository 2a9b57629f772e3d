import { describe, expect, it } from 'vitest';
import { sumUp } from './sums.mjs';

const part = (
  passed: number,
  failures: string[] = [],
  skipped: { title: string; reason: string }[] = [],
) => ({
  passed,
  failures,
  skipped,
});

describe('the closing lines of a test run', () => {
  it('ends with the sums over all parts', () => {
    const { lines, exitCode } = sumUp([part(3), part(4)]);
    expect(lines.at(-1)).toBe('7 passed, 0 failed');
    expect(exitCode).toBe(0);
  });

  it('names what failed, and fails', () => {
    const { lines, exitCode } = sumUp([part(3), part(0, ['the queue is empty'])]);
    expect(lines.slice(-2)).toEqual(['FAILED: the queue is empty', '3 passed, 1 failed']);
    expect(exitCode).toBe(1);
  });

  it('lists each skipped test with its reason above the sums', () => {
    const { lines, exitCode } = sumUp([
      part(1, [], [{ title: 'opens a window', reason: 'no Electron binary' }]),
    ]);
    expect(lines.slice(-2)).toEqual([
      'skipped: opens a window: no Electron binary',
      '1 passed, 0 failed, 1 skipped',
    ]);
    expect(exitCode).toBe(0);
  });

  it('fails when nothing ran', () => {
    expect(sumUp([]).exitCode).toBe(1);
    expect(sumUp([part(0, [], [{ title: 'all of it', reason: 'none' }])]).exitCode).toBe(1);
  });
});
