import { FileX2, GitMerge } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import type { ConversationKey } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';
import { Button } from '@renderer/components/Button';
import { CopyText } from '@renderer/components/CopyText';
import { EmptyState } from '@renderer/components/EmptyState';
import { useMovedTo } from '@renderer/data/conversation';
import { useDraft } from '@renderer/data/drafts';
import { useOutbox } from '@renderer/data/outbox';
import { homeOf, mergedInto, rowsShownIn } from '@renderer/data/row-places';
import { useSelection } from '@renderer/state/selection';
import { behind, stoppedIn } from './held/stopped';
import { MessageItem } from './MessageItem';
import { useTakeBack } from './use-take-back';

/** A conversation that is not here any more: where it went, and what was typed for it. */
export function GoneConversation({ conversationKey }: { conversationKey: ConversationKey }) {
  const { t } = useTranslation('conversation');
  const { draft } = useDraft(conversationKey);
  useEffect(() => {
    // The editor went with the conversation, and the focus with the editor: the pane takes it.
    const { pane, focusPane } = useSelection.getState();
    if (pane === 'conversation' && document.activeElement === document.body) focusPane('conversation');
  }, []);
  const outbox = useOutbox();
  const own = useMemo(() => ownMessages(conversationKey, outbox), [conversationKey, outbox]);
  const merged = own.find((row) => homeOf(row) === conversationKey && mergedInto(row) !== null);
  const moved = useMovedTo(conversationKey);
  const target = moved ?? (merged === undefined ? null : mergedInto(merged));
  const takeBack = useTakeBack(target ?? conversationKey);
  const typed = draft !== null && draft.text !== '';
  return (
    <div className="flex h-full flex-col overflow-y-auto">
      {own.length > 0 && (
        <div className="mx-auto w-full max-w-[42rem] shrink-0 px-2 pb-2">
          {own.map((row) => (
            <MessageItem
              key={row.intent.ref}
              item={{ type: 'pending', key: row.intent.ref, row }}
              shownIn={conversationKey}
              continues={false}
              continued={false}
              isPublic={false}
              inline={false}
              root={null}
              onLink={openLink}
              onTakeBack={takeBack}
            />
          ))}
        </div>
      )}
      {/* A card says itself where the conversation went. */}
      {(own.length === 0 || typed) && (
        <div className="min-h-0 flex-1">
          <EmptyState
            icon={target === null ? FileX2 : GitMerge}
            title={t(target === null ? 'gone.deleted' : 'gone.merged')}
            actions={
              <>
                {target !== null && <OpenTarget from={conversationKey} target={target} />}
                {typed && <CopyText text={draft.text} />}
              </>
            }
          >
            <p>{t(target === null ? 'gone.deletedHelp' : 'gone.mergedHelp')}</p>
            {typed && (
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
        </div>
      )}
    </div>
  );
}

/** The agent's own messages that need a decision, and those that wait behind them; oldest first. */
function ownMessages(key: ConversationKey, outbox: readonly OutboxRow[]): readonly OutboxRow[] {
  const stopped = stoppedIn(key, outbox);
  const waiting = new Set(stopped.flatMap((held) => behind(held, outbox)));
  return rowsShownIn(key, outbox).filter((row) => stopped.includes(row) || waiting.has(row));
}

/** Of one's own text: nobody else wrote it. */
function openLink({ href }: { href: string }): void {
  window.open(href, '_blank', 'noopener,noreferrer');
}

/** Opens the conversation that took this one; what was typed goes along unless something is typed there. */
function OpenTarget({ from, target }: { from: ConversationKey; target: ConversationKey }) {
  const { t } = useTranslation('conversation');
  const open = useSelection((state) => state.open);
  const here = useDraft(from);
  const there = useDraft(target);
  const go = () => {
    if (here.draft !== null && there.draft === null) {
      there.save({ ...here.draft, typedAt: Date.now() });
      here.save({ ...here.draft, text: '', files: [], typedAt: Date.now() });
    }
    open(target);
  };
  return <Button onClick={go}>{t('gone.open')}</Button>;
}
