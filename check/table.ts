/** The answer for people: one table a backend, and under each failure what to do next. */
import type { CheckLine, LineCause } from '@shared/backends/check/backend-check';
import { adviceOn } from './words';

const MARKS: Readonly<Record<CheckLine['result'], string>> = { pass: 'pass', fail: 'FAIL', absent: 'absent' };

/** What to do where the backend, and not the way to it, is to blame. */
const ADVICE: Readonly<Record<string, string>> = {
  delta: 'Give it more time with --patience; if nothing comes, the adapter asks for news in a wrong way.',
  probe: 'Name a conversation that may be written into: --conversation ID --write.',
  cleanUp: 'Delete or close the conversation named here by hand.',
  tier: 'Do not use this backend for replies until this is mended: a lost answer loses or doubles a reply.',
  profile: 'docs/custom-backend.md explains each part of a profile.',
};
const OTHERWISE = 'Try it by hand at the helpdesk; if it works there, the adapter is at fault.';

export interface Table {
  line(line: CheckLine, cause: LineCause): void;
  /** The sums. */
  end(lines: readonly CheckLine[]): void;
}

export function createTable(write: (text: string) => void): Table {
  let current: string | null = null;
  return {
    line({ backend, capability, result, reason, ms }, { problem }) {
      if (backend !== current) write(`${current === null ? '' : '\n'}${backend}\n`);
      current = backend;
      const took = ms === 0 ? '' : `${ms} ms`;
      write(
        `  ${MARKS[result].padEnd(7)} ${capability.padEnd(15)} ${took.padStart(9)}  ${reason}\n`.trimEnd() +
          '\n',
      );
      if (result !== 'fail') return;
      const advice = problem === null ? (ADVICE[capability] ?? OTHERWISE) : adviceOn(problem);
      write(`          ${''.padEnd(15)} ${''.padStart(9)}  → ${advice}\n`);
    },
    end(lines) {
      const count = (result: CheckLine['result']): number =>
        lines.filter((line) => line.result === result).length;
      const backends = new Set(lines.map(({ backend }) => backend)).size;
      write(
        `\n${backends} ${backends === 1 ? 'backend' : 'backends'}: ${count('pass')} pass, ${count('fail')} fail, ${count('absent')} absent\n`,
      );
    },
  };
}
