/**
 * After an account was pointed at another helpdesk: its ids mean other conversations there, or none. What
 * was decided before is not sent there by itself, whatever it is, and what was perhaps done is not looked
 * for there: it is not there, and would be sent again.
 *
 *   delayed | queued | held ──▶ parked (elsewhere) ──resend by the agent──▶ queued
 *   unknown ──▶ parked (no-answer, unproven)
 */
import { isUnconfirmed, type OutboxRow } from '../domain/intents';
import { stepped, type Ledger } from './outbox-ledger';
import type { Clock } from './ports';

const ELSEWHERE = 'its account was pointed at another helpdesk';
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
 * @param upTo the newest order that was given then
 * @throws the journal's error: then it is not done, and to be done before the account is connected
 */
export async function parkElsewhere(accountId: string, upTo: number, deps: ElsewhereDeps): Promise<void> {
  const { ledger, clock, signal, running } = deps;
  const rows = (): OutboxRow[] =>
    [...ledger.allLive()].filter((row) => {
      return row.intent.accountId === accountId && isOfBefore(row, upTo) && isUnconfirmed(row.state);
    });
  while (running && rows().some(({ state }) => state === 'sending') && !signal.aborted) {
    await clock.sleep(ON_ITS_WAY_MS, signal);
  }
  const parked = rows().flatMap((row) => parkedOf(row, clock.now()));
  if (parked.length > 0) await ledger.write(parked);
}

/** Whether a row was decided while its account was another helpdesk's, and nobody sent it to this one since. */
export function isOfBefore(row: OutboxRow, upTo: number): boolean {
  return row.order <= upTo && !row.evidence.some(({ note }) => note === ELSEWHERE);
}

function parkedOf(row: OutboxRow, now: number): OutboxRow[] {
  const reason = { kind: 'elsewhere', detail: null } as const;
  switch (row.state) {
    case 'delayed':
    case 'queued':
    case 'held':
      return [stepped(row, 'parked', now, { note: ELSEWHERE, reason })];
    case 'sending':
    case 'unknown':
      return [
        stepped(row, 'parked', now, {
          note: ELSEWHERE,
          reason: { kind: 'no-answer', detail: row.reason?.detail ?? null },
          hold: { kind: 'unproven', movement: null },
        }),
      ];
    default:
      return [];
  }
}
