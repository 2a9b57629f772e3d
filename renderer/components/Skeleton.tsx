import { cx } from './class-names';

/** A quiet bar where words will be. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cx('block rounded-[4px] bg-hover', className)} />;
}
