import { CircleCheckBig } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { assertNever } from '@shared/domain/assert-never';
import { conversationKey, type ConversationKey } from '@shared/domain/entities';
import { canUndo, type IntentAction, type OutboxRow } from '@shared/domain/intents';
import { Button } from '@renderer/components/Button';
import { cx } from '@renderer/components/class-names';
import { deliveryFacts, useDeliveryWords } from '@renderer/components/delivery-words';
import { DeliveryGlyph, type ShownDelivery } from '@renderer/components/DeliveryGlyph';
import { Dialog } from '@renderer/components/Dialog';
import { EmptyState } from '@renderer/components/EmptyState';
import { RelativeTime } from '@renderer/components/RelativeTime';
import { agentName, useAccounts, useAgentIds } from '@renderer/data/accounts';
import { useDraft } from '@renderer/data/drafts';
import { discard, resend, undo, useOutbox, useSavingRows, type SavingRow } from '@renderer/data/outbox';
import { useQueueRow } from '@renderer/data/queue';
import { takeBackInto } from '@renderer/data/take-back';
import { useCommand } from '@renderer/state/commands';
import { useOverlay } from '@renderer/state/overlays';
import { useSelection } from '@renderer/state/selection';

type Row = OutboxRow | SavingRow;

/** Everything that has not arrived yet, what it waits for, and what can be done about it. */
export function OutboxDialog() {
  const { t } = useTranslation('outbox');
  const open = useOverlay((state) => state.open === 'outbox');
  const show = useOverlay((state) => state.show);
  useCommand({
    id: 'app.outbox',
    group: 'app',
    keys: ['g x'],
    label: t('command.open'),
    run: () => show('outbox'),
  });
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => show(next ? 'outbox' : null)}
      title={t('title')}
      description={t('description')}
      size="wide"
    >
      <Rows onClose={() => show(null)} />
    </Dialog>
  );
}

/** What needs a person comes first, then what was decided first. */
function order(row: Row): number {
  if (row.state === 'saving') return row.refusedBecause === null ? 2 : 0;
  return row.state === 'parked' || row.state === 'held' ? 0 : 1;
}

function Rows({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('outbox');
  const host = useOutbox();
  const saving = useSavingRows().filter(
    (row) => !row.undoing && !host.some(({ intent }) => intent.ref === row.intent.ref),
  );
  const rows: readonly Row[] = [...host, ...saving].sort(
    (a, b) => order(a) - order(b) || a.intent.decidedAt - b.intent.decidedAt,
  );
  if (rows.length === 0) {
    return (
      <EmptyState icon={CircleCheckBig} title={t('empty.title')}>
        {t('empty.help')}
      </EmptyState>
    );
  }
  return (
    <ul className="-mx-2 divide-y divide-line">
      {rows.map((row) => (
        <OutboxItem key={row.intent.ref} row={row} onClose={onClose} />
      ))}
    </ul>
  );
}

function useActionWords(action: IntentAction, accountId: string): string {
  const { t } = useTranslation(['outbox', 'common']);
  const mine = useAgentIds()[accountId];
  switch (action.kind) {
    case 'reply':
      return t('kind.reply');
    case 'note':
      return t('kind.note');
    case 'status':
      return t('kind.status', { status: t(`common:status.${action.status}`) });
    case 'assign':
      if (action.assigneeId === null) return t('kind.unassign');
      if (action.assigneeId === mine) return t('kind.claim');
      return t('kind.assign', { agent: agentName(accountId, action.assigneeId) });
    case 'priority':
      return t('kind.priority', { priority: t(`common:priority.${action.priority}`) });
    case 'tags':
      return t('kind.tags', { tags: [...action.add, ...action.remove.map((tag) => `−${tag}`)].join(', ') });
    default:
      return assertNever(action);
  }
}

function OutboxItem({ row, onClose }: { row: Row; onClose: () => void }) {
  const { t } = useTranslation('outbox');
  const { intent } = row;
  const key = conversationKey(intent.accountId, intent.conversationId);
  const conversation = useQueueRow(key)?.conversation;
  const account = useAccounts().find(({ id }) => id === intent.accountId);
  const kind = useActionWords(intent.action, intent.accountId);
  const words = useDeliveryWords(deliveryFacts(row, account));
  const notTaken = row.state === 'saving' && row.refusedBecause !== null;
  const shown: ShownDelivery = notTaken ? 'parked' : row.state;
  const text = intent.action.kind === 'reply' || intent.action.kind === 'note' ? intent.action.text : '';
  const subject = conversation?.subject.trim() ?? '';
  const openIt = () => {
    onClose();
    useSelection.getState().open(key);
  };
  return (
    <li className="flex items-start gap-3 px-2 py-2.5">
      <span className="mt-0.75">
        <DeliveryGlyph state={shown} decorative size={16} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2">
          <button
            type="button"
            onClick={openIt}
            className="min-h-6 min-w-0 truncate rounded-control text-start font-strong hover:underline"
          >
            <bdi>{conversation?.contactName.trim() || t('unknownCustomer')}</bdi>
            {subject !== '' && <bdi className="font-normal text-muted"> · {subject}</bdi>}
          </button>
          <span className="ml-auto shrink-0 text-meta text-faint">
            <RelativeTime at={intent.decidedAt} />
          </span>
        </p>
        <p className="truncate text-muted">
          {kind}
          {text !== '' && <bdi> · {text.trim().slice(0, 200)}</bdi>}
        </p>
        <p
          className={cx(
            'tabular mt-0.5 text-meta text-pretty [overflow-wrap:anywhere]',
            shown === 'parked'
              ? 'text-danger'
              : shown === 'held' || shown === 'unknown'
                ? 'text-warning'
                : 'text-muted',
          )}
        >
          {words}
          {row.state !== 'saving' && row.attempts > 1 && ` ${t('attempts', { count: row.attempts })}`}
        </p>
        <Actions row={row} shown={shown} conversationKey={key} onTakenBack={openIt} />
      </div>
    </li>
  );
}

function Actions(props: {
  row: Row;
  shown: ShownDelivery;
  conversationKey: ConversationKey;
  onTakenBack: () => void;
}) {
  const { row, shown, conversationKey: key, onTakenBack } = props;
  const draft = useDraft(key);
  const { t } = useTranslation('outbox');
  const [failed, setFailed] = useState(false);
  const { ref } = row.intent;
  const attempt = (action: Promise<void>) => {
    setFailed(false);
    action.catch(() => setFailed(true));
  };
  const stuck = shown === 'parked' || shown === 'held';
  const undoable = !stuck && (row.state === 'saving' || canUndo(row.state));
  const isMessage = row.intent.action.kind === 'reply' || row.intent.action.kind === 'note';
  if (!stuck && !undoable) return null;
  return (
    <p className="mt-1.5 flex flex-wrap items-center gap-1.5">
      {(undoable || (stuck && isMessage)) && (
        <Button
          size="small"
          onClick={() => attempt(isMessage ? takeBackInto(draft, row).then(onTakenBack) : undo(ref))}
        >
          {t(stuck ? 'action.edit' : 'action.undo')}
        </Button>
      )}
      {shown === 'parked' && (
        <Button size="small" onClick={() => attempt(resend(ref))}>
          {t('action.resend')}
        </Button>
      )}
      {stuck && (
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
