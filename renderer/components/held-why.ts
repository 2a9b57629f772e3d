/** Why a reply waits for the agent, in the one reason that counts most; the difference shows them all. Pure. */
import { evidenceStep } from '@shared/domain/evidence';
import { isElsewhere, type OutboxRow } from '@shared/domain/intents';
import { knownAs } from '@shared/domain/speaker';
import type { Movement, MovedMessage } from '@shared/domain/thread-moved';

export type WhyKind =
  | 'answered'
  | 'answeredByYou'
  | 'noted'
  | 'wrote'
  | 'owner'
  | 'status'
  | 'baseMissing'
  | 'moved'
  | 'late'
  | 'merged'
  /** The same, said in the conversation that goes on. */
  | 'mergedHere'
  | 'unproven'
  | 'tooLong'
  | 'gone'
  | 'keepsFailing'
  /** Decided for a helpdesk that its account is not any more… */
  | 'elsewhere'
  /** …and perhaps done there… */
  | 'elsewherePerhaps'
  /** …or not even decided: a draft. */
  | 'elsewhereDraft';

export interface Why {
  kind: WhyKind;
  /** Who wrote; `''` where nobody did or no name is known. */
  name: string;
  /** Since when it could not leave (ms); only of `late`. */
  since: number | null;
  /** How many messages were looked at in vain; only of `tooLong`. */
  looked: number | null;
}

/** True for a reply or note that waits for a decision which must be taken with its thread in sight. */
export function isStopped(row: { state: string } | OutboxRow): row is OutboxRow {
  if (!('reason' in row)) return false;
  const { kind } = row.intent.action;
  if (kind !== 'reply' && kind !== 'note') return false;
  if (row.state === 'held') return true;
  return row.state === 'parked' && (row.reason?.kind === 'no-answer' || row.reason?.kind === 'gone');
}

/** `null` for a row that does not wait for the agent, or that waits for a reason of the server's own. */
export function whyStopped(
  row: Pick<OutboxRow, 'state' | 'hold' | 'reason' | 'intent'> & Partial<Pick<OutboxRow, 'evidence'>>,
): Why | null {
  const why = (kind: WhyKind, since: number | null = null): Why => ({ kind, name: '', since, looked: null });
  if (row.state === 'parked') {
    // First: whatever else became of it, became of it at another helpdesk.
    if (isElsewhere(row)) return why(whyElsewhere(row));
    if (row.reason?.kind === 'no-answer') {
      const looked = row.hold?.kind === 'unproven' ? (row.hold.looked ?? null) : null;
      return looked === null ? why('unproven') : { ...why('tooLong'), looked };
    }
    if (row.reason?.kind === 'gone') return why('gone');
    return row.reason?.kind === 'keeps-failing' ? why('keepsFailing') : null;
  }
  if (row.state !== 'held') return null;
  const { hold } = row;
  switch (hold?.kind) {
    case 'late':
      return why('late', hold.since);
    case 'moved':
      return whyMoved(hold.movement, knownAs(row.intent));
    case 'merged':
    case 'unproven':
      return why(hold.kind);
    case undefined:
      return why('moved');
  }
}

function whyElsewhere({ hold, evidence }: Partial<Pick<OutboxRow, 'hold' | 'evidence'>>): WhyKind {
  if (hold?.kind === 'unproven') return 'elsewherePerhaps';
  const isDraft = evidence?.some(({ note }) => evidenceStep(note).code === 'keptDraft') ?? false;
  return isDraft ? 'elsewhereDraft' : 'elsewhere';
}

/** @param own the id that is this agent's alone; `null` where others write under it as well */
function whyMoved(movement: Movement, own: string | null): Why {
  const newest = (fits: (message: MovedMessage) => boolean) => movement.newMessages.findLast(fits);
  const answer = newest(({ kind }) => kind === 'reply');
  const words = newest(({ kind }) => kind === 'inbound');
  const note = newest(({ kind, authorId }) => kind === 'note' && (own === null || authorId !== own));
  const why = (kind: WhyKind, name = ''): Why => ({ kind, name, since: null, looked: null });
  if (answer !== undefined) {
    return own !== null && answer.authorId === own
      ? why('answeredByYou')
      : why('answered', answer.authorName);
  }
  if (note !== undefined) return why('noted', note.authorName);
  if (words !== undefined) return why('wrote', words.authorName);
  if (movement.assignee !== null) return why('owner');
  if (movement.status !== null) return why('status');
  return why(movement.baseMissing ? 'baseMissing' : 'moved');
}
