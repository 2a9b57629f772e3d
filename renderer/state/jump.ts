/** The card of a stopped reply that is to be shown and focused once it is on screen. */
import { create } from 'zustand';

export const useJump = create<{
  ref: string | null;
  ask: (ref: string) => void;
  /** The card of this reply has taken the focus. */
  done: (ref: string) => void;
}>()((set) => ({
  ref: null,
  ask: (ref) => set({ ref }),
  done: (ref) => set((state) => (state.ref === ref ? { ref: null } : state)),
}));
