/** The agent's latest decision, for as long as it can be taken back with one key. */
import { create } from 'zustand';
import type { ConversationKey } from '@shared/domain/entities';
import type { IntentAction } from '@shared/domain/intents';

export interface RecentDecision {
  ref: string;
  key: ConversationKey;
  action: IntentAction;
  /** What takes it back once it has left; `null` where nothing does (a reply, a note). */
  inverse: IntentAction | null;
  /** The customer's name, for words shown after the next conversation has opened. */
  name: string;
  /** A reply or note that was given up; undo gives its words to the composer. */
  dropped?: boolean;
  /** When it was decided, page clock. */
  at: number;
}

export const useRecentDecision = create<{
  latest: RecentDecision | null;
  remember: (decision: RecentDecision) => void;
  /** Forgets it, unless a newer one took its place. */
  forget: (ref: string) => void;
}>()((set) => ({
  latest: null,
  remember: (latest) => set({ latest }),
  forget: (ref) => set((state) => (state.latest?.ref === ref ? { latest: null } : state)),
}));
