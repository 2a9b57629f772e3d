import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './class-names';
import { Tooltip } from './Tooltip';

export type Tone = 'neutral' | 'good' | 'warning' | 'danger' | 'info' | 'note' | 'public';

export const TONE_LOOK: Readonly<Record<Tone, string>> = {
  neutral: 'border-line text-muted bg-transparent',
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
  className?: string;
}

/** A word about a thing: a tag, an account, a status. Long words end in an ellipsis. */
export function Chip({ children, tone = 'neutral', removeLabel, onRemove, className }: ChipProps) {
  return (
    <span
      className={cx(
        'inline-flex h-4.5 max-w-40 min-w-0 items-center rounded-[5px] border px-1.5 text-[0.6875rem] leading-none whitespace-nowrap',
        onRemove !== undefined && 'h-6 pr-0 text-meta',
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
