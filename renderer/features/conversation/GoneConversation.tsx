import { FileX2, GitMerge } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ConversationKey } from '@shared/domain/entities';
import { Button } from '@renderer/components/Button';
import { EmptyState } from '@renderer/components/EmptyState';
import { movedTo } from '@renderer/data/conversation';
import { useDraft } from '@renderer/data/drafts';
import { useSelection } from '@renderer/state/selection';

/** A conversation that is not here any more: where it went, and what was typed for it. */
export function GoneConversation({ conversationKey }: { conversationKey: ConversationKey }) {
  const { t } = useTranslation('conversation');
  const target = movedTo(conversationKey);
  const { draft } = useDraft(conversationKey);
  const open = useSelection((state) => state.open);
  return (
    <EmptyState
      icon={target === null ? FileX2 : GitMerge}
      title={t(target === null ? 'gone.deleted' : 'gone.merged')}
      actions={target !== null && <Button onClick={() => open(target)}>{t('gone.open')}</Button>}
    >
      <p>{t(target === null ? 'gone.deletedHelp' : 'gone.mergedHelp')}</p>
      {draft !== null && (
        <div className="mt-4 text-start">
          <p className="text-meta text-muted">{t('gone.draft')}</p>
          <p
            dir="auto"
            className="mt-1 max-h-60 overflow-y-auto rounded-control border bg-canvas p-2 whitespace-pre-wrap text-text select-text"
          >
            {draft.text}
          </p>
        </div>
      )}
    </EmptyState>
  );
}
