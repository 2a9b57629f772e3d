/**
 * What waits, as lines that do not move under the agent's hand: while it is on the list nothing
 * changes its place. What left stands where it stood, with what became of it; what is new comes last.
 * Pure.
 */
import type { OutboxRow } from '@shared/domain/intents';
import { needsYou, type Row } from './explain';
import type { WaitingGroups } from './groups';

/** Over a group of rows; of an account, of what needs the agent, or of what came meanwhile. */
export interface GroupLine {
  key: string;
  group: 'needsYou' | 'byItself' | 'meanwhile';
  accountId: string | null;
  count: number;
}

export interface RowLine {
  key: string;
  row: Row;
  /** It waits no longer. */
  left: boolean;
  /** Room is kept for buttons without opening it. */
  hasActions: boolean;
}

export type WaitingLine = GroupLine | RowLine;

/** At hand where time presses or a decision is due; elsewhere with the proof. */
export function actsAtHand(row: Row): boolean {
  return needsYou(row) || row.state === 'delayed';
}

/** Groups under their headings, everything where it belongs. */
export function linesOf({ needsYou: stuck, byItself }: WaitingGroups): readonly WaitingLine[] {
  const lines: WaitingLine[] = [];
  if (stuck.length > 0) {
    lines.push({ key: 'needs-you', group: 'needsYou', accountId: null, count: stuck.length });
    lines.push(...stuck.map(lineOf));
  }
  for (const { accountId, rows } of byItself) {
    lines.push({ key: `account-${accountId}`, group: 'byItself', accountId, count: rows.length });
    lines.push(...rows.map(lineOf));
  }
  return lines;
}

function lineOf(row: Row): RowLine {
  return { key: row.intent.ref, row, left: false, hasActions: actsAtHand(row) };
}

const MEANWHILE: GroupLine = { key: 'meanwhile', group: 'meanwhile', accountId: null, count: 0 };

/**
 * The lines on screen with the news in their places.
 * @param shown what is on screen
 * @param fresh where everything belongs now
 * @param latest the host's row of this reference, also when it waits no longer; `null` when it has none
 */
export function steadyLines(
  shown: readonly WaitingLine[],
  fresh: readonly WaitingLine[],
  latest: (ref: string) => OutboxRow | null,
): readonly WaitingLine[] {
  const now = new Map(fresh.map((line) => [line.key, line]));
  const before = new Set(shown.map(({ key }) => key));
  const kept = shown.map((line): WaitingLine => {
    const news = now.get(line.key);
    if (!('row' in line)) return line.group === 'meanwhile' ? line : (news ?? { ...line, count: 0 });
    if (news !== undefined && 'row' in news) return { ...news, hasActions: line.hasActions };
    return { ...line, row: latest(line.key) ?? line.row, left: true };
  });
  const added = fresh.filter((line): line is RowLine => 'row' in line && !before.has(line.key));
  if (added.length === 0) return kept;
  const known = kept.findIndex(({ key }) => key === MEANWHILE.key);
  const count = added.length + (known < 0 ? 0 : kept.length - known - 1);
  const heading = { ...MEANWHILE, count };
  return known < 0 ? [...kept, heading, ...added] : [...kept.with(known, heading), ...added];
}
