import type { ConversationKey } from '@shared/domain/entities';

/** Conversations whose customer or subject has words beginning with what was typed, newest first. */
export async function findConversations(
  _text: string,
  _limit: number,
  _signal: AbortSignal,
): Promise<readonly ConversationKey[]> {
  return [];
}
