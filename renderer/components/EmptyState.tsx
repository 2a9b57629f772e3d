import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  icon?: LucideIcon;
  title: string;
  /** What to do about it, in a sentence or two. */
  children?: ReactNode;
  /** Buttons. */
  actions?: ReactNode;
}

/** Says why nothing is here and what helps. */
export function EmptyState({ icon: Icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-2 px-6 py-8 text-center">
      {Icon !== undefined && <Icon size={28} strokeWidth={1.25} className="mb-1 text-faint" aria-hidden />}
      <p className="font-strong text-text">{title}</p>
      {children !== undefined && <div className="max-w-80 text-pretty text-muted">{children}</div>}
      {actions !== undefined && <div className="mt-2 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
