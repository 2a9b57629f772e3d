import type { Contact, ConversationKey } from '@shared/domain/entities';

/** `undefined` while loading, `null` when the contact is not here. */
export function useContact(_accountId: string, _contactId: string): Contact | null | undefined {
  return undefined;
}

const NONE: readonly ConversationKey[] = [];

/** The conversations of one person, newest first, at most 100. */
export function useContactConversations(_accountId: string, _contactId: string): readonly ConversationKey[] {
  return NONE;
}
