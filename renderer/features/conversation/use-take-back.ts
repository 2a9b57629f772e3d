/** Takes an unsent reply or note back, opens its conversation and puts the caret where it goes on. */
import type { ConversationKey } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';
import { useDraft } from '@renderer/data/drafts';
import type { SavingRow } from '@renderer/data/outbox';
import { contentOf, isTooLate, takeBackInto, withContent } from '@renderer/data/take-back';
import { runCommand } from '@renderer/state/commands';
import { useFailedTakeBack } from '@renderer/state/failed-take-back';
import { useRecentDecision } from '@renderer/state/recent-decision';
import { useSelection } from '@renderer/state/selection';

/**
 * @param key the conversation whose messages are taken back; it is opened if it is not
 * @returns takes one back; a failure is told by {@link useFailedTakeBack}, for whoever asked may be
 *   gone from the screen by then
 */
export function useTakeBack(key: ConversationKey): (row: OutboxRow | SavingRow) => void {
  const handle = useDraft(key);
  const { tell } = useFailedTakeBack.getState();
  return (row) => {
    const { action } = row.intent;
    if (action.kind !== 'reply' && action.kind !== 'note') return;
    tell(null);
    const { mode } = withContent(handle.draft, contentOf(action), 0);
    takeBackInto(handle, row).catch((error: unknown) =>
      tell({ key, why: isTooLate(error) ? 'tooLate' : 'failed' }),
    );
    useRecentDecision.getState().forget(row.intent.ref);
    const selection = useSelection.getState();
    if (selection.key !== key) selection.select(key);
    // The composer of that conversation is there after this draw.
    setTimeout(() => runCommand(mode === 'note' ? 'conversation.note' : 'conversation.reply'));
  };
}
