/**
 * What the agent decides about a row that was already taken: each verb gives the row as it is to
 * be written. A verb that comes again (any browser may send a request twice) gives the very same
 * row back, whatever became of it since.
 */
import {
  baseOf,
  canUndo,
  isElsewhere,
  type IntentBase,
  type OutboxRow,
  type Release,
} from '../domain/intents';
import { NotOfferedError, TooLateError } from './outbox-errors';
import { stepped } from './outbox-ledger';

/** What was on screen when the agent let a held row go. */
export interface Seen {
  base: IntentBase;
  /** Where to send it after a merge: the hold's `into`. */
  toConversationId?: string | null | undefined;
}

/**
 * The agent's word on a row whose outcome nobody else can tell: which message it is, or that it is
 * not there, said with `base` on screen (absent: what the row was parked with).
 */
export type Outcome = { arrived: string } | { notThere: true; base?: IntentBase | undefined };

/** The evidence of each verb, by which its repetition is known. */
const NOTES = {
  resent: 'sent again by the agent',
  asIs: 'sent as it is by the agent',
  byMail: 'sent by mail by the agent',
  arrived: 'found in the thread by the agent',
  notThere: 'not in the thread, says the agent',
} as const;

export function undone(row: OutboxRow, now: number): OutboxRow {
  if (row.state === 'discarded') return row;
  if (!canUndo(row.state) || isPerhapsDone(row)) throw new TooLateError(row.intent.ref);
  return stepped(row, 'discarded', now, { note: 'taken back by the agent' });
}

/** @param isServed its account is connected: what is unknown is looked for then, and not dropped */
export function discarded(row: OutboxRow, now: number, isServed: boolean): OutboxRow {
  if (row.state === 'discarded') return row;
  const isLost = row.state === 'unknown' && !isServed;
  if (row.state !== 'parked' && row.state !== 'held' && !isLost) throw new TooLateError(row.intent.ref);
  return stepped(row, 'discarded', now, { note: 'dropped by the agent' });
}

/** @throws NotOfferedError for what was decided for another helpdesk: its conversation is not this one's */
export function resent(row: OutboxRow, now: number): OutboxRow {
  if (isElsewhere(row)) throw new NotOfferedError('be sent what was decided for another one');
  if (row.state !== 'parked') return repeated(row, NOTES.resent);
  return stepped(row, 'queued', now, {
    note: NOTES.resent,
    attempts: 0,
    release: afterHold(row, now, null),
    // Whatever was refused, it may have been an upload that expired.
    uploadIds: [],
  });
}

export function sentAsIs(row: OutboxRow, now: number, seen: Seen): OutboxRow {
  if (row.state !== 'held') return repeated(row, NOTES.asIs);
  const { hold } = row;
  const agreed = hold?.kind === 'merged' && seen.toConversationId === hold.into;
  const release = afterHold(row, now, seen.base);
  return stepped(row, 'queued', now, {
    note: NOTES.asIs,
    release: agreed ? { ...release, toConversationId: hold.into } : release,
  });
}

export function sentByMail(row: OutboxRow, now: number, seen: IntentBase, offered: boolean): OutboxRow {
  if (row.state !== 'held' || row.hold?.kind !== 'late') return repeated(row, NOTES.byMail);
  if (!offered) throw new NotOfferedError('send a chat reply by mail');
  return stepped(row, 'queued', now, {
    note: NOTES.byMail,
    release: { ...afterHold(row, now, seen), via: 'email' },
  });
}

/** @param isThere the thread is known to have the message that the agent named */
export function settled(row: OutboxRow, now: number, outcome: Outcome, isThere: boolean): OutboxRow {
  const note = 'arrived' in outcome ? NOTES.arrived : NOTES.notThere;
  if (!isPerhapsDone(row)) return repeated(row, note);
  return 'arrived' in outcome
    ? stepped(row, isThere ? 'delivered' : 'accepted', now, { note, serverId: outcome.arrived })
    : stepped(row, 'queued', now, { note, release: afterHold(row, now, outcome.base ?? null) });
}

/** Parked because nobody can tell: it may be dropped, settled or sent again, but not taken back. */
function isPerhapsDone(row: OutboxRow): boolean {
  return row.state === 'parked' && row.reason?.kind === 'no-answer';
}

function repeated(row: OutboxRow, note: string): OutboxRow {
  const isRepetition = row.evidence.some((step) => step.note === note);
  if (isRepetition && row.state !== 'held' && row.state !== 'parked') return row;
  throw new TooLateError(row.intent.ref);
}

/**
 * The row's base from now on: what the agent had on screen.
 * @param seen `null` for what was shown with the hold, if there is one
 */
function afterHold(row: OutboxRow, now: number, seen: IntentBase | null): Release {
  const before = row.release ?? { seenIds: [], toConversationId: null, via: null };
  const base = seen ?? row.hold?.movement?.head ?? baseOf(row);
  const { seenIds, toConversationId, via } = before;
  return { at: now, base, seenIds: [...seenIds, ...shownIds(row, base)], toConversationId, via };
}

/** The hold's messages that an agent with this base on screen has seen. */
function shownIds({ hold, ...row }: OutboxRow, base: IntentBase): string[] {
  const ids = hold?.movement?.newMessages.map(({ id }) => id) ?? [];
  if (base.messageId === hold?.movement?.head.messageId) return ids;
  if (base.messageId === baseOf(row).messageId) return [];
  // An older view of the hold than this one: what came into it since was not on screen.
  return ids.slice(0, ids.indexOf(base.messageId ?? '') + 1);
}
