/** Takes an unsent reply or note back, opens its conversation and puts the caret where it goes on. */
import { useState } from 'react';
import type { ConversationKey } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';
import { useDraft } from '@renderer/data/drafts';
import type { SavingRow } from '@renderer/data/outbox';
import { contentOf, takeBackInto, withContent } from '@renderer/data/take-back';
import { runCommand } from '@renderer/state/commands';
import { useRecentDecision } from '@renderer/state/recent-decision';
import { useSelection } from '@renderer/state/selection';

export interface TakeBack {
  takeBack: (row: OutboxRow | SavingRow) => void;
  /** True after the last attempt came too late. */
  tooLate: boolean;
}

/** @param key the conversation whose messages are taken back; it is opened if it is not */
export function useTakeBack(key: ConversationKey): TakeBack {
  const handle = useDraft(key);
  const [tooLate, setTooLate] = useState(false);
  const takeBack = (row: OutboxRow | SavingRow) => {
    const { action } = row.intent;
    if (action.kind !== 'reply' && action.kind !== 'note') return;
    setTooLate(false);
    const { mode } = withContent(handle.draft, contentOf(action), 0);
    takeBackInto(handle, row).catch(() => setTooLate(true));
    useRecentDecision.getState().forget(row.intent.ref);
    const selection = useSelection.getState();
    if (selection.key !== key) selection.select(key);
    // The composer of that conversation is there after this draw.
    setTimeout(() => runCommand(mode === 'note' ? 'conversation.note' : 'conversation.reply'));
  };
  return { takeBack, tooLate };
}
