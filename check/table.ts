/** The answer for people: one table a backend, and under each failure what to do next. */
import { CAPABILITIES } from '@shared/backends/capability';
import type { CheckLine, LineCause } from '@shared/backends/check/backend-check';
import { customBackendId } from '@shared/backends/custom/profile-facts';
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
/** The adapter is the reader's own, and what the helpdesk does not offer is for the reader to say. */
const OF_PROFILE = (capability: string): string =>
  (CAPABILITIES as readonly string[]).includes(capability)
    ? `If the helpdesk does not offer it, say so in the profile, with the words of its guide: lacks: { ${capability}: '…' }. If it does, the profile is at fault (docs/custom-backend.md).`
    : 'Try it by hand at the helpdesk; if it works there, the profile is at fault (docs/custom-backend.md).';

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
      const own = backend.startsWith(customBackendId(''));
      const otherwise = own ? OF_PROFILE(capability) : OTHERWISE;
      const advice = problem === null ? (ADVICE[capability] ?? otherwise) : adviceOn(problem);
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
