/**
 * Takes an unsent reply or note back into the composer. The text goes into the draft first, so no
 * moment exists in which only memory holds it; when the message turns out to have left, it is taken
 * out of the draft again.
 */
import { useState } from 'react';
import type { DraftContent } from '@shared/contract/door';
import type { ConversationKey } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';
import { useDraft } from '@renderer/data/drafts';
import { discard, undo, type SavingRow } from '@renderer/data/outbox';
import { runCommand } from '@renderer/state/commands';
import { useRecentDecision } from '@renderer/state/recent-decision';
import { useSelection } from '@renderer/state/selection';

/** What the draft becomes when a message's content comes back into it. */
export function withContent(
  draft: DraftContent | null,
  back: Pick<DraftContent, 'mode' | 'text' | 'files'>,
  now: number,
): DraftContent {
  const other = draft?.text.trim() ?? '';
  return {
    mode: back.mode,
    text: other === '' ? back.text : `${back.text}\n\n${other}`,
    files: [...back.files, ...(draft?.files ?? [])].slice(0, 50),
    typedAt: now,
  };
}

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
    const { ref, action } = row.intent;
    if (action.kind !== 'reply' && action.kind !== 'note') return;
    setTooLate(false);
    const before = handle.draft;
    const now = Date.now();
    const back = { mode: action.kind, text: action.text, files: [...action.files] };
    handle.save(withContent(before, back, now));
    useRecentDecision.getState().forget(ref);
    const selection = useSelection.getState();
    if (selection.key !== key) selection.select(key);
    // The composer of that conversation is there after this draw.
    setTimeout(() => runCommand(action.kind === 'note' ? 'conversation.note' : 'conversation.reply'));
    const refused = row.state === 'saving' && row.refusedBecause !== null;
    const gone = refused || row.state === 'parked' || row.state === 'held' ? discard(ref) : undo(ref);
    gone.catch(() => {
      setTooLate(true);
      handle.save({ ...(before ?? { mode: back.mode, text: '', files: [] }), typedAt: now + 1 });
    });
  };
  return { takeBack, tooLate };
}
