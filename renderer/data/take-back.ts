/**
 * Takes an unsent reply or note back into its conversation's draft. The text goes into the draft
 * first, so no moment exists in which only memory holds it; when the message turns out to have left,
 * the draft is made what it was.
 */
import type { DraftContent } from '@shared/contract/door';
import { isEmptyDraft } from '@shared/domain/drafts';
import { isElsewhere, type IntentAction, type OutboxRow } from '@shared/domain/intents';
import { asTyped } from '@shared/domain/speaker';
import { DoorFailure, isPassing } from './door/failure';
import type { DraftHandle } from './drafts';
import { discard, undo, type SavingRow } from './outbox';

type MessageAction = Extract<IntentAction, { kind: 'reply' | 'note' }>;

/**
 * What the draft becomes when a message's content comes back into it: the message above, what was
 * typed meanwhile below. A note among the two keeps both private: only the agent makes it a reply.
 * What an attempt without an answer left in the draft is not put there twice.
 */
export function withContent(
  draft: DraftContent | null,
  back: Pick<DraftContent, 'mode' | 'text' | 'files'>,
  now: number,
): DraftContent {
  const other = draft?.text.trim() ?? '';
  const isPrivate = back.mode === 'note' || (draft !== null && !isEmptyDraft(draft) && draft.mode === 'note');
  const files = draft?.files ?? [];
  const known = new Set(files.map(({ hash }) => hash));
  if (draft !== null && draft.text.startsWith(back.text) && back.files.every(({ hash }) => known.has(hash)))
    return { ...draft, mode: isPrivate ? 'note' : 'reply', typedAt: now };
  return {
    mode: isPrivate ? 'note' : 'reply',
    text: other === '' ? back.text : `${back.text}\n\n${other}`,
    files: [...back.files, ...files].slice(0, 50),
    typedAt: now,
  };
}

/** What a reply or note says, as a draft holds it. */
export function contentOf(action: MessageAction): Pick<DraftContent, 'mode' | 'text' | 'files'> {
  return { mode: action.kind, text: action.text, files: [...action.files] };
}

/**
 * What the draft becomes when the message was not taken back after all: its words go out of it
 * again, what the agent typed meanwhile stays. A draft whose beginning was changed is left as it is.
 */
export function withoutContent(
  draft: DraftContent,
  before: DraftContent | null,
  back: Pick<DraftContent, 'mode' | 'text' | 'files'>,
  now: number,
): DraftContent {
  if (!draft.text.startsWith(back.text)) return draft;
  const mode = before !== null && !isEmptyDraft(before) ? before.mode : draft.mode;
  const own = new Set(before?.files.map(({ hash }) => hash));
  const brought = new Set(back.files.map(({ hash }) => hash).filter((hash) => !own.has(hash)));
  return {
    mode,
    text: draft.text.slice(back.text.length).replace(/^\n\n/, ''),
    files: draft.files.filter(({ hash }) => !brought.has(hash)),
    typedAt: now,
  };
}

/**
 * A message that waits for the agent is given up only once the draft surely has it; one that is on
 * its way is stopped at once, for it leaves meanwhile. Without a clear answer the draft keeps the
 * words: the host may have given the message up.
 * @param handle the draft that gets it: of the row's conversation, or of the one it was merged into
 * @throws DoorFailure `too-late` once it has left, `disk-full` when the draft cannot be kept
 */
export async function takeBackInto(
  handle: Pick<DraftHandle, 'now' | 'save' | 'keep'>,
  row: OutboxRow | SavingRow,
): Promise<void> {
  const { ref, action, speaker } = row.intent;
  if (action.kind !== 'reply' && action.kind !== 'note') return;
  if (row.state !== 'saving' && isElsewhere(row)) {
    throw new DoorFailure('too-late', 'Its conversation is at another helpdesk');
  }
  const before = handle.now();
  const back = contentOf(asTyped(action, speaker));
  const joined = withContent(before, back, Date.now());
  const kept = handle.keep(joined);
  const stopped =
    row.state === 'parked' || row.state === 'held' || (row.state === 'saving' && row.refusedBecause !== null);
  if (stopped && !(await kept)) {
    takeOut(handle, before, back);
    throw new DoorFailure('disk-full', 'Neither host nor browser took the draft');
  }
  try {
    await (stopped ? discard(ref) : undo(ref));
  } catch (failure) {
    if (failure instanceof DoorFailure && !isPassing(failure.code)) takeOut(handle, before, back);
    throw failure;
  }
}

function takeOut(
  handle: Pick<DraftHandle, 'now' | 'save'>,
  before: DraftContent | null,
  back: Pick<DraftContent, 'mode' | 'text' | 'files'>,
): void {
  const draft = handle.now();
  if (draft !== null) handle.save(withoutContent(draft, before, back, Date.now()));
}

/** True where a message was not taken back because it has left. */
export function isTooLate(failure: unknown): boolean {
  return failure instanceof DoorFailure && failure.code === 'too-late';
}
