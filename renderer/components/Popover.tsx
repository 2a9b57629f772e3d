import { Popover as Radix } from 'radix-ui';
import { cx } from './class-names';
import { useFloatPlace, type FloatProps } from './float-place';

export interface PopoverProps extends FloatProps {
  /** Its accessible name. */
  label: string;
  className?: string;
}

/** A small panel under its trigger, for a thing to choose, read or fill in. */
export function Popover(props: PopoverProps) {
  const {
    trigger,
    label,
    children,
    align = 'start',
    side = 'bottom',
    onCloseAutoFocus,
    className,
    ...state
  } = props;
  const place = useFloatPlace();
  return (
    <Radix.Root {...state}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal {...place}>
        <Radix.Content
          aria-label={label}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          // While an input method composes, Escape belongs to it.
          onEscapeKeyDown={(press) => press.isComposing && press.preventDefault()}
          {...(onCloseAutoFocus === undefined ? {} : { onCloseAutoFocus })}
          className={cx(
            'z-40 max-h-(--radix-popover-content-available-height) animate-float-in overflow-y-auto rounded-float bg-raised p-2 shadow-float outline-none',
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
