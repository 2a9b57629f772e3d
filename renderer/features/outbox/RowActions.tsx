import { useState } from 'react';
import { Button } from '@renderer/components/Button';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccounts } from '@renderer/data/accounts';
import { useDraft } from '@renderer/data/drafts';
import { discard, resend, undo } from '@renderer/data/outbox';
import { placeOf } from '@renderer/data/second-thoughts';
import { takeBackInto } from '@renderer/data/take-back';
import { conversationKey } from '@shared/domain/entities';
import { asTyped } from '@shared/domain/speaker';
import { canUndo, isElsewhere } from '@shared/domain/intents';
import { isStopped } from '@renderer/components/held-why';
import { CopyText } from '@renderer/components/CopyText';
import { needsYou, type Row } from './explain';

/** What can be done about a row that has not reached the helpdesk; nothing for the others. */
export function RowActions({ row, onGo }: { row: Row; onGo: () => void }) {
  const { t } = useTranslation(['outbox', 'delivery']);
  const { ref, accountId, conversationId, action } = row.intent;
  // A reply that the agent sent after its merged conversation is taken back there.
  const draft = useDraft(row.state === 'saving' ? conversationKey(accountId, conversationId) : placeOf(row));
  const [failed, setFailed] = useState(false);
  const stuck = needsYou(row);
  // Nobody looks for it any more.
  const isLost = useAccounts().every(({ id }) => id !== accountId) && row.state === 'unknown';
  const decidedThere = isStopped(row);
  // Nothing of it goes into a conversation of the helpdesk that its account is now.
  const elsewhere = row.state !== 'saving' && isElsewhere(row);
  const decidedHere = stuck && !decidedThere && !elsewhere;
  const undoable = !stuck && (row.state === 'saving' || canUndo(row.state));
  const isMessage = action.kind === 'reply' || action.kind === 'note';
  if (!stuck && !undoable && !isLost) return null;
  const attempt = (doing: Promise<void>) => {
    setFailed(false);
    doing.catch(() => setFailed(true));
  };
  const takeBack = () => attempt(isMessage ? takeBackInto(draft, row).then(onGo) : undo(ref));
  return (
    <p className="flex flex-wrap items-center gap-1.5">
      {decidedThere && (
        <Button size="small" variant="primary" onClick={onGo}>
          {t('delivery:action.decideThere')}
        </Button>
      )}
      {undoable && (
        <Button size="small" onClick={takeBack}>
          {t('action.undo')}
        </Button>
      )}
      {elsewhere && isMessage && <CopyText size="small" text={asTyped(action, row.intent.speaker).text} />}
      {decidedHere && isMessage && (
        <Button size="small" onClick={takeBack}>
          {t('action.edit')}
        </Button>
      )}
      {decidedHere && (
        <Button size="small" onClick={() => attempt(resend(ref))}>
          {t('action.resend')}
        </Button>
      )}
      {(stuck || isLost) && (
        <Button size="small" onClick={() => attempt(discard(ref))}>
          {t('action.discard')}
        </Button>
      )}
      {failed && (
        <span role="status" className="text-meta text-warning">
          {t('action.failed')}
        </span>
      )}
    </p>
  );
}
