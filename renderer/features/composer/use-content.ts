/** What stands in the composer. The draft is the one truth; only what no draft keeps lives here. */
import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { DraftContent } from '@shared/contract/door';
import { isEmptyDraft } from '@shared/domain/drafts';
import type { ConversationKey } from '@shared/domain/entities';
import { useDraft, type DraftState } from '@renderer/data/drafts';

export type Content = Pick<DraftContent, 'mode' | 'text' | 'files'>;

const EMPTY: Content = { mode: 'reply', text: '', files: [] };

export interface ContentHandle {
  content: Content;
  change: (patch: Partial<Content>) => void;
  /** Empties it, unless it was changed since `sent`. */
  clear: (sent: Content) => void;
  loaded: boolean;
  state: DraftState;
}

export function useContent(key: ConversationKey): ContentHandle {
  const { draft, loaded, save, state } = useDraft(key);
  // An empty draft is no draft: its mode and its spaces are kept here while they are all there is.
  const [blank, setBlank] = useState<Content>(EMPTY);
  const content = draft ?? blank;
  const newest = useRef<Content>(content);
  useLayoutEffect(() => {
    newest.current = content;
  });
  const put = useCallback(
    (next: Content) => {
      setBlank(isEmptyDraft(next) ? next : { ...EMPTY, mode: next.mode });
      save({ mode: next.mode, text: next.text, files: [...next.files], typedAt: Date.now() });
    },
    [save],
  );
  return {
    content,
    change: (patch) => put({ mode: content.mode, text: content.text, files: content.files, ...patch }),
    clear: (sent) => {
      const { text, files } = newest.current;
      if (text === sent.text && files.length === sent.files.length) put(EMPTY);
    },
    loaded,
    state,
  };
}
