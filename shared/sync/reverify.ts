/**
 * After a helpdesk was restored from a backup: what it had confirmed may be gone. Everything it
 * confirmed in the last days is looked for once more by its reference; what is no longer there is
 * parked, and a person decides whether it is said again. Nothing is resent by itself, because what
 * a customer was mailed they keep, whatever the helpdesk forgot.
 *
 *   accepted | delivered ──not there any more──▶ parked (rolled-back)
 */
import { BackendError, ThreadTooLongError, verdictOf } from '../backends/backend-error';
import type { Backend } from '../backends/port';
import { targetOf, type OutboxRow } from '../domain/intents';
import { fullJitter } from './backoff';
import { isOfBefore, type Move } from './elsewhere';
import { isMessage } from './lane-order';
import { stepped, type Ledger } from './outbox-ledger';
import type { Clock, Random } from './ports';

/** Backups are rarely older; so long the journal surely holds what was sent. */
const LOOKED_BACK_MS = 7 * 24 * 3_600_000;
/** What is on its way may be confirmed yet by the server's old life: how often it is looked at. */
const ON_ITS_WAY_MS = 1_000;
const RETRY_BASE_MS = 1_000;
const RETRY_CAP_MS = 60_000;

export interface ReverifyDeps {
  ledger: Ledger;
  backendOf(accountId: string): Backend | null;
  clock: Clock;
  random: Random;
  /** What was confirmed before was confirmed by another helpdesk, of which this one knows nothing. */
  move: Move | undefined;
  /** Ends it; what was not looked at yet stays as it is. */
  signal: AbortSignal;
}

/**
 * Looks for all of an account's confirmed messages, one at a time, for as long as it takes.
 * @param at when the rollback was seen; what was confirmed in the week before is looked for
 * @returns false when it was ended before all were looked for. Never rejects.
 */
export async function reverify(accountId: string, at: number, deps: ReverifyDeps): Promise<boolean> {
  const { ledger, signal, move } = deps;
  const now = deps.clock.now();
  const since = at - LOOKED_BACK_MS;
  const refs = [...ledger.allLive()]
    .filter((row) => row.intent.accountId === accountId && isMessage(row) && row.changedAt >= since)
    .filter((row) => !isOfBefore(row, move, now))
    .filter((row) => isConfirmed(row) || isOnItsWay(row))
    .sort((a, b) => Number(isOnItsWay(a)) - Number(isOnItsWay(b)) || a.order - b.order)
    .map(({ intent }) => intent.ref);
  for (const ref of refs) {
    await lookFor(ref, accountId, deps);
  }
  return !signal.aborted;
}

async function lookFor(ref: string, accountId: string, deps: ReverifyDeps): Promise<void> {
  const { ledger, clock, random, signal } = deps;
  for (let failures = 1; !signal.aborted; failures += 1) {
    const row = ledger.live(ref);
    const backend = deps.backendOf(accountId);
    // A helpdesk that can prove nothing (T4) can disprove nothing either.
    if (row === undefined || backend?.descriptor.tier === 'T4') return;
    if (isOnItsWay(row)) {
      await clock.sleep(ON_ITS_WAY_MS, signal);
      continue;
    }
    if (!isConfirmed(row)) return;
    try {
      if (backend === null) throw new Error('The account is not connected.');
      const proof = await backend.findByRef(targetOf(row), ref, signal);
      if (proof !== null) return;
      // It took a step meanwhile, perhaps because a page of the server's old life came late.
      if (ledger.live(ref) !== row) continue;
      await ledger.write([
        stepped(row, 'parked', clock.now(), {
          note: 'no longer there after the helpdesk was restored from a backup',
          reason: { kind: 'rolled-back', detail: null },
        }),
      ]);
      return;
    } catch (error) {
      // Nobody may look there, or not to its end: it is neither proved nor disproved, and the others are
      // not kept waiting.
      if (error instanceof ThreadTooLongError) return;
      if (error instanceof BackendError && verdictOf(error.kind) === 'refused') return;
      await clock.sleep(fullJitter(failures, RETRY_BASE_MS, RETRY_CAP_MS, random), signal);
    }
  }
}

function isConfirmed({ state }: OutboxRow): boolean {
  return state === 'accepted' || state === 'delivered';
}

function isOnItsWay({ state }: OutboxRow): boolean {
  return state === 'sending' || state === 'unknown';
}
