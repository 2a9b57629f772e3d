import { Pause } from 'lucide-react';
import type { ConversationKey } from '@shared/domain/entities';
import { isElsewhere, type OutboxRow } from '@shared/domain/intents';
import { Button } from '@renderer/components/Button';
import { useWhyWords } from '@renderer/components/delivery-words';
import { whyStopped } from '@renderer/components/held-why';
import { useTranslation } from '@renderer/components/use-translation';
import { useOutbox, useStopped } from '@renderer/data/outbox';
import { homeOf } from '@renderer/data/row-places';
import { placeOf } from '@renderer/data/second-thoughts';
import { useQueueRow } from '@renderer/data/queue';
import { useCommand, useCommandKeys } from '@renderer/state/commands';
import { useJump } from '@renderer/state/jump';
import { useOverlay } from '@renderer/state/overlays';
import { useSelection } from '@renderer/state/selection';

/** Whether its card stands in the open conversation. */
const isIn = (row: OutboxRow, open: ConversationKey | null) =>
  !isElsewhere(row) && (homeOf(row) === open || placeOf(row) === open);

/** To its card, in the outbox where it has no conversation here; after a merge in the conversation that goes on, beside what is said there. */
function goTo(row: OutboxRow): void {
  if (isElsewhere(row)) return useOverlay.getState().show('outbox');
  useJump.getState().ask(row.intent.ref);
  useSelection.getState().open(placeOf(row));
}

/** Says, for eye and ear, that an own reply has just stopped and waits for the agent; and the way to it. */
export function StoppedToast() {
  const { t } = useTranslation('held');
  const rows = useOutbox().filter(
    ({ state, intent: { action } }) =>
      (state === 'held' || state === 'parked') && (action.kind === 'reply' || action.kind === 'note'),
  );
  const { stopped, dismiss } = useStopped();
  const open = useSelection((state) => state.key);
  const next = () => {
    const card = document.activeElement?.closest<HTMLElement>('[data-stopped]')?.dataset['stopped'];
    const focused = rows.findIndex(({ intent }) => intent.ref === card);
    const at = focused >= 0 ? focused : rows.findIndex((row) => isIn(row, open));
    const row = rows[(at + 1) % rows.length];
    if (row === undefined) return;
    dismiss();
    goTo(row);
  };
  useCommand({
    id: 'app.nextStopped',
    group: 'app',
    keys: ['g h'],
    label: t('command.next'),
    enabled: rows.length > 0,
    run: next,
  });
  const row = rows.find(({ intent }) => intent.ref === stopped);
  return (
    // Over the queue's foot, or at the head where there is one place for all: never over the composer.
    <div
      role="status"
      className="pointer-events-none fixed inset-x-3 top-3 z-20 flex justify-center two:inset-auto two:bottom-9 two:left-15 two:w-76"
    >
      {row !== undefined && <Toast row={row} isOpen={isIn(row, open)} onDismiss={dismiss} />}
    </div>
  );
}

function Toast(props: { row: OutboxRow; isOpen: boolean; onDismiss: () => void }) {
  const { row, isOpen, onDismiss } = props;
  const { t } = useTranslation('held');
  const contactName = useQueueRow(placeOf(row))?.conversation.contactName.trim() ?? '';
  const name = isElsewhere(row) || contactName === '' ? t('toast.somebody') : contactName;
  const why = useWhyWords(whyStopped(row));
  const keys = useCommandKeys('app.nextStopped');
  const kind = row.intent.action.kind === 'note' ? 'note' : 'reply';
  const words = (
    <>
      <span className="font-strong">{t(`toast.${kind}`, { name })}</span> {why}
    </>
  );
  // Its card stands before the agent's eyes: only the ear is told.
  if (isOpen) return <p className="sr-only">{words}</p>;
  return (
    <div className="pointer-events-auto flex w-full max-w-[36rem] animate-fade-in flex-wrap items-center gap-x-3 gap-y-1.5 rounded-float border border-transparent bg-raised px-3 py-2 shadow-float">
      <Pause size={14} strokeWidth={2.25} aria-hidden className="mt-0.75 shrink-0 self-start text-warning" />
      <p className="min-w-0 flex-1 text-pretty [overflow-wrap:anywhere]">{words}</p>
      <span className="flex w-full justify-end gap-1.5">
        <Button
          size="small"
          keys={keys}
          onClick={() => {
            onDismiss();
            goTo(row);
          }}
        >
          {t('toast.look')}
        </Button>
        <Button size="small" variant="quiet" onClick={onDismiss}>
          {t('toast.dismiss')}
        </Button>
      </span>
    </div>
  );
}
