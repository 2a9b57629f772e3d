import { LoaderCircle } from 'lucide-react';

/** Turns while something is under way whose end is not known. Decorative: say it in words beside it. */
export function Spinner({ size = 16 }: { size?: number }) {
  return <LoaderCircle size={size} className="animate-spin" aria-hidden />;
}

export interface ProgressProps {
  /** 0 to 1, or `null` while the end is not known. */
  value: number | null;
  label: string;
}

/** A hairline bar, 4 px high. */
export function Progress({ value, label }: ProgressProps) {
  const percent = value === null ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className="h-1 w-full overflow-hidden rounded-full bg-selected"
    >
      {percent === undefined ? (
        // Hatched from end to end: a part of it filled would be read as that share done.
        <div className="h-full w-full bg-[repeating-linear-gradient(115deg,var(--color-accent)_0_5px,transparent_5px_10px)] opacity-60" />
      ) : (
        <div
          className="h-full w-full origin-left rounded-full bg-accent transition-transform duration-180"
          style={{ transform: `scaleX(${percent / 100})` }}
        />
      )}
    </div>
  );
}
