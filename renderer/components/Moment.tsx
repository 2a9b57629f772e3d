import { useState, type ReactNode } from 'react';
import { machineTime } from './dates';

export interface MomentProps {
  /** Milliseconds since the epoch. */
  at: number;
  /** The exact time in words. */
  exact: () => string;
  className?: string | undefined;
  children: ReactNode;
}

/**
 * A time in few words, the exact one on hover. That is put into words only when a pointer comes:
 * the first date that Intl writes out costs more than ten rows.
 */
export function Moment({ at, exact, className, children }: MomentProps) {
  const [asked, setAsked] = useState(false);
  return (
    <time
      dateTime={machineTime(at)}
      title={asked ? exact() : undefined}
      onPointerEnter={() => setAsked(true)}
      className={className}
    >
      {children}
    </time>
  );
}
