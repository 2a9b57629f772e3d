/** Who must act next in a conversation, in the terms people use. Pure. */
import type { Conversation } from '@shared/domain/entities';

export type WhoWaits = 'you' | 'colleague' | 'customer' | 'nobody';

/**
 * Tells whose turn it is.
 * @param agentId the signed-in agent's id in this account; `null` while it is not known
 */
export function whoActs(
  conversation: Pick<Conversation, 'status' | 'waitingSince' | 'assigneeId'>,
  agentId: string | null,
): WhoWaits {
  const { status, waitingSince, assigneeId } = conversation;
  if (status === 'resolved' || status === 'closed') return 'nobody';
  if (waitingSince === null) return 'customer';
  return assigneeId === null || assigneeId === agentId ? 'you' : 'colleague';
}
