/** Whose turn it is in one conversation: rules over its rows, oldest first. */
import type { IntentKind, OutboxRow } from '../domain/intents';

const UNFINISHED: ReadonlySet<OutboxRow['state']> = new Set(['delayed', 'queued', 'sending', 'unknown']);
const SUPERSEDABLE: ReadonlySet<IntentKind> = new Set(['status', 'assign', 'priority']);

export function isUnfinished(row: OutboxRow): boolean {
  return UNFINISHED.has(row.state);
}

export function isReply(row: OutboxRow): boolean {
  return row.intent.action.kind === 'reply';
}

/** Whether a queued reply stands behind one that the agent has to decide about first. */
export function waitsBehindHeld(row: OutboxRow, rows: readonly OutboxRow[]): boolean {
  if (!isReply(row) || row.state !== 'queued') return false;
  return rows.some((other) => other.state === 'held' && isReply(other) && other.order < row.order);
}

/** The oldest row that may move, or that does not yet say why it may not. */
export function firstOf(rows: readonly OutboxRow[]): OutboxRow | undefined {
  return rows.find(
    (row) => isUnfinished(row) && !(row.reason?.kind === 'earlier-first' && waitsBehindHeld(row, rows)),
  );
}

/** Whether a newer edit of the same kind is queued behind an edit, with nothing said in between. */
export function isSuperseded(row: OutboxRow, rows: readonly OutboxRow[]): boolean {
  const { kind } = row.intent.action;
  if (!SUPERSEDABLE.has(kind)) return false;
  for (const later of rows) {
    if (later.order <= row.order) continue;
    if (later.intent.action.kind === 'reply' || later.intent.action.kind === 'note') return false;
    if (later.intent.action.kind === kind) return later.state === 'queued';
  }
  return false;
}
