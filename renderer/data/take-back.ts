/**
 * Takes an unsent reply or note back into its conversation's draft. The text goes into the draft
 * first, so no moment exists in which only memory holds it; when the message turns out to have left,
 * the draft is made what it was.
 */
import type { DraftContent } from '@shared/contract/door';
import { isEmptyDraft } from '@shared/domain/drafts';
import type { IntentAction, OutboxRow } from '@shared/domain/intents';
import { DoorFailure } from './door/failure';
import type { DraftHandle } from './drafts';
import { discard, undo, type SavingRow } from './outbox';

type MessageAction = Extract<IntentAction, { kind: 'reply' | 'note' }>;

/**
 * What the draft becomes when a message's content comes back into it: the message above, what was
 * typed meanwhile below. A note among the two keeps both private: only the agent makes it a reply.
 */
export function withContent(
  draft: DraftContent | null,
  back: Pick<DraftContent, 'mode' | 'text' | 'files'>,
  now: number,
): DraftContent {
  const other = draft?.text.trim() ?? '';
  const isPrivate = back.mode === 'note' || (draft !== null && !isEmptyDraft(draft) && draft.mode === 'note');
  return {
    mode: isPrivate ? 'note' : 'reply',
    text: other === '' ? back.text : `${back.text}\n\n${other}`,
    files: [...back.files, ...(draft?.files ?? [])].slice(0, 50),
    typedAt: now,
  };
}

/** What a reply or note says, as a draft holds it. */
export function contentOf(action: MessageAction): Pick<DraftContent, 'mode' | 'text' | 'files'> {
  return { mode: action.kind, text: action.text, files: [...action.files] };
}

/**
 * A message that waits for the agent is given up only once the draft surely has it; one that is on
 * its way is stopped at once, for it leaves meanwhile.
 * @param handle the draft that gets it: of the row's conversation, or of the one it was merged into
 * @throws DoorFailure `too-late` once it has left, `disk-full` when the draft cannot be kept
 */
export async function takeBackInto(
  handle: Pick<DraftHandle, 'draft' | 'save' | 'keep'>,
  row: OutboxRow | SavingRow,
): Promise<void> {
  const { ref, action } = row.intent;
  if (action.kind !== 'reply' && action.kind !== 'note') return;
  const before = handle.draft;
  const now = Date.now();
  const back = contentOf(action);
  const kept = handle.keep(withContent(before, back, now));
  const stopped =
    row.state === 'parked' || row.state === 'held' || (row.state === 'saving' && row.refusedBecause !== null);
  try {
    if (stopped && !(await kept))
      throw new DoorFailure('disk-full', 'Neither host nor browser took the draft');
    await (stopped ? discard(ref) : undo(ref));
  } catch (failure) {
    handle.save({ ...(before ?? { ...back, text: '', files: [] }), typedAt: now + 1 });
    throw failure;
  }
}
