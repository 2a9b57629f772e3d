/** Which of the agent's own messages need the agent, and which wait behind them. Pure. */
import { isStopped } from '@renderer/components/held-why';
import { homeOf, rowsShownIn } from '@renderer/data/row-places';
import type { ConversationKey } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';

/** Stopped messages that stand in one conversation, oldest first. */
export function stoppedIn(key: ConversationKey, rows: readonly OutboxRow[]): readonly OutboxRow[] {
  return rowsShownIn(key, rows).filter(isStopped);
}

/** Replies that wait behind this held one. */
export function behind(held: OutboxRow, rows: readonly OutboxRow[]): readonly OutboxRow[] {
  if (held.state !== 'held') return [];
  return rows.filter(
    (row) =>
      row.state === 'queued' &&
      row.intent.action.kind === 'reply' &&
      row.order > held.order &&
      homeOf(row) === homeOf(held),
  );
}
