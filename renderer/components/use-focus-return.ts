import { useRef } from 'react';

export interface FocusReturn {
  onOpenAutoFocus: (event: Event) => void;
  onCloseAutoFocus: (event: Event) => void;
}

/**
 * For a dialog that opens without a button of its own (by a key, from a menu): remembers where the
 * focus was and gives it back. On opening it goes to `[data-first-focus]` inside, else to the dialog.
 * @param onClosed runs once the focus is back, for an action that moves it on
 */
export function useFocusReturn(onClosed?: () => void): FocusReturn {
  const before = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: (event) => {
      before.current = document.activeElement;
      event.preventDefault();
      const dialog = event.currentTarget;
      if (!(dialog instanceof HTMLElement)) return;
      (dialog.querySelector<HTMLElement>('[data-first-focus]') ?? dialog).focus({ preventScroll: true });
    },
    onCloseAutoFocus: (event) => {
      event.preventDefault();
      if (before.current instanceof HTMLElement && before.current.isConnected) {
        before.current.focus({ preventScroll: true });
      }
      onClosed?.();
    },
  };
}
