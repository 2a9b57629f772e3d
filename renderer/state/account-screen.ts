/** What the account screen shows, and what was typed into its wizard: kept when it closes by accident. */
import { create } from 'zustand';
import { useOverlay } from './overlays';

export type AccountView =
  | { name: 'list' }
  | { name: 'connect' }
  | { name: 'change'; accountId: string }
  | { name: 'remove'; accountId: string };

/** No secret is kept here. */
export interface TypedAccount {
  backend: string | null;
  name: string;
  url: string;
  /** By the names of the sign-in's fields. */
  values: Readonly<Record<string, string>>;
}

const NOTHING: TypedAccount = { backend: null, name: '', url: '', values: {} };

interface AccountScreen {
  view: AccountView;
  /** The account whose details are open in the list. */
  opened: string | null;
  typed: TypedAccount;
  /** A file that was dropped somewhere on the screen and is not read yet. */
  dropped: File | null;
  /** Calls off the check that runs at this moment; `null`: none does. */
  callOff: (() => void) | null;
  setCallOff: (callOff: (() => void) | null) => void;
  go: (view: AccountView) => void;
  setOpened: (accountId: string | null) => void;
  type: (patch: Partial<TypedAccount>) => void;
  forgetTyped: () => void;
  /** Shows where profiles are taken, with this file. */
  drop: (file: File) => void;
  takeDropped: () => File | null;
}

export const useAccountScreen = create<AccountScreen>()((set, get) => ({
  view: { name: 'list' },
  opened: null,
  typed: NOTHING,
  dropped: null,
  callOff: null,
  setCallOff: (callOff) => set({ callOff }),
  go: (view) => set({ view }),
  setOpened: (opened) => set({ opened }),
  type: (patch) => set(({ typed }) => ({ typed: { ...typed, ...patch } })),
  forgetTyped: () => set({ typed: NOTHING }),
  drop: (dropped) =>
    set(({ typed }) => ({ dropped, view: { name: 'connect' }, typed: { ...typed, backend: null } })),
  takeDropped: () => {
    const { dropped } = get();
    if (dropped !== null) set({ dropped: null });
    return dropped;
  },
}));

/** Opens the screen at a view; at the list with one account's details when it is named. */
export function openAccounts(view: AccountView, opened: string | null = null): void {
  useAccountScreen.setState({ view, opened });
  useOverlay.getState().show('accounts');
}
