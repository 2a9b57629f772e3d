import { describe, expect, it } from 'vitest';
import type { CheckLine } from '@shared/backends/check/backend-check';
import { SIGN_IN_PROBLEMS } from '@shared/backends/check/sign-in-check';
import { createTable } from './table';
import { adviceOn, wordsOfStep } from './words';

const line = (parts: Partial<CheckLine>): CheckLine => ({
  backend: 'sample',
  capability: 'reply',
  result: 'pass',
  reason: '',
  ms: 12,
  ...parts,
});

function print(...lines: [CheckLine, (typeof SIGN_IN_PROBLEMS)[number] | null][]): string {
  let text = '';
  const table = createTable((more) => (text += more));
  for (const [one, problem] of lines) table.line(one, { problem });
  table.end(lines.map(([one]) => one));
  return text;
}

describe('the table', () => {
  it('names each backend once, and sums up what was found', () => {
    const text = print(
      [line({}), null],
      [line({ capability: 'push', result: 'absent', reason: 'The vendor has none.' }), null],
      [line({ backend: 'other', result: 'fail', reason: 'It comes back as a note.' }), null],
    );
    expect(text.match(/^sample$/gm)).toHaveLength(1);
    expect(text).toContain('absent  push');
    expect(text).toContain('The vendor has none.');
    expect(text).toContain('2 backends: 1 pass, 1 fail, 1 absent');
  });

  it('says under each failure what to do next, and under nothing else', () => {
    const failed = line({ capability: 'signIn', result: 'fail', reason: 'Refused.' });
    expect(print([failed, 'bad-credentials'])).toContain(`→ ${adviceOn('bad-credentials')}`);
    expect(print([{ ...failed, capability: 'tier' }, null])).toContain('→ Do not use this backend');
    expect(print([line({}), null])).not.toContain('→');
  });

  it('tells who wrote a profile how to say that something is not there', () => {
    const failed = line({ backend: 'custom:sample', capability: 'idSweep', result: 'fail' });
    expect(print([failed, null])).toContain("lacks: { idSweep: '…' }");
    expect(print([{ ...failed, capability: 'cleanUp' }, null])).toContain('Delete or close');
    expect(print([{ ...failed, backend: 'sample' }, null])).not.toContain('lacks');
  });
});

describe('the words', () => {
  it('tell every problem apart, with an advice of its own', () => {
    const words = SIGN_IN_PROBLEMS.map((problem) =>
      wordsOfStep({ ok: false, step: 'address', problem, detail: '600000' }),
    );
    expect(new Set(words).size).toBe(SIGN_IN_PROBLEMS.length);
    expect(new Set(SIGN_IN_PROBLEMS.map(adviceOn)).size).toBe(SIGN_IN_PROBLEMS.length);
  });

  it('count conversations as far as they were counted', () => {
    const read = { ok: true, step: 'read', setAside: 0, problem: null } as const;
    expect(wordsOfStep({ ...read, open: 3, all: true, total: 9 })).toBe('3 open of 9 conversations.');
    expect(wordsOfStep({ ...read, open: 3, all: false, total: null })).toBe('At least 3 open conversations.');
    expect(
      wordsOfStep({ ...read, open: 3, all: true, total: 9, setAside: 2, problem: 'x: wrong' }),
    ).toContain('2 rows set aside: x: wrong');
  });

  it('say how far a clock is off, and on which side', () => {
    const ahead = wordsOfStep({ ok: false, step: 'clock', problem: 'clock-skew', detail: '600000' });
    expect(ahead).toContain('600.0 s ahead');
    expect(wordsOfStep({ ok: true, step: 'clock', aheadMs: -5_000 })).toContain('5.0 s behind');
  });
});
