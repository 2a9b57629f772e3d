import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { useTranslation } from './use-translation';
import { cx } from './class-names';
import { FloatPlaceProvider } from './float-place';
import { IconButton } from './IconButton';
import { useFocusReturn } from './use-focus-return';

const VEIL = 'fixed inset-0 z-30 animate-fade-in bg-veil';
const SHEET =
  'fixed left-1/2 z-40 flex w-[calc(100vw-2rem)] -translate-x-1/2 flex-col rounded-float bg-raised shadow-float outline-none';
/** A low window, or one that is zoomed in, has no room to give away. */
const HEIGHT =
  'top-[12vh] max-h-[80vh] [@media(max-height:40rem)]:top-3 [@media(max-height:40rem)]:max-h-[calc(100vh-1.5rem)]';
const SIZES = {
  medium: `${HEIGHT} max-w-110`,
  wide: `${HEIGHT} max-w-170`,
  // A small window is filled: what is read and scrolled there needs every pixel.
  screen:
    'top-[6vh] h-[88vh] max-w-230 max-[640px]:inset-0 max-[640px]:h-full max-[640px]:w-full max-[640px]:translate-x-0 max-[640px]:rounded-none',
};

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One sentence under the title. */
  description?: string;
  children: ReactNode;
  /** Buttons, right-aligned at the foot. */
  footer?: ReactNode;
  /** 440, 680 or 920 px wide; `screen` is as high as the window, and what is in it scrolls by itself. */
  size?: keyof typeof SIZES;
  /** Escape closes a layer inside first: this closes it and says so by `true`. */
  onEscape?: () => boolean;
}

/**
 * Holds the focus until it closes, then gives it back to where it was. A control marked
 * `data-first-focus` has it first.
 */
export function Dialog(props: DialogProps) {
  const { open, onOpenChange, title, description, children, footer, size = 'medium', onEscape } = props;
  const focus = useFocusReturn();
  const [sheet, setSheet] = useState<HTMLElement | null>(null);
  const { t } = useTranslation('common');
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={VEIL} />
        <Radix.Content
          ref={setSheet}
          className={cx(SHEET, SIZES[size])}
          onEscapeKeyDown={(press) => {
            // While an input method composes, Escape belongs to it.
            if (press.isComposing || onEscape?.() === true) press.preventDefault();
          }}
          {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          {...focus}
        >
          <FloatPlaceProvider value={sheet}>
            <header className="flex items-start gap-3 px-5 pt-4 pb-2">
              <div className="min-w-0 flex-1">
                <Radix.Title className="text-body font-strong">{title}</Radix.Title>
                {description !== undefined && (
                  <Radix.Description className="text-muted">{description}</Radix.Description>
                )}
              </div>
              <Radix.Close asChild>
                <IconButton icon={X} label={t('action.close')} keys={['Escape']} className="-mr-1.5" />
              </Radix.Close>
            </header>
            <div
              className={cx(
                'min-h-0 flex-1',
                size === 'screen' ? 'flex flex-col' : 'overflow-y-auto px-5 pb-4',
              )}
            >
              {children}
            </div>
            {footer !== undefined && (
              <footer className="flex flex-wrap justify-end gap-2 border-t px-5 py-3">{footer}</footer>
            )}
          </FloatPlaceProvider>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
