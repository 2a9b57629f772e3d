/** Which of the page's dialogs is open: only one at a time. */
import { create } from 'zustand';

export type Overlay = 'settings' | 'shortcuts' | 'palette' | 'outbox' | 'accounts' | 'team';

export const useOverlay = create<{ open: Overlay | null; show: (overlay: Overlay | null) => void }>()(
  (set) => ({
    open: null,
    show: (open) => set({ open }),
  }),
);
