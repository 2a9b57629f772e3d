/** A message that could not be taken back: said in its conversation until the next try. */
import { create } from 'zustand';
import type { ConversationKey } from '@shared/domain/entities';

export interface FailedTakeBack {
  key: ConversationKey;
  /** It had left, or nobody answered. */
  why: 'tooLate' | 'failed';
}

export const useFailedTakeBack = create<{
  failed: FailedTakeBack | null;
  tell: (failed: FailedTakeBack | null) => void;
}>()((set) => ({
  failed: null,
  tell: (failed) => set({ failed }),
}));
