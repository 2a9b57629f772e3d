import { CircleAlert, CircleCheck, Info, TriangleAlert, X, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { TONE_LOOK, type Tone } from './Chip';
import { cx } from './class-names';
import { IconButton } from './IconButton';

const ICONS: Readonly<Record<Tone, LucideIcon>> = {
  neutral: Info,
  info: Info,
  good: CircleCheck,
  warning: TriangleAlert,
  danger: CircleAlert,
  note: Info,
  public: Info,
};

export interface BannerProps {
  tone?: Tone;
  icon?: LucideIcon;
  children: ReactNode;
  /** Buttons, at the end. */
  actions?: ReactNode;
  /** Gives it a close button with this name. */
  dismissLabel?: string;
  onDismiss?: () => void;
  /** `alert` interrupts a screen reader; only for what cannot wait. */
  role?: 'status' | 'alert';
}

/** A sentence across a pane about the state of things. */
export function Banner({
  tone = 'info',
  icon,
  children,
  actions,
  dismissLabel,
  onDismiss,
  role = 'status',
}: BannerProps) {
  const Icon = icon ?? ICONS[tone];
  return (
    <div
      role={role}
      className={cx('flex min-h-8 flex-wrap items-center gap-2 border-b px-3 py-1', TONE_LOOK[tone])}
    >
      <Icon size={14} strokeWidth={2} className="shrink-0" aria-hidden />
      <div className="min-w-0 flex-[1_1_12rem] text-pretty">{children}</div>
      {actions}
      {onDismiss !== undefined && dismissLabel !== undefined && (
        <IconButton icon={X} label={dismissLabel} size="small" onClick={onDismiss} className="text-current" />
      )}
    </div>
  );
}
