/** Whose turn it is in one conversation: rules over its rows, oldest first. */
import type { IntentAction, OutboxRow } from '../domain/intents';

const UNFINISHED: ReadonlySet<OutboxRow['state']> = new Set(['delayed', 'queued', 'sending', 'unknown']);

export function isUnfinished(row: OutboxRow): boolean {
  return UNFINISHED.has(row.state);
}

/** Whether it still has to leave, or waits for the agent to decide. */
export function isKept(row: OutboxRow): boolean {
  return isUnfinished(row) || row.state === 'held';
}

export function isReply(row: OutboxRow): boolean {
  return row.intent.action.kind === 'reply';
}

/** Whether it says something in the thread: a reply or a note. */
export function isMessage({ intent: { action } }: OutboxRow): boolean {
  return action.kind === 'reply' || action.kind === 'note';
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

/** Whether a newer edit that decides the same is queued behind an edit, with nothing said in between. */
export function isSuperseded(row: OutboxRow, rows: readonly OutboxRow[]): boolean {
  const { action } = row.intent;
  if (isMessage(row)) return false;
  for (const later of rows) {
    if (later.order <= row.order) continue;
    if (isMessage(later)) return false;
    if (decidesAgain(later.intent.action, action)) return later.state === 'queued';
  }
  return false;
}

/** Whether nothing of an edit is left to do once the later one is done. Tags are decided one by one. */
function decidesAgain(later: IntentAction, earlier: IntentAction): boolean {
  if (later.kind !== 'tags' || earlier.kind !== 'tags') return later.kind === earlier.kind;
  const decided = new Set([...later.add, ...later.remove]);
  return [...earlier.add, ...earlier.remove].every((tag) => decided.has(tag));
}
