/**
 * What the account screen shows, and what was typed into its forms: kept when it closes by accident, and
 * over a reload of the window, but for the secrets.
 */
import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';
import { useOverlay } from './overlays';
import { NOTHING_TYPED, typedMore, withoutSecrets, type TypedAccount } from './typed-account';

export type AccountView =
  | { name: 'list' }
  | { name: 'connect' }
  | { name: 'change'; accountId: string }
  | { name: 'remove'; accountId: string };

/** What was typed into the wizard, and which helpdesk was picked. */
export interface TypedConnection extends TypedAccount {
  backend: string | null;
}

const NOTHING: TypedConnection = { ...NOTHING_TYPED, backend: null };

interface AccountScreen {
  view: AccountView;
  /** The account whose details are open in the list. */
  opened: string | null;
  typed: TypedConnection;
  /** Half-written changes, by account. */
  changes: Readonly<Record<string, TypedAccount>>;
  /** A file that was dropped somewhere on the screen and is not read yet. */
  dropped: File | null;
  /** Calls off the check that runs at this moment; `null`: none does. */
  callOff: (() => void) | null;
  setCallOff: (callOff: (() => void) | null) => void;
  go: (view: AccountView) => void;
  setOpened: (accountId: string | null) => void;
  type: (patch: Partial<TypedConnection>) => void;
  forgetTyped: () => void;
  /** @param from how the form stood before the first change */
  typeChange: (accountId: string, from: TypedAccount, patch: Partial<TypedAccount>) => void;
  forgetChange: (accountId: string) => void;
  /** Shows where profiles are taken, with this file. */
  drop: (file: File) => void;
  takeDropped: () => File | null;
}

export const useAccountScreen = create<AccountScreen>()(
  persist(
    (set, get) => ({
      view: { name: 'list' },
      opened: null,
      typed: NOTHING,
      changes: {},
      dropped: null,
      callOff: null,
      setCallOff: (callOff) => set({ callOff }),
      go: (view) => set({ view }),
      setOpened: (opened) => set({ opened }),
      type: (patch) => set(({ typed }) => ({ typed: typedMore(typed, patch) })),
      forgetTyped: () => set({ typed: NOTHING }),
      typeChange: (accountId, from, patch) =>
        set(({ changes }) => ({
          changes: { ...changes, [accountId]: typedMore(changes[accountId] ?? from, patch) },
        })),
      forgetChange: (accountId) =>
        set(({ changes }) => {
          const { [accountId]: _gone, ...others } = changes;
          return { changes: others };
        }),
      drop: (dropped) =>
        set(({ typed }) => ({ dropped, view: { name: 'connect' }, typed: { ...typed, backend: null } })),
      takeDropped: () => {
        const { dropped } = get();
        if (dropped !== null) set({ dropped: null });
        return dropped;
      },
    }),
    {
      name: 'holdfast.typed-accounts',
      version: 1,
      // Of this window alone, and gone with it.
      storage: createJSONStorage(() => sessionStorage),
      partialize: ({ typed, changes }) => ({
        typed: withoutSecrets(typed),
        changes: Object.fromEntries(Object.entries(changes).map(([id, one]) => [id, withoutSecrets(one)])),
      }),
    },
  ),
);

/** Opens the screen at a view; at the list with one account's details when it is named. */
export function openAccounts(view: AccountView, opened: string | null = null): void {
  useAccountScreen.setState({ view, opened });
  useOverlay.getState().show('accounts');
}
