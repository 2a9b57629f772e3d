import type { DraftContent } from '@shared/contract/door';
import type { ConversationKey } from '@shared/domain/entities';

/** `saved`: the host has it · `saving`: on its way · `not-saved`: only on this device so far. */
export type DraftState = 'saved' | 'saving' | 'not-saved';

export interface DraftHandle {
  /** `null` when there is none. */
  draft: DraftContent | null;
  loaded: boolean;
  /** An empty text without files takes the draft away. */
  save(content: DraftContent): void;
  state: DraftState;
}

const EMPTY: DraftHandle = { draft: null, loaded: false, save: () => undefined, state: 'saved' };

export function useDraft(_key: ConversationKey): DraftHandle {
  return EMPTY;
}

/** Sends every draft the host has not got yet; resolves when it has them or cannot be reached. */
export async function flushDrafts(): Promise<void> {}
