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

/** Whether both are replies, the first later than the second. */
export function isReplyAfter(row: OutboxRow, earlier: OutboxRow): boolean {
  return isReply(row) && isReply(earlier) && row.order > earlier.order;
}

/** The oldest row that may move: a queued reply behind a held one may not. */
export function firstOf(rows: readonly OutboxRow[]): OutboxRow | undefined {
  const held = rows.find((row) => row.state === 'held' && isReply(row));
  const waits = (row: OutboxRow): boolean =>
    held !== undefined && row.state === 'queued' && isReplyAfter(row, held);
  return rows.find((row) => isUnfinished(row) && !waits(row));
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
