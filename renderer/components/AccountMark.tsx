import { cx } from './class-names';

/** Hues that tell accounts apart; each only beside the account's name or initials. */
export const ACCOUNT_HUES = 6;

const HUE = [
  'bg-account-1',
  'bg-account-2',
  'bg-account-3',
  'bg-account-4',
  'bg-account-5',
  'bg-account-6',
] as const;

/** A small square in an account's hue. */
export function AccountMark({ hue, className }: { hue: number; className?: string }) {
  return (
    <span
      aria-hidden
      className={cx(
        'size-2 shrink-0 rounded-[2px] forced-color-adjust-none',
        HUE[hue % ACCOUNT_HUES],
        className,
      )}
    />
  );
}
