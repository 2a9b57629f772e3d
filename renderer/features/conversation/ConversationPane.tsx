import { useEffect, type ReactNode } from 'react';
import type { Conversation, ConversationKey } from '@shared/domain/entities';
import { useConversation } from '@renderer/data/conversation';
import { markRead } from '@renderer/data/queue';
import { ConversationHeader } from './ConversationHeader';
import { CutOffChat } from './CutOffChat';
import { GoneConversation } from './GoneConversation';
import { RefusedEdits } from './RefusedEdits';
import { ConversationSkeleton } from './Skeletons';
import { Timeline } from './Timeline';
import { UndoStrip } from './UndoStrip';
import { useDecide } from './use-decide';

export interface ConversationPaneProps {
  conversationKey: ConversationKey;
  /** The composer of this conversation, always at the foot. */
  composer: ReactNode;
}

/** One customer's matter: what it is, what was said, what is said next. */
export function ConversationPane({ conversationKey, composer }: ConversationPaneProps) {
  const conversation = useConversation(conversationKey);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 flex-1">
        {conversation === undefined ? (
          <ConversationSkeleton />
        ) : conversation === null ? (
          <GoneConversation key={conversationKey} conversationKey={conversationKey} />
        ) : (
          <Thread key={conversationKey} conversation={conversation} conversationKey={conversationKey} />
        )}
      </div>
      {conversation && <CutOffChat conversation={conversation} />}
      <UndoStrip conversationKey={conversationKey} />
      {conversation !== null && composer}
    </div>
  );
}

function Thread(props: { conversation: Conversation; conversationKey: ConversationKey }) {
  const { conversation, conversationKey: key } = props;
  const decide = useDecide(conversation);
  const { lastMessageId } = conversation;
  useEffect(() => {
    const read = () => {
      if (!document.hidden) markRead(key);
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [key, lastMessageId]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <ConversationHeader conversation={conversation} decide={decide} />
      <RefusedEdits conversation={conversation} />
      <Timeline conversation={conversation} />
    </div>
  );
}
