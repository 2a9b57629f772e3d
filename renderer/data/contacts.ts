import type { Contact, ConversationKey } from '@shared/domain/entities';
import { useCallback, useSyncExternalStore } from 'react';
import { pageData } from './current';

const NONE: readonly ConversationKey[] = [];

/** `undefined` while loading, `null` when the contact is not here. */
export function useContact(accountId: string, contactId: string): Contact | null | undefined {
  const key = `${accountId}/${contactId}`;
  return useSyncExternalStore(useWatch(key), () => pageData().contacts.contact(key));
}

/** The conversations of one person, newest first, at most 100. */
export function useContactConversations(accountId: string, contactId: string): readonly ConversationKey[] {
  const key = `${accountId}/${contactId}`;
  return useSyncExternalStore(useWatch(key), () => pageData().contacts.conversationsOf(key) ?? NONE);
}

function useWatch(key: string): (listener: () => void) => () => void {
  const { contacts } = pageData();
  return useCallback((listener: () => void) => contacts.subscribe(key, listener), [contacts, key]);
}
