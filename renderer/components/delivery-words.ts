/** How far a decision got and why, in a sentence: the same words in the conversation and in the outbox. */
import { useTranslation } from './use-translation';
import type { DeliveryReason, Hold, Intent } from '@shared/domain/intents';
import { useNow } from './clock';
import { formatDate } from './dates';
import type { ShownDelivery } from './DeliveryGlyph';
import { whyStopped, type Why } from './held-why';

export interface DeliveryFacts {
  state: ShownDelivery;
  reason: DeliveryReason | null;
  /** When the undo time is up (ms); only read while `delayed`. */
  leavesAt: number;
  nextAttemptAt: number | null;
  /** Since when its account has no connection (ms); `null` while it has one. */
  offlineSince: number | null;
  accountName: string;
  /** Why the host does not take it, as a key of `outbox:notTaken`; `null` while it is only on its way. */
  notTaken: string | null;
  /** Why it waits for the agent; `null` when it does not. */
  why: Why | null;
  /** It waits behind an own reply that the agent has to decide about first. */
  isBehind: boolean;
}

/** Why a stopped reply waits for the agent, in a sentence; `''` without a reason. */
export function useWhyWords(why: Why | null): string {
  const { t, i18n } = useTranslation('held');
  if (why === null) return '';
  const time = why.since === null ? '' : formatDate(why.since, i18n.language, 'clock');
  return t(`why.${why.kind}`, { name: why.name, time, count: why.looked ?? 0 });
}

/** The sentence for a row. Ticks every second while an undo time runs, else every ten. */
export function useDeliveryWords(facts: DeliveryFacts): string {
  const { t, i18n } = useTranslation(['outbox', 'held']);
  const now = useNow(facts.state === 'delayed' ? 'second' : 'minute');
  const clock = (at: number) => formatDate(at, i18n.language, 'clock');
  const { state, reason, nextAttemptAt, offlineSince, accountName } = facts;
  const why = useWhyWords(facts.why);
  const detail = reason?.detail ?? '';
  switch (state) {
    case 'saving':
      return facts.notTaken === null ? t('state.saving') : t(`notTaken.${facts.notTaken}`);
    case 'delayed': {
      const count = Math.max(0, Math.ceil((facts.leavesAt - now) / 1_000));
      return count === 0 ? t('state.leaving') : t('state.delayed', { count });
    }
    case 'held':
      return why;
    case 'queued':
      if (facts.isBehind) return t('held:waitsBehind');
      if (reason?.kind === 'account-refused') return t('queued.refused', { account: accountName });
      if (offlineSince !== null) return t('queued.offline', { time: clock(offlineSince) });
      if (reason?.kind === 'rate-limited' && nextAttemptAt !== null) {
        return t('queued.rateLimited', { time: clock(nextAttemptAt) });
      }
      if (nextAttemptAt !== null && nextAttemptAt > now + 1_000) {
        return t('queued.nextTry', { time: clock(nextAttemptAt) });
      }
      return t('state.queued');
    case 'parked':
      if (reason?.kind === 'file-missing') return t('parked.fileMissing');
      if (why !== '') return why;
      return detail === '' ? t('parked.plain') : t('parked.refused', { words: detail });
    case 'bounced':
      return detail === '' ? t('state.bounced') : t('state.bouncedBecause', { words: detail });
    default:
      return t(`state.${state}`);
  }
}

interface ShownRow {
  state: ShownDelivery;
  intent: Intent;
  hold?: Hold | null | undefined;
  reason?: DeliveryReason | null;
  nextAttemptAt?: number | null;
  /** Of a decision the host has not taken yet. */
  refusedBecause?: string | null;
}
interface ShownAccount {
  name: string;
  state: string;
  stateSince: number;
}

/** Gathers what the sentence needs from an outbox row (or one still being saved) and its account. */
export function deliveryFacts(
  row: ShownRow,
  account: ShownAccount | undefined,
  isBehind = row.reason?.kind === 'earlier-first',
): DeliveryFacts {
  return {
    state: row.state,
    reason: row.reason ?? null,
    leavesAt: row.intent.decidedAt + row.intent.delayMs,
    nextAttemptAt: row.nextAttemptAt ?? null,
    offlineSince: account?.state === 'offline' ? account.stateSince : null,
    accountName: account?.name ?? '',
    notTaken: row.refusedBecause ?? null,
    why:
      row.state === 'saving'
        ? null
        : whyStopped({ state: row.state, hold: row.hold, reason: row.reason ?? null, intent: row.intent }),
    isBehind,
  };
}
