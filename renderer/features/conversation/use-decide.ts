/** Decisions of the conversation pane: made, remembered for undo, and left out when they change nothing. */
import { useCallback } from 'react';
import { conversationKey, type Conversation } from '@shared/domain/entities';
import type { IntentAction } from '@shared/domain/intents';
import { decide } from '@renderer/data/outbox';
import { useRecentDecision } from '@renderer/state/recent-decision';
import { changesAnything, inverseOf } from './inverse';

/** A function that decides something about this conversation, as it stands on screen now. */
export function useDecide(conversation: Conversation): (action: IntentAction) => void {
  return useCallback(
    (action) => {
      if (!changesAnything(conversation, action)) return;
      const key = conversationKey(conversation.accountId, conversation.id);
      const inverse = inverseOf(conversation, action);
      const at = Date.now();
      void decide(key, action).then((ref) =>
        useRecentDecision
          .getState()
          .remember({ ref, key, action, inverse, name: conversation.contactName, at }),
      );
    },
    [conversation],
  );
}
