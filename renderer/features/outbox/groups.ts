/** What waits, in the order in which an agent wants to know of it. Pure. */
import { conversationKey } from '@shared/domain/entities';
import { isWaiting, needsYou, type Row } from './explain';

export interface WaitingGroups {
  /** What only the agent can move on, the longest waiting first. */
  needsYou: readonly Row[];
  /** What leaves by itself, by account. */
  byItself: readonly { accountId: string; rows: readonly Row[] }[];
}

/**
 * Groups what has not reached the helpdesk: accounts as they are set up, in each the conversation
 * whose oldest row waits longest first, the rows of a conversation in the order they leave.
 */
export function groupWaiting(rows: readonly Row[], accountIds: readonly string[]): WaitingGroups {
  const byAge = [...rows].sort((a, b) => a.intent.decidedAt - b.intent.decidedAt);
  const groups = new Map<string, Map<string, Row[]>>(accountIds.map((id) => [id, new Map()]));
  for (const row of byAge.filter(isWaiting).filter((row) => !needsYou(row))) {
    const { accountId, conversationId } = row.intent;
    const key = conversationKey(accountId, conversationId);
    const conversations = groups.get(accountId) ?? new Map<string, Row[]>();
    groups.set(accountId, conversations.set(key, [...(conversations.get(key) ?? []), row]));
  }
  return {
    needsYou: byAge.filter(needsYou),
    byItself: [...groups]
      .map(([accountId, conversations]) => ({
        accountId,
        rows: [...conversations.values()].flatMap((group) => group.sort(inOrder)),
      }))
      .filter((group) => group.rows.length > 0),
  };
}

/** By the journal's order; what is not in it yet comes last. */
function inOrder(a: Row, b: Row): number {
  if (a.state === 'saving' || b.state === 'saving') {
    return Number(a.state === 'saving') - Number(b.state === 'saving');
  }
  return a.order - b.order;
}
