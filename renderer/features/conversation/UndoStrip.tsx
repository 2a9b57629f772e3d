import { Undo2 } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { conversationKey, type ConversationKey } from '@shared/domain/entities';
import { canUndo, type OutboxRow } from '@shared/domain/intents';
import { Button } from '@renderer/components/Button';
import { useNow } from '@renderer/components/clock';
import { agentName, useAgentIds } from '@renderer/data/accounts';
import { decide, undo, useOutbox, useSavingRows } from '@renderer/data/outbox';
import { useDraft } from '@renderer/data/drafts';
import { contentOf, withContent } from '@renderer/data/take-back';
import { useCommand, useCommandKeys, runCommand } from '@renderer/state/commands';
import { useRecentDecision, type RecentDecision } from '@renderer/state/recent-decision';
import { useSelection } from '@renderer/state/selection';
import { useTakeBack } from './use-take-back';

/** How long a decision other than a message is offered for undo. */
const OFFERED_MS = 12_000;

/** The latest decision, with the one key that takes it back. No question was asked before it. */
export function UndoStrip({ conversationKey: key }: { conversationKey: ConversationKey }) {
  const latest = useRecentDecision((state) => state.latest);
  const here = useOutbox().findLast((row) => isDelayed(row) && keyOf(row) === key);
  if (latest !== null) {
    return latest.dropped === true ? (
      <DroppedStrip key={latest.ref} decision={latest} />
    ) : (
      <Strip key={latest.ref} decision={latest} />
    );
  }
  return here === undefined ? <UndoKey run={null} /> : <DelayedHere row={here} conversationKey={key} />;
}

const isDelayed = ({ state, intent: { action } }: OutboxRow): boolean =>
  state === 'delayed' && (action.kind === 'reply' || action.kind === 'note');

const keyOf = ({ intent }: OutboxRow): ConversationKey =>
  conversationKey(intent.accountId, intent.conversationId);

/** The key is taught before it is needed. */
function UndoKey({ run }: { run: (() => void) | null }) {
  const { t } = useTranslation('conversation');
  useCommand({
    id: 'conversation.undo',
    group: 'conversation',
    keys: ['z'],
    label: t('command.undo'),
    enabled: run !== null,
    run: () => run?.(),
  });
  return null;
}

/** Still delayed after a reload, which forgot what was decided last: its own line counts, the key works. */
function DelayedHere({ row, conversationKey: key }: { row: OutboxRow; conversationKey: ConversationKey }) {
  const takeBack = useTakeBack(key);
  return <UndoKey run={() => takeBack(row)} />;
}

/** A message that was given up: its words come back into the composer. */
function DroppedStrip({ decision }: { decision: RecentDecision }) {
  const { t } = useTranslation(['conversation', 'held']);
  const { ref, key, action, at, name } = decision;
  const now = useNow('second');
  const draft = useDraft(key);
  const forget = useRecentDecision((state) => state.forget);
  const over = now - at > OFFERED_MS;
  useEffect(() => {
    if (over) forget(ref);
  }, [over, forget, ref]);
  if (over || (action.kind !== 'reply' && action.kind !== 'note')) return <UndoKey run={null} />;
  const bringBack = () => {
    const content = withContent(draft.draft, contentOf(action), Date.now());
    draft.save(content);
    forget(ref);
    useSelection.getState().open(key);
    setTimeout(() => runCommand(content.mode === 'note' ? 'conversation.note' : 'conversation.reply'));
  };
  return (
    <>
      <UndoKey run={bringBack} />
      <StripLine onUndo={bringBack}>
        <span className="min-w-0 flex-1 truncate">{t(`held:dropped.${action.kind}`, { name })}</span>
      </StripLine>
    </>
  );
}

function StripLine({ onUndo, children }: { onUndo: () => void; children: ReactNode }) {
  const { t } = useTranslation('conversation');
  const keys = useCommandKeys('conversation.undo');
  return (
    <div
      role="status"
      className="flex min-h-8 animate-fade-in items-center gap-2 border-t bg-canvas px-5 py-0.5 text-muted"
    >
      {children}
      <Button variant="quiet" size="small" icon={Undo2} keys={keys} onClick={onUndo} className="text-text">
        {t('undo.button')}
      </Button>
    </div>
  );
}

function Strip({ decision }: { decision: RecentDecision }) {
  const { t } = useTranslation('conversation');
  const { ref, key, action, inverse } = decision;
  const now = useNow('second');
  const saved = useOutbox().find((row) => row.intent.ref === ref);
  const saving = useSavingRows().find((row) => row.intent.ref === ref);
  const row = saved ?? saving;
  const takeBack = useTakeBack(key);
  const forget = useRecentDecision((state) => state.forget);
  const isMessage = action.kind === 'reply' || action.kind === 'note';

  const leavesAt = row === undefined ? decision.at : row.intent.decidedAt + row.intent.delayMs;
  const seconds = Math.ceil((leavesAt - now) / 1_000);
  const running = isMessage && row !== undefined && (row.state === 'saving' || row.state === 'delayed');
  const over = isMessage ? now - decision.at > 1_000 && !running : now - decision.at > OFFERED_MS;
  useEffect(() => {
    if (over) forget(ref);
  }, [over, forget, ref]);

  const takeItBack = () => {
    if (isMessage) {
      if (row !== undefined) takeBack(row);
      return;
    }
    forget(ref);
    const stillHere = row !== undefined && (row.state === 'saving' || canUndo(row.state));
    const turnBack = () => (inverse === null ? undefined : void decide(key, inverse));
    if (stillHere) undo(ref).catch(turnBack);
    else turnBack();
  };
  const enabled = isMessage ? running : true;
  useCommand({
    id: 'conversation.undo',
    group: 'conversation',
    keys: ['z'],
    label: t('command.undo'),
    enabled,
    run: takeItBack,
  });
  const words = useWords(decision);
  if (over || (isMessage && !running)) return null;
  return (
    <StripLine onUndo={takeItBack}>
      <span className="min-w-0 flex-1 truncate">{words}</span>
      {isMessage && seconds > 0 && (
        // Read once, not every second.
        <span aria-hidden className="tabular text-meta text-faint">
          {t('undo.leavesIn', { count: seconds })}
        </span>
      )}
    </StripLine>
  );
}

function useWords({ action, name, key }: RecentDecision): string {
  const { t } = useTranslation(['conversation', 'common']);
  const accountId = key.slice(0, key.indexOf('/'));
  const mine = useAgentIds()[accountId];
  switch (action.kind) {
    case 'reply':
      return t('undo.reply', { name });
    case 'note':
      return t('undo.note');
    case 'status':
      return t('undo.status', { name, status: t(`common:status.${action.status}`) });
    case 'assign':
      if (action.assigneeId === null) return t('undo.unassigned', { name });
      if (action.assigneeId === mine) return t('undo.claimed', { name });
      return t('undo.assigned', { name, agent: agentName(accountId, action.assigneeId) });
    case 'priority':
      return t('undo.priority', { name, priority: t(`common:priority.${action.priority}`) });
    case 'tags':
      return t('undo.tags', { name });
  }
}
