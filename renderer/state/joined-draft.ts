/** A draft that just got a taken-back message on top of what was typed in it: said until the next key. */
import { create } from 'zustand';
import type { ConversationKey } from '@shared/domain/entities';

export interface JoinedDraft {
  key: ConversationKey;
  /** It stays a note, because one of the two was one. */
  asNote: boolean;
}

export const useJoinedDraft = create<{
  joined: JoinedDraft | null;
  tell: (joined: JoinedDraft | null) => void;
}>()((set) => ({
  joined: null,
  tell: (joined) => set({ joined }),
}));
