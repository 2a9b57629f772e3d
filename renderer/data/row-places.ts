/**
 * In which threads the agent's own messages stand. One that was held because its conversation was
 * merged stands in both: where it was written, and in the conversation that goes on. Pure.
 */
import { conversationKey, type ConversationKey } from '@shared/domain/entities';
import { isElsewhere, targetOf, type OutboxRow } from '@shared/domain/intents';

/** The conversation of a row: where it was written, until the agent agreed to another. */
export function homeOf(row: OutboxRow): ConversationKey {
  return conversationKey(row.intent.accountId, targetOf(row));
}

/** The conversation that took the row's own, while the agent has not said what becomes of the row. */
export function mergedInto({ state, hold, intent }: OutboxRow): ConversationKey | null {
  return state === 'held' && hold?.kind === 'merged' ? conversationKey(intent.accountId, hold.into) : null;
}

/** Messages that wait for, or behind, something that must be decided first. */
function waits({ state, intent: { action } }: OutboxRow): boolean {
  const isMessage = action.kind === 'reply' || action.kind === 'note';
  return isMessage && (state === 'held' || state === 'queued' || state === 'delayed');
}

/**
 * What stands in a conversation although it was written in another: what is held there because of
 * the merge, and the messages behind it.
 * @param rows unconfirmed rows of the host, oldest first
 * @returns by the conversation that goes on; oldest first
 */
export function guestsOf(rows: readonly OutboxRow[]): ReadonlyMap<ConversationKey, readonly OutboxRow[]> {
  const intoOf = new Map<ConversationKey, ConversationKey>();
  for (const row of rows) {
    const into = mergedInto(row);
    if (into !== null) intoOf.set(homeOf(row), into);
  }
  const guests = new Map<ConversationKey, OutboxRow[]>();
  if (intoOf.size === 0) return guests;
  for (const row of rows.filter(waits)) {
    const into = intoOf.get(homeOf(row));
    if (into === undefined) continue;
    const there = guests.get(into) ?? [];
    there.push(row);
    guests.set(into, there);
  }
  return guests;
}

/**
 * The host's rows that stand in a conversation, its own and its guests, oldest first; never what was
 * decided for another helpdesk that has a conversation under the same id.
 */
export function rowsShownIn(key: ConversationKey, rows: readonly OutboxRow[]): readonly OutboxRow[] {
  const guests = new Set(guestsOf(rows).get(key));
  return rows.filter((row) => !isElsewhere(row) && (homeOf(row) === key || guests.has(row)));
}
