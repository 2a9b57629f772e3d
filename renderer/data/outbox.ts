import type { ConversationKey } from '@shared/domain/entities';
import type { Intent, IntentAction, OutboxRow } from '@shared/domain/intents';
import type { SavingRow } from './shapes';

export type { SavingRow } from './shapes';

const NO_ROWS: readonly OutboxRow[] = [];
const NO_INTENTS: readonly Intent[] = [];
const NO_SAVING: readonly SavingRow[] = [];

/** The host's unconfirmed rows, newest last. */
export function useOutbox(): readonly OutboxRow[] {
  return NO_ROWS;
}

/** What was sent to the host and is not yet acknowledged: drawn as *saving*. */
export function useSaving(): readonly Intent[] {
  return NO_INTENTS;
}

/** The same as {@link useSaving} with what hinders each of them. */
export function useSavingRows(): readonly SavingRow[] {
  return NO_SAVING;
}

/**
 * Decides something about a conversation: drawn at once, sent to the host until it acknowledges,
 * kept on this device until then.
 * @returns the reference of the intent
 */
export async function decide(_key: ConversationKey, _action: IntentAction): Promise<string> {
  return '';
}

/** Takes an intent back. Throws {@link DoorFailure} `too-late` once it has left. */
export async function undo(_ref: string): Promise<void> {}

/** Queues a parked intent again. */
export async function resend(_ref: string): Promise<void> {}

/** Gives up a parked or held intent, or one the host refused to take. */
export async function discard(_ref: string): Promise<void> {}
