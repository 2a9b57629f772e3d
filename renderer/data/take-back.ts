/**
 * Takes an unsent reply or note back into its conversation's draft. The text goes into the draft
 * first, so no moment exists in which only memory holds it; when the message turns out to have left,
 * the draft is made what it was.
 */
import type { DraftContent } from '@shared/contract/door';
import type { OutboxRow } from '@shared/domain/intents';
import type { DraftHandle } from './drafts';
import { discard, undo, type SavingRow } from './outbox';

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

/**
 * @param handle the draft of the row's conversation
 * @throws DoorFailure `too-late` once it has left
 */
export async function takeBackInto(
  handle: Pick<DraftHandle, 'draft' | 'save'>,
  row: OutboxRow | SavingRow,
): Promise<void> {
  const { ref, action } = row.intent;
  if (action.kind !== 'reply' && action.kind !== 'note') return;
  const before = handle.draft;
  const now = Date.now();
  const back = { mode: action.kind, text: action.text, files: [...action.files] };
  handle.save(withContent(before, back, now));
  const stopped =
    row.state === 'parked' || row.state === 'held' || (row.state === 'saving' && row.refusedBecause !== null);
  try {
    await (stopped ? discard(ref) : undo(ref));
  } catch (failure) {
    handle.save({ ...(before ?? { mode: back.mode, text: '', files: [] }), typedAt: now + 1 });
    throw failure;
  }
}
