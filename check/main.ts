/** The command `backend:check`: what is asked, what is judged, what is said. */
import type { CheckLine } from '@shared/backends/check/backend-check';
import { judgeAll } from './all';
import { HELP, readArguments, type Asked } from './arguments';
import { judgeLive } from './live';
import { createTable } from './table';
import type { Told } from './target';

/** Resolves with the exit code: 0 nothing failed, 1 something did, 2 asked wrongly. */
export async function main(argv: readonly string[]): Promise<number> {
  const asked = readArguments(argv, process.env);
  if ('help' in asked) {
    process.stdout.write(HELP);
    return 0;
  }
  if ('problem' in asked) {
    process.stderr.write(`${asked.problem}\n\n${HELP}`);
    return 2;
  }
  const lines: CheckLine[] = [];
  const table = createTable((text) => process.stdout.write(text));
  await judge(asked, (line, cause) => {
    lines.push(line);
    if (asked.json) process.stdout.write(`${JSON.stringify(line)}\n`);
    else table.line(line, cause);
  });
  if (lines.length === 0) {
    process.stderr.write('Nothing was judged: no backend matches.\n');
    return 1;
  }
  if (!asked.json) table.end(lines);
  return lines.some(({ result }) => result === 'fail') ? 1 : 0;
}

async function judge(asked: Asked, told: Told): Promise<void> {
  if (asked.what === 'all') await judgeAll(asked.names, told);
  else await judgeLive(asked, told);
}
