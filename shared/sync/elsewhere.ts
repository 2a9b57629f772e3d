/**
 * After an account was pointed at another helpdesk: its ids mean other conversations there, or none. What
 * was decided before is never sent there, whatever it is, and what was perhaps done is not looked for
 * there: it is not there, and would be sent again. The agent takes the words along by hand.
 *
 *   everything unfinished ──▶ parked (elsewhere; with the hold `unproven` where it was perhaps done)
 *   accepted ──▶ delivered, on the word of the helpdesk that took it
 */
import type { EvidenceNote } from '../domain/evidence';
import { isElsewhere, isUnconfirmed, type DeliveryReason, type OutboxRow } from '../domain/intents';
import { stepped, type Ledger } from './outbox-ledger';
import type { Clock } from './ports';

/** When an account became another helpdesk's. */
export interface Move {
  /** The newest order that was given until then. */
  upTo: number;
  /** Host clock; 0 where an older version did not write it down. */
  at: number;
  /** What the helpdesk before is known by; '' where that was not written down. */
  from: string;
}

const ELSEWHERE: EvidenceNote = 'its account was pointed at another helpdesk';
/** What is on its way is told of soon: the link to the old helpdesk was cut. */
const ON_ITS_WAY_MS = 100;

export interface ElsewhereDeps {
  ledger: Ledger;
  clock: Clock;
  signal: AbortSignal;
  /** False before the outbox runs: what a journal calls on its way was cut off by the end of the last run. */
  running: boolean;
}

/**
 * Hands to the agent what was decided for the helpdesk before, once each.
 * @throws the journal's error: then it is not done, and to be done before the account is connected
 */
export async function parkElsewhere(accountId: string, move: Move, deps: ElsewhereDeps): Promise<void> {
  const { ledger, clock, signal, running } = deps;
  const rows = (): OutboxRow[] =>
    [...ledger.allLive()].filter((row) => {
      if (row.intent.accountId !== accountId || !isUnconfirmed(row.state) || isElsewhere(row)) return false;
      return isOfBefore(row, move, clock.now());
    });
  while (running && rows().some(({ state }) => state === 'sending') && !signal.aborted) {
    await clock.sleep(ON_ITS_WAY_MS, signal);
  }
  const parked = rows().map((row) => parkedElsewhere(row, move, clock.now()));
  if (parked.length > 0) await ledger.write(parked);
}

/** Whether a row was decided while its account was another helpdesk's. @param now host clock */
export function isOfBefore(
  { order, intent }: Pick<OutboxRow, 'order' | 'intent'>,
  move: Move | undefined,
  now: number,
): boolean {
  if (move === undefined) return false;
  return order <= move.upTo || isDecidedBefore(intent.decidedAt, move, now);
}

/**
 * Whether something was decided or typed before the move, though the host hears of it since. A move that
 * has not come yet was dated by a clock that was wrong: nothing is older than it because of that.
 */
export function isDecidedBefore(at: number, move: Move | undefined, now: number): boolean {
  return move !== undefined && at <= move.at && move.at <= now;
}

/** A row that nothing can move on any more, as it is to be written. */
export function parkedElsewhere(row: OutboxRow, { from }: Move, now: number): OutboxRow {
  if (row.state === 'accepted') {
    return stepped(row, 'delivered', now, { note: 'taken by the helpdesk that its account was before' });
  }
  return stepped(row, 'parked', now, {
    note: ELSEWHERE,
    reason: because(from),
    ...(isPerhapsDone(row) ? { hold: { kind: 'unproven', movement: null } } : {}),
  });
}

/** What was only typed for the helpdesk before, as a row that nothing can move on either. */
export function keptDraft(row: OutboxRow, from: string, now: number): OutboxRow {
  const note = 'a draft that was not sent, kept when its account was pointed at another helpdesk';
  return stepped(row, 'parked', now, { note, reason: because(from) });
}

function because(from: string): DeliveryReason {
  return { kind: 'elsewhere', detail: from === '' ? null : from };
}

function isPerhapsDone({ state, reason }: OutboxRow): boolean {
  return state === 'sending' || state === 'unknown' || (state === 'parked' && reason?.kind === 'no-answer');
}
