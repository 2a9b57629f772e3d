import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  icon?: LucideIcon;
  title: string;
  /** For a state that fills the page: its title is the page's heading. */
  heading?: boolean;
  /** What to do about it, in a sentence or two. */
  children?: ReactNode;
  /** Buttons. */
  actions?: ReactNode;
}

/** Says why nothing is here and what helps. */
export function EmptyState({ icon: Icon, title, heading = false, children, actions }: EmptyStateProps) {
  const Title = heading ? 'h1' : 'p';
  return (
    <div className="flex h-full flex-col items-center justify-center gap-2 px-6 py-8 text-center">
      {Icon !== undefined && <Icon size={28} strokeWidth={1.25} className="mb-1 text-faint" aria-hidden />}
      <Title className="font-strong text-text">{title}</Title>
      {children !== undefined && <div className="max-w-80 text-pretty text-muted">{children}</div>}
      {actions !== undefined && <div className="mt-2 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
