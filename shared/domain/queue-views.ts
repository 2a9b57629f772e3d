/** The ready-made views of the queue: pure filters, so a list and its count cannot disagree. */
import type { Channel, Conversation } from './entities';

export const QUEUE_VIEWS = ['waiting', 'mine', 'unassigned', 'open', 'pending', 'resolved', 'all'] as const;
export type QueueViewId = (typeof QUEUE_VIEWS)[number];

export interface QueueFilter {
  view: QueueViewId;
  /** `null` for every channel. */
  channel: Channel | null;
  /** `null` for every account. */
  accountId: string | null;
}

type Filterable = Pick<Conversation, 'status' | 'assigneeId' | 'waitingSince' | 'channel' | 'accountId'>;

/**
 * Whether a conversation belongs to a filter.
 * @param agentIds the signed-in agent's id per account
 */
export function matchesFilter(
  row: Filterable,
  filter: QueueFilter,
  agentIds: Readonly<Record<string, string>>,
): boolean {
  if (filter.channel !== null && row.channel !== filter.channel) return false;
  if (filter.accountId !== null && row.accountId !== filter.accountId) return false;
  return matchesView(row, filter.view, agentIds[row.accountId] ?? null);
}

function matchesView(row: Filterable, view: QueueViewId, agentId: string | null): boolean {
  const active = row.status === 'new' || row.status === 'open';
  switch (view) {
    case 'waiting':
      return active && row.waitingSince !== null && (row.assigneeId === null || row.assigneeId === agentId);
    case 'mine':
      return agentId !== null && row.assigneeId === agentId && (active || row.status === 'pending');
    case 'unassigned':
      return active && row.assigneeId === null;
    case 'open':
      return active;
    case 'pending':
      return row.status === 'pending';
    case 'resolved':
      return row.status === 'resolved' || row.status === 'closed';
    case 'all':
      return true;
  }
}
