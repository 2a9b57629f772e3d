/**
 * Why a decision is where it is and what happens next, as keys of the locales and what fills them.
 * Pure, so that every sentence an agent can meet is tested without a screen.
 */
import type { ShownDelivery } from '@renderer/components/DeliveryGlyph';
import { isStopped, whyStopped, type Why } from '@renderer/components/held-why';
import type { SavingRow } from '@renderer/data/outbox';
import { assertNever } from '@shared/domain/assert-never';
import { evidenceStep, type EvidenceCode } from '@shared/domain/evidence';
import type { OutboxRow } from '@shared/domain/intents';

export type Row = OutboxRow | SavingRow;

/** A text of `delivery.json` and what fills it. Times (ms) are under the names in {@link TIMES}. */
export interface Phrase {
  key: string;
  values?: Readonly<Record<string, string | number>>;
}
/** Values of these names are moments, to be shown as a clock time. */
export const TIMES: readonly string[] = ['time', 'since'];

export interface Explanation {
  why: Phrase;
  /** `null` when nothing more happens. */
  next: Phrase | null;
}

/** What of an account the words hang on. */
export interface AccountFacts {
  name: string;
  state: 'connecting' | 'online' | 'offline' | 'refused' | 'paused';
  stateSince: number;
}

/** The state as it is drawn: what the host will not take waits for the agent like a parked row. */
export function shownState(row: Row): ShownDelivery {
  return row.state === 'saving' && row.refusedBecause !== null ? 'parked' : row.state;
}

/** True while only the agent can move it on. */
export function needsYou(row: Row): boolean {
  const state = shownState(row);
  return state === 'held' || state === 'parked';
}

/** Of a helpdesk that its account is not any more: its conversation is not here, or is somebody else's. */
export function isOfAnother(row: Row): boolean {
  if (row.state === 'saving') return false;
  return row.evidence.some(({ note }) => ELSEWHERE.has(evidenceStep(note).code));
}
const ELSEWHERE: ReadonlySet<EvidenceCode | null> = new Set(['elsewhere', 'takenElsewhere', 'keptDraft']);

/** True while it is on its way and has not reached the helpdesk. */
export function isWaiting(row: Row): boolean {
  const { state } = row;
  return (
    state === 'saving' ||
    state === 'delayed' ||
    state === 'queued' ||
    state === 'sending' ||
    state === 'unknown'
  );
}

/** Soon enough to be counted down by the second. */
const COUNTED_MS = 120_000;

/** The plan that is worth a countdown (ms since the epoch); `null` without one. */
export function plannedAt(row: Row): number | null {
  if (row.state === 'saving') return null;
  if (row.state === 'delayed') return row.nextAttemptAt ?? row.queuedAt + row.intent.delayMs;
  if (row.state === 'queued' || row.state === 'unknown') return row.nextAttemptAt;
  return null;
}

/** @param now page clock; the host runs on the same computer */
export function explain(row: Row, account: AccountFacts | undefined, now: number): Explanation {
  if (row.state === 'saving') {
    return row.refusedBecause === null
      ? { why: { key: 'why.saving' }, next: { key: 'next.saved' } }
      : { why: { key: `outbox:notTaken.${row.refusedBecause}` }, next: { key: 'next.decideHere' } };
  }
  switch (row.state) {
    case 'delayed':
      return { why: { key: 'why.delayed' }, next: planned(plannedAt(row), now, LEAVES) };
    case 'queued':
      return queued(row, account, now);
    case 'held':
      return { why: stopped(row), next: { key: 'next.decideThere' } };
    case 'sending':
      return { why: { key: 'why.sending', values: { since: row.changedAt } }, next: { key: 'next.answer' } };
    case 'unknown':
      return { why: { key: 'why.unknown' }, next: lookedUp(row, account, now) };
    case 'parked':
      return parked(row);
    case 'accepted':
      return { why: { key: 'why.accepted' }, next: { key: 'next.seen' } };
    case 'delivered':
      if (row.leftAs !== undefined)
        return { why: { key: 'speaker:misnamed', values: { name: row.leftAs } }, next: null };
      return {
        why: { key: DELIVERED[lastCode(row) ?? ''] ?? 'why.delivered' },
        next: null,
      };
    case 'bounced':
      return { why: withWords('why.bounced', 'why.bouncedBecause', row), next: { key: 'next.otherWay' } };
    case 'discarded':
      return {
        why: { key: lastCode(row) === 'takenBack' ? 'why.takenBack' : 'why.discarded' },
        next: null,
      };
    case 'superseded':
      return { why: { key: 'why.superseded' }, next: null };
    default:
      return assertNever(row);
  }
}

/** By the last step. */
const DELIVERED: Readonly<Partial<Record<string, string>>> = {
  twice: 'why.deliveredTwice',
  takenElsewhere: 'why.takenElsewhere',
};

function lastCode(row: OutboxRow) {
  return evidenceStep(row.evidence.at(-1)?.note ?? '').code;
}

