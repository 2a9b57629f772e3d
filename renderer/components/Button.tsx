import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { cx } from './class-names';
import { Kbd } from './Kbd';
import { Spinner } from './Progress';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';

export const BUTTON_LOOK: Readonly<Record<ButtonVariant, string>> = {
  // The clear border is drawn where colours are forced.
  primary: 'border border-transparent bg-accent text-on-accent enabled:hover:bg-accent-hover',
  secondary: 'border border-line bg-surface text-text enabled:hover:bg-hover',
  quiet:
    'text-muted enabled:hover:bg-hover enabled:hover:text-text data-[state=open]:bg-hover data-[state=open]:text-text',
  danger: 'border border-danger-line bg-danger-ground text-danger enabled:hover:border-danger',
};

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: ButtonVariant;
  /** 24, 28 or 32 px high. */
  size?: 'small' | 'medium' | 'large';
  icon?: LucideIcon;
  /** Shown inside the button, as on a primary action; tooltips teach the others. */
  keys?: readonly string[] | undefined;
  /** Spins and takes no press, keeping its width and the focus. */
  busy?: boolean;
  /** Takes a second line where the window is too narrow for its words. */
  wraps?: boolean;
  children: ReactNode;
}

const HEIGHT = { small: 'h-6 px-2', medium: 'h-7 px-2.5', large: 'h-8 px-3' };
const LEAST_HEIGHT = { small: 'min-h-6 px-2', medium: 'min-h-7 px-2.5', large: 'min-h-8 px-3' };

export function Button({
  variant = 'secondary',
  size = 'medium',
  icon: Icon,
  keys,
  busy = false,
  wraps = false,
  disabled,
  className,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  const first = keys?.[0];
  return (
    <button
      type="button"
      aria-disabled={busy || undefined}
      {...rest}
      disabled={disabled}
      onClick={busy ? undefined : onClick}
      className={cx(
        'inline-flex items-center justify-center gap-1.5 rounded-control text-base font-strong transition-colors duration-120 disabled:opacity-50 aria-disabled:opacity-50',
        wraps
          ? `py-0.5 text-left text-pretty ${LEAST_HEIGHT[size]}`
          : `shrink-0 whitespace-nowrap ${HEIGHT[size]}`,
        BUTTON_LOOK[variant],
        className,
      )}
    >
      {busy ? <Spinner size={14} /> : Icon !== undefined && <Icon size={14} strokeWidth={2} aria-hidden />}
      {children}
      {first !== undefined && (
        // Lighter by weight: paler than this it could not be read, on the accent least of all.
        <span className="ml-0.5 font-normal" aria-hidden>
          <Kbd keys={first} quiet={variant !== 'primary'} />
        </span>
      )}
    </button>
  );
}
