/** What is wrong with a profile, beside the line it is about. Pure. */
import type { ProfileResult } from '@shared/contract/accounts';

export type ProfileProblem = Extract<ProfileResult, { kept: false }>['problems'][number];

export interface ShownProblem extends ProfileProblem {
  /** The text of its line, shortened around the place; `null` where there is none. */
  lineText: string | null;
}

const LONGEST_LINE = 120;

export function withLines(text: string, problems: readonly ProfileProblem[]): readonly ShownProblem[] {
  const lines = text.split(/\r?\n/);
  return problems.map((problem) => {
    const line = problem.line === null ? undefined : lines[problem.line - 1];
    return {
      ...problem,
      lineText: line === undefined || line.trim() === '' ? null : shortened(line, problem),
    };
  });
}

function shortened(line: string, { column }: ProfileProblem): string {
  if (line.length <= LONGEST_LINE) return line;
  const from = Math.max(0, Math.min((column ?? 1) - LONGEST_LINE / 2, line.length - LONGEST_LINE));
  const to = from + LONGEST_LINE;
  return `${from > 0 ? '…' : ''}${line.slice(from, to)}${to < line.length ? '…' : ''}`;
}