/** By the second when it is near, by the clock when it is not. */
function planned(at: number | null, now: number, keys: Record<'now' | 'in' | 'at', string>): Phrase {
  if (at === null || at <= now) return { key: keys.now };
  if (at - now > COUNTED_MS) return { key: keys.at, values: { time: at } };
  return { key: keys.in, values: { count: Math.ceil((at - now) / 1_000) } };
}
const LEAVES = { now: 'next.leaving', in: 'next.leavesIn', at: 'next.leavesAt' };
const TRIED = { now: 'next.leaving', in: 'next.tryIn', at: 'next.tryAt' };
const LOOKED_UP = { now: 'next.lookingNow', in: 'next.lookIn', at: 'next.lookAt' };

/** What keeps every row of an account from leaving; `null` when nothing does. */
export function hindrance(account: AccountFacts | undefined): Explanation | null {
  if (account === undefined) return { why: { key: 'why.accountGone' }, next: { key: 'next.accountBack' } };
  const values = { account: account.name, since: account.stateSince };
  switch (account.state) {
    case 'online':
      return null;
    case 'connecting':
      return { why: { key: 'why.connecting', values }, next: { key: 'next.reachable' } };
    case 'offline':
      return { why: { key: 'why.offline', values }, next: { key: 'next.reachable' } };
    case 'refused':
      return { why: { key: 'why.refusedSignIn', values }, next: { key: 'next.signIn' } };
    case 'paused':
      return { why: { key: 'why.paused', values }, next: { key: 'next.resumed' } };
    default:
      return assertNever(account.state);
  }
}

function queued(row: OutboxRow, account: AccountFacts | undefined, now: number): Explanation {
  const kind = row.reason?.kind ?? null;
  if (kind === 'earlier-first' && lastCode(row) === 'behindHeld') {
    return { why: { key: 'why.behindHeld' }, next: { key: 'next.decideEarlier' } };
  }
  const hindered = hindrance(account);
  if (hindered !== null) return hindered;
  switch (kind) {
    case 'earlier-first':
      return { why: { key: 'why.earlierFirst' }, next: { key: 'next.afterEarlier' } };
    case 'rate-limited':
      return row.nextAttemptAt === null || row.nextAttemptAt <= now
        ? { why: { key: 'why.pauseOver' }, next: { key: 'next.leaving' } }
        : {
            why: { key: 'why.askedToWait', values: { time: row.nextAttemptAt } },
            next: planned(row.nextAttemptAt, now, TRIED),
          };
    case 'account-offline':
    case 'account-refused':
      return { why: { key: 'why.didNotLeave' }, next: planned(row.nextAttemptAt, now, TRIED) };
    case 'thread-unread':
      return { why: { key: 'why.threadUnread' }, next: { key: 'next.threadRead' } };
    case 'no-answer':
    case 'settling':
      return { why: { key: 'why.surelyNot' }, next: planned(row.nextAttemptAt, now, TRIED) };
    default:
      return { why: { key: 'why.itsTurn' }, next: planned(row.nextAttemptAt, now, TRIED) };
  }
}

function lookedUp(row: OutboxRow, account: AccountFacts | undefined, now: number): Phrase {
  if (hindrance(account) !== null) return { key: 'next.lookWhenReachable' };
  return planned(row.nextAttemptAt, now, LOOKED_UP);
}

const NO_REASON: Why = { kind: 'moved', name: '', since: null, looked: null };

/** The same words as on the card in the conversation, where the difference is shown. */
function stopped(row: OutboxRow): Phrase {
  const { kind, name, since, looked } = whyStopped(row) ?? NO_REASON;
  const time = since === null ? {} : { time: since };
  return {
    key: `held:why.${kind}`,
    values: { name, ...time, ...(looked === null ? {} : { count: looked }) },
  };
}

function parked(row: OutboxRow): Explanation {
  const next: Phrase = { key: isStopped(row) ? 'next.decideThere' : 'next.decideHere' };
  switch (row.reason?.kind) {
    case 'no-answer':
    case 'gone':
      return { why: stopped(row), next };
    case 'elsewhere':
      return {
        why: stopped(row),
        next: { key: 'text' in row.intent.action ? 'next.takeAlong' : 'next.dropHere' },
      };
    case 'rolled-back':
      return { why: { key: 'why.rolledBack' }, next };
    case 'file-missing':
      return { why: { key: 'why.fileMissing' }, next };
    case 'keeps-failing':
      return { why: withWords('why.keepsFailing', 'why.keepsFailingBecause', row), next };
    default:
      return { why: withWords('why.refused', 'why.refusedBecause', row), next };
  }
}

/** With the server's own words where there are any. */
function withWords(plain: string, because: string, row: OutboxRow): Phrase {
  const words = row.reason?.detail ?? '';
  return words === '' ? { key: plain } : { key: because, values: { words } };
}
