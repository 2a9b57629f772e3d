import type { ConversationKey } from '@shared/domain/entities';
import type { Intent, IntentAction, OutboxRow } from '@shared/domain/intents';
import { useMemo } from 'react';
import { pageData } from './current';
import type { SavingRow } from './shapes';
import { useSignal } from './stores/use-signal';

export type { SavingRow } from './shapes';

/** The host's unconfirmed rows, newest last. */
export function useOutbox(): readonly OutboxRow[] {
  return useSignal(pageData().outbox.unconfirmed);
}

/** The host's row of a decision as far as this window knows it, also when it is finished. */
export function outboxRow(ref: string): OutboxRow | null {
  return pageData().outbox.byRef(ref);
}

/** What was sent to the host and is not yet acknowledged: drawn as *saving*. */
export function useSaving(): readonly Intent[] {
  const rows = useSavingRows();
  return useMemo(() => rows.map((row) => row.intent), [rows]);
}

/** The same as {@link useSaving} with what hinders each of them. */
export function useSavingRows(): readonly SavingRow[] {
  return useSignal(pageData().outbox.saving);
}

/** Told once a page: the host's journal had lost something when it was opened. */
export interface RecoveryNotice {
  /** Bytes of a record that was broken off while it was written; it was never confirmed. */
  tornBytes: number;
  /** Confirmed records that could not be read any more. */
  damaged: number;
  dismiss(): void;
}

export function useRecoveryNotice(): RecoveryNotice | null {
  const { recovery } = pageData().outbox;
  const found = useSignal(recovery);
  return useMemo(
    () => (found === null ? null : { ...found, dismiss: () => recovery.set(null) }),
    [found, recovery],
  );
}

/** The reference of the reply or note that last stopped while this window was open, until dismissed. */
export function useStopped(): { stopped: string | null; dismiss: () => void } {
  const { stopped: signal } = pageData().outbox;
  const stopped = useSignal(signal);
  return useMemo(() => ({ stopped, dismiss: () => signal.set(null) }), [stopped, signal]);
}

/**
 * Decides something about a conversation: drawn at once, sent to the host until it acknowledges,
 * kept on this device until then.
 * @returns the reference of the intent
 */
export function decide(key: ConversationKey, action: IntentAction): Promise<string> {
  return pageData().decide(key, action);
}

/** Takes an intent back. Throws DoorFailure `too-late` once it has left. */
export function undo(ref: string): Promise<void> {
  return pageData().outbox.undo(ref);
}

/** Queues a parked intent again, or brings one again that the host refused. Throws DoorFailure. */
export function resend(ref: string): Promise<void> {
  return pageData().outbox.resend(ref);
}

/** Gives up a parked or held intent, or one the host refused to take. Throws DoorFailure. */
export function discard(ref: string): Promise<void> {
  return pageData().outbox.discard(ref);
}
