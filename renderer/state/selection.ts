/** What the agent is looking at: the filter, the open conversation, and which pane has the hand. */
import { create } from 'zustand';
import type { ConversationKey } from '@shared/domain/entities';
import type { QueueFilter } from '@shared/domain/queue-views';

export type Pane = 'queue' | 'conversation' | 'person';

/** The order of the queue as it stands on screen, offered by the queue while it is mounted. */
export interface QueueOrder {
  /**
   * The conversation `step` rows away (1 below, -1 above), or `null` at the end. For one that has
   * just left the queue: the row that took its place. For `null`: the first.
   */
  neighbour: (key: ConversationKey | null, step: 1 | -1) => ConversationKey | null;
  end: (which: 'first' | 'last') => ConversationKey | null;
}

export interface Selection {
  /** The open conversation. */
  key: ConversationKey | null;
  /** The row the keyboard stands on; follows its conversation when rows are reordered. */
  cursor: ConversationKey | null;
  filter: QueueFilter;
  pane: Pane;
  order: QueueOrder | null;
  /** Rises when a pane is asked to take the focus, also when it has it already. */
  focusRequest: number;
  /** Opens a conversation (`null` closes it) without moving the focus. */
  select: (key: ConversationKey | null) => void;
  /** Opens a conversation and moves the hand to it. */
  open: (key: ConversationKey) => void;
  /** Opens the neighbour of the open conversation; the queue gets the focus back at either end. */
  advance: (step: 1 | -1) => void;
  moveCursor: (key: ConversationKey | null) => void;
  setFilter: (filter: QueueFilter) => void;
  /** Asks a pane to take the focus; panes listen to `pane` and `focusRequest`. */
  focusPane: (pane: Pane) => void;
  /** Notes where the focus went by itself, through Tab or the mouse. */
  paneFocused: (pane: Pane) => void;
  setOrder: (order: QueueOrder | null) => void;
}

export const FIRST_FILTER: QueueFilter = { view: 'waiting', channel: null, accountId: null };

export const useSelection = create<Selection>()((set, get) => ({
  key: null,
  cursor: null,
  filter: FIRST_FILTER,
  pane: 'queue',
  order: null,
  focusRequest: 0,
  select: (key) => set((state) => ({ key, cursor: key ?? state.cursor })),
  open: (key) => {
    get().select(key);
    get().focusPane('conversation');
  },
  advance: (step) => {
    const { key, order } = get();
    const next = key === null ? null : (order?.neighbour(key, step) ?? null);
    if (next === null) {
      set({ key: null });
      get().focusPane('queue');
      return;
    }
    get().open(next);
  },
  moveCursor: (cursor) => set({ cursor }),
  setFilter: (filter) => set({ filter, cursor: null }),
  focusPane: (pane) => set((state) => ({ pane, focusRequest: state.focusRequest + 1 })),
  paneFocused: (pane) => {
    if (get().pane !== pane) set({ pane });
  },
  setOrder: (order) => set({ order }),
}));
