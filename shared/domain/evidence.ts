/**
 * The steps of a proof chain. What stands in the journal and in exports is an English sentence for
 * whoever reads them years later without this program; the page finds its own words by the code.
 * Append only: an old journal holds old sentences.
 */
export const EVIDENCE_STEPS = {
  journalled: 'journalled',
  'undo time is over': 'undoOver',
  'a reply before it is held': 'behindHeld',
  'a newer edit is behind it': 'superseded',
  'its thread could not be read': 'threadUnread',
  'its thread moved': 'moved',
  'too late for a live chat': 'late',
  'its conversation was merged into another': 'merged',
  'the conversation is gone': 'gone',
  'the server took it': 'taken',
  'seen in the feed': 'seen',
  'seen in the feed under another name': 'seenMisnamed',
  'the server took it under another name': 'takenMisnamed',
  'accepted long ago; the feed is read to its end without an echo': 'takenForGood',
  'no proof that it was done': 'noAnswer',
  'the program ended while it was on its way': 'cutOff',
  'read back by reference': 'found',
  'read back by reference: not there': 'notFound',
  'the server refused to tell whether it was done': 'notTold',
  'its thread is too long to look through': 'tooLong',
  'nobody can tell whether it was done': 'nobodyKnows',
  'its files are there; its thread is read once more': 'filesThere',
  'it did not leave': 'didNotLeave',
  'a file is missing': 'fileMissing',
  'the server refused it': 'refused',
  'its account was pointed at another helpdesk': 'elsewhere',
  'a draft that was not sent, kept when its account was pointed at another helpdesk': 'keptDraft',
  'taken by the helpdesk that its account was before': 'takenElsewhere',
  'tried again and again, surely never done': 'keepsFailing',
  'no longer there after the helpdesk was restored from a backup': 'rolledBack',
  'in the thread twice: perhaps a copy of this console sent it as well': 'twice',
  'taken back by the agent': 'takenBack',
  'dropped by the agent': 'dropped',
  'sent again by the agent': 'resent',
  'sent as it is by the agent': 'sentAsIs',
  'sent by mail by the agent': 'sentByMail',
  'found in the thread by the agent': 'foundByAgent',
  'not in the thread, says the agent': 'notThereSaysAgent',
} as const;

/** A sentence the outbox may write as evidence. */
export type EvidenceNote = keyof typeof EVIDENCE_STEPS | `attempt ${number}`;
export type EvidenceCode = (typeof EVIDENCE_STEPS)[keyof typeof EVIDENCE_STEPS] | 'attempt';

export interface EvidenceStep {
  /** `null` for a sentence of another version of this program. */
  code: EvidenceCode | null;
  /** Which attempt it was; 0 for other steps. */
  attempt: number;
}

/** What a sentence of a proof chain means. */
export function evidenceStep(note: string): EvidenceStep {
  const attempt = /^attempt (\d+)$/.exec(note)?.[1];
  if (attempt !== undefined) return { code: 'attempt', attempt: Number(attempt) };
  const known = Object.hasOwn(EVIDENCE_STEPS, note);
  return { code: known ? EVIDENCE_STEPS[note as keyof typeof EVIDENCE_STEPS] : null, attempt: 0 };
}
