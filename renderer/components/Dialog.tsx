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
  'fixed top-[12vh] left-1/2 z-40 flex max-h-[80vh] w-[calc(100vw-2rem)] -translate-x-1/2 flex-col rounded-float bg-raised shadow-float outline-none';

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One sentence under the title. */
  description?: string;
  children: ReactNode;
  /** Buttons, right-aligned at the foot. */
  footer?: ReactNode;
  /** 440 or 680 px wide. */
  size?: 'medium' | 'wide';
}

/**
 * Holds the focus until it closes, then gives it back to where it was. A control marked
 * `data-first-focus` has it first.
 */
export function Dialog(props: DialogProps) {
  const { open, onOpenChange, title, description, children, footer, size = 'medium' } = props;
  const focus = useFocusReturn();
  const [sheet, setSheet] = useState<HTMLElement | null>(null);
  const { t } = useTranslation('common');
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={VEIL} />
        <Radix.Content
          ref={setSheet}
          className={cx(SHEET, size === 'wide' ? 'max-w-170' : 'max-w-110')}
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
            <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-4">{children}</div>
            {footer !== undefined && (
              <footer className="flex flex-wrap justify-end gap-2 border-t px-5 py-3">{footer}</footer>
            )}
          </FloatPlaceProvider>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
