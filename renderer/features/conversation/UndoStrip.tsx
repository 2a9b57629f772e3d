import { Undo2 } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { canUndo } from '@shared/domain/intents';
import { Button } from '@renderer/components/Button';
import { useNow } from '@renderer/components/clock';
import { agentName, useAgentIds } from '@renderer/data/accounts';
import { decide, undo, useOutbox, useSavingRows } from '@renderer/data/outbox';
import { useCommand, useCommandKeys } from '@renderer/state/commands';
import { useRecentDecision, type RecentDecision } from '@renderer/state/recent-decision';
import { useTakeBack } from './use-take-back';

/** How long a decision other than a message is offered for undo. */
const OFFERED_MS = 12_000;

/** The latest decision, with the one key that takes it back. No question was asked before it. */
export function UndoStrip() {
  const latest = useRecentDecision((state) => state.latest);
  return latest === null ? <NothingToTakeBack /> : <Strip key={latest.ref} decision={latest} />;
}

/** The key is taught before it is needed. */
function NothingToTakeBack() {
  const { t } = useTranslation('conversation');
  useCommand({
    id: 'conversation.undo',
    group: 'conversation',
    keys: ['z'],
    label: t('command.undo'),
    enabled: false,
    run: () => undefined,
  });
  return null;
}

function Strip({ decision }: { decision: RecentDecision }) {
  const { t } = useTranslation('conversation');
  const { ref, key, action, inverse } = decision;
  const now = useNow('second');
  const saved = useOutbox().find((row) => row.intent.ref === ref);
  const saving = useSavingRows().find((row) => row.intent.ref === ref);
  const row = saved ?? saving;
  const { takeBack } = useTakeBack(key);
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
  const keys = useCommandKeys('conversation.undo');
  const words = useWords(decision);
  if (over || (isMessage && !running)) return null;
  return (
    <div
      role="status"
      className="flex min-h-8 animate-fade-in items-center gap-2 border-t bg-canvas px-5 py-0.5 text-muted"
    >
      <span className="min-w-0 flex-1 truncate">{words}</span>
      {isMessage && seconds > 0 && (
        // Read once, not every second.
        <span aria-hidden className="tabular text-meta text-faint">
          {t('undo.leavesIn', { count: seconds })}
        </span>
      )}
      <Button
        variant="quiet"
        size="small"
        icon={Undo2}
        keys={keys}
        onClick={takeItBack}
        className="text-text"
      >
        {t('undo.button')}
      </Button>
    </div>
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
