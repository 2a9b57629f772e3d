/** Where menus and tooltips are put in the document: inside a landmark or the dialog they belong to. */
import { createContext, useContext, type ReactNode } from 'react';

const FloatPlace = createContext<HTMLElement | null>(null);

/** Gives everything inside a place for what floats; `null` while it is not drawn yet. */
export const FloatPlaceProvider = FloatPlace.Provider;

/**
 * The `container` for a portal. At the end of the body, outside every landmark, people who move by
 * landmarks would never meet what floats; under an open dialog they could not reach it at all.
 */
export function useFloatPlace(): { container: HTMLElement } | undefined {
  const place = useContext(FloatPlace);
  return place === null ? undefined : { container: place };
}

/** What a menu and a popover have in common. */
export interface FloatProps {
  /** One element that takes a ref, usually a Button or IconButton. */
  trigger: ReactNode;
  children: ReactNode;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'right' | 'bottom' | 'left';
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** Where the focus goes when it closes; the trigger unless prevented. */
  onCloseAutoFocus?: (event: Event) => void;
}
