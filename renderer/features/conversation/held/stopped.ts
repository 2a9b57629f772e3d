/** Which of the agent's own messages need the agent, and which wait behind them. Pure. */
import { isStopped } from '@renderer/components/held-why';
import { conversationKey, type ConversationKey } from '@shared/domain/entities';
import { targetOf, type OutboxRow } from '@shared/domain/intents';

/** Stopped messages of one conversation, oldest first. */
export function stoppedIn(key: ConversationKey, rows: readonly OutboxRow[]): readonly OutboxRow[] {
  return rows.filter((row) => isStopped(row) && keyOf(row) === key);
}

/** Replies that wait behind this held one. */
export function behind(held: OutboxRow, rows: readonly OutboxRow[]): readonly OutboxRow[] {
  if (held.state !== 'held') return [];
  return rows.filter(
    (row) =>
      row.state === 'queued' &&
      row.intent.action.kind === 'reply' &&
      row.order > held.order &&
      keyOf(row) === keyOf(held),
  );
}

/** The conversation in whose thread a row stands: where it was written, until the agent agreed to another. */
export function keyOf(row: OutboxRow): ConversationKey {
  return conversationKey(row.intent.accountId, targetOf(row));
}
