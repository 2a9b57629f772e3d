import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { BUTTON_LOOK, type ButtonVariant } from './Button';
import { cx } from './class-names';
import { Tooltip } from './Tooltip';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label'> {
  icon: LucideIcon;
  /** Its accessible name and its tooltip. */
  label: string;
  keys?: readonly string[] | undefined;
  variant?: ButtonVariant;
  /** 24, 28 or 32 px square. */
  size?: 'small' | 'medium' | 'large';
  /** For a toggle: whether it is on. */
  pressed?: boolean;
  tooltipSide?: 'top' | 'right' | 'bottom' | 'left';
}

const SQUARE = { small: 'size-6', medium: 'size-7', large: 'size-8' };

/** A button that shows only a glyph; never without a name. */
export function IconButton({
  icon: Icon,
  label,
  keys,
  variant = 'quiet',
  size = 'medium',
  pressed,
  tooltipSide = 'bottom',
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip label={label} keys={keys} side={tooltipSide}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        aria-pressed={pressed}
        className={cx(
          'inline-flex shrink-0 items-center justify-center rounded-control transition-colors duration-120 disabled:opacity-50',
          SQUARE[size],
          BUTTON_LOOK[variant],
          pressed === true && 'bg-selected text-accent-text',
          className,
        )}
      >
        <Icon size={16} strokeWidth={1.75} aria-hidden />
      </button>
    </Tooltip>
  );
}
