/** Widths and folds of the panes, remembered on this device. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export interface Panes {
  /** Pixels. */
  queueWidth: number;
  personWidth: number;
  /** Whether the person panel stands beside the conversation where there is room for it. */
  personShown: boolean;
  /** Whether it lies over the conversation where there is none; never remembered. */
  personOverlaid: boolean;
  resizeQueue: (width: number) => void;
  resizePerson: (width: number) => void;
  setPersonShown: (shown: boolean) => void;
  setPersonOverlaid: (shown: boolean) => void;
}

export const QUEUE_WIDTH = { least: 320, first: 360, most: 420 };
export const PERSON_WIDTH = { least: 240, first: 280, most: 380 };

export const usePanes = create<Panes>()(
  persist(
    (set, get) => ({
      queueWidth: QUEUE_WIDTH.first,
      personWidth: PERSON_WIDTH.first,
      personShown: true,
      personOverlaid: false,
      // Told of every layout, also of one that moves nothing: that is not worth a write.
      resizeQueue: (width) => {
        if (Math.round(width) !== get().queueWidth) set({ queueWidth: Math.round(width) });
      },
      resizePerson: (width) => {
        if (Math.round(width) !== get().personWidth) set({ personWidth: Math.round(width) });
      },
      setPersonShown: (personShown) => set({ personShown }),
      setPersonOverlaid: (personOverlaid) => set({ personOverlaid }),
    }),
    {
      name: 'holdfast.panes',
      version: 1,
      partialize: ({ queueWidth, personWidth, personShown }) => ({ queueWidth, personWidth, personShown }),
    },
  ),
);
