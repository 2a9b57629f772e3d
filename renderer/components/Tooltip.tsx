import { Tooltip as Radix } from 'radix-ui';
import { useRef, useState, type ReactNode } from 'react';
import { useFloatPlace } from './float-place';
import { Kbd } from './Kbd';

/** Once, around the page: tooltips share their delay, so a row of buttons can be read in one sweep. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={450} skipDelayDuration={250}>
      {children}
    </Radix.Provider>
  );
}

export interface TooltipProps {
  label: ReactNode;
  /** Bindings in the syntax of the command registry; the first one is taught. */
  keys?: readonly string[] | undefined;
  side?: 'top' | 'right' | 'bottom' | 'left';
  /** One element that takes a ref and pointer events. */
  children: ReactNode;
}

/** Names a thing on hover and focus, with its key. The thing keeps its own accessible name. */
export function Tooltip({ label, keys, side = 'bottom', children }: TooltipProps) {
  const [open, setOpen] = useState(false);
  const place = useFloatPlace();
  const closing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const first = keys?.[0];
  const change = (next: boolean) => {
    clearTimeout(closing.current);
    // While the focus is on its way to the next control nothing may leave a dialog: its trap would
    // take the focus back, and Tab would never pass a control whose tooltip shows.
    if (next) setOpen(true);
    else closing.current = setTimeout(() => setOpen(false));
  };
  return (
    <Radix.Root open={open} onOpenChange={change}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal {...place}>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          onEscapeKeyDown={(press) => {
            press.stopImmediatePropagation();
            setOpen(false);
            passOn(press);
          }}
          className="z-25 flex max-w-80 animate-fade-in items-center gap-2 rounded-control bg-text px-2 py-1 text-meta text-surface shadow-float"
        >
          {label}
          {first !== undefined && <Kbd keys={first} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/**
 * Escape was meant for the dialog or the pane under the tooltip, which hear it only once the
 * tooltip is off the screen: the same press again, after the next drawing.
 */
function passOn(press: KeyboardEvent): void {
  const again = new KeyboardEvent('keydown', press);
  const { target } = press;
  setTimeout(() => target?.dispatchEvent(again));
}
