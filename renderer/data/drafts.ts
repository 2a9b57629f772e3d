import type { DraftContent } from '@shared/contract/door';
import type { ConversationKey } from '@shared/domain/entities';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { pageData } from './current';
import type { DraftView } from './stores/draft-store';

export type { DraftState } from './stores/draft-store';

export interface DraftHandle extends DraftView {
  /** The draft as it is now, not as it was drawn last. */
  now(): DraftContent | null;
  /** An empty text without files takes the draft away. */
  save(content: DraftContent): void;
  /** The same, and waits until it surely is kept; false when neither the host nor this device took it. */
  keep(content: DraftContent): Promise<boolean>;
}

export function useDraft(key: ConversationKey): DraftHandle {
  const { drafts } = pageData();
  const subscribe = useCallback((listener: () => void) => drafts.subscribe(key, listener), [drafts, key]);
  const view = useSyncExternalStore(subscribe, () => drafts.view(key));
  const save = useCallback((content: DraftContent) => drafts.save(key, content), [drafts, key]);
  const keep = useCallback((content: DraftContent) => drafts.keep(key, content), [drafts, key]);
  const now = useCallback(() => drafts.view(key).draft, [drafts, key]);
  return useMemo(() => ({ ...view, now, save, keep }), [view, now, save, keep]);
}

/** Sends every draft the host has not got yet; resolves when it has them or cannot be reached. */
export function flushDrafts(): Promise<void> {
  return pageData().drafts.flush();
}
