/** Sending: the intent is drawn first, and only then the composer is emptied. */
import { useRef } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { isEmptyDraft } from '@shared/domain/drafts';
import { conversationKey, type Conversation } from '@shared/domain/entities';
import type { IntentAction } from '@shared/domain/intents';
import { decide } from '@renderer/data/outbox';
import { useSettings } from '@renderer/data/settings';
import { useRecentDecision } from '@renderer/state/recent-decision';
import { useSelection } from '@renderer/state/selection';
import type { Upload } from './uploads';
import type { Content } from './use-content';

export interface SendDeps {
  conversation: Conversation;
  content: Content;
  uploads: readonly Upload[];
  isNote: boolean;
  clear: (sent: Content) => void;
}

export interface Sender {
  /** Why it cannot leave yet, in words; `null` when it can. */
  complaintFor: () => string | null;
  /** @param thenResolve resolves with it and opens the next conversation */
  send: (thenResolve: boolean) => void;
}

export function useSend({ conversation, content, uploads, isNote, clear }: SendDeps): Sender {
  const { t } = useTranslation('composer');
  const { statusAfterReply } = useSettings();
  // Two presses in a row are one decision: the first empties the composer.
  const underway = useRef(false);
  const complaintFor = (): string | null => {
    if (uploads.some(({ state }) => state === 'storing')) return t('complaint.storing');
    if (uploads.some(({ state }) => state === 'failed')) return t('complaint.failedFile');
    return isEmptyDraft(content) ? t(isNote ? 'complaint.emptyNote' : 'complaint.empty') : null;
  };
  const send = (thenResolve: boolean) => {
    if (underway.current) return;
    underway.current = true;
    const key = conversationKey(conversation.accountId, conversation.id);
    const files = [...content.files];
    const action: IntentAction = isNote
      ? { kind: 'note', text: content.text, files }
      : {
          kind: 'reply',
          text: content.text,
          files,
          statusAfter: thenResolve ? 'resolved' : statusAfterReply,
        };
    const at = Date.now();
    void decide(key, action)
      .then((ref) => {
        clear(content);
        useRecentDecision
          .getState()
          .remember({ ref, key, action, inverse: null, name: conversation.contactName, at });
        if (thenResolve && !isNote) useSelection.getState().advance(1);
      })
      .finally(() => {
        underway.current = false;
      });
  };
  return { complaintFor, send };
}
