import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './class-names';
import { Tooltip } from './Tooltip';

export type Tone = 'neutral' | 'good' | 'warning' | 'danger' | 'info' | 'note' | 'public';

export const TONE_LOOK: Readonly<Record<Tone, string>> = {
  neutral: 'border-line text-muted bg-transparent in-aria-selected:border-line-control/50',
  good: 'border-good-line bg-good-ground text-good',
  warning: 'border-warning-line bg-warning-ground text-warning',
  danger: 'border-danger-line bg-danger-ground text-danger',
  info: 'border-info-line bg-info-ground text-info',
  note: 'border-note-line bg-note text-note-text',
  public: 'border-public-line bg-public-ground text-public',
};

export interface ChipProps {
  children: ReactNode;
  tone?: Tone;
  /** Gives the chip a remove button with this name. */
  removeLabel?: string;
  onRemove?: () => void;
  /** At most 80 px wide instead of 160: in rows. */
  narrow?: boolean;
  className?: string;
}

/** A word about a thing: a tag, an account, a status. Long words end in an ellipsis. */
export function Chip({
  children,
  tone = 'neutral',
  removeLabel,
  onRemove,
  narrow = false,
  className,
}: ChipProps) {
  return (
    <span
      className={cx(
        'inline-flex min-w-0 items-center rounded-[5px] border pl-1.5 leading-none whitespace-nowrap',
        narrow ? 'max-w-20' : 'max-w-40',
        onRemove === undefined ? 'h-4.5 pr-1.5 text-[0.6875rem]' : 'h-6 text-meta',
        TONE_LOOK[tone],
        className,
      )}
    >
      <span className="truncate py-0.5">{children}</span>
      {onRemove !== undefined && removeLabel !== undefined && (
        <Tooltip label={removeLabel}>
          <button
            type="button"
            aria-label={removeLabel}
            onClick={onRemove}
            className="ml-0.5 inline-flex size-6 shrink-0 items-center justify-center rounded-control hover:text-text"
          >
            <X size={12} aria-hidden />
          </button>
        </Tooltip>
      )}
    </span>
  );
}
