import { AccountMark } from './AccountMark';
import { cx } from './class-names';

export interface AccountBadgeProps {
  name: string;
  hue: number;
  /** Stands for the name where a row is narrow. */
  letters: string;
  /** The whole name however narrow it is. */
  whole?: boolean;
}

/** Where a conversation lives: by hue and by name, never by hue alone. */
export function AccountBadge({ name, hue, letters, whole = false }: AccountBadgeProps) {
  return (
    <span
      title={name}
      className="inline-flex h-4.5 max-w-40 min-w-0 items-center gap-1 rounded-[5px] border border-line px-1.5 text-[0.6875rem] leading-none whitespace-nowrap text-muted in-aria-selected:border-line-control/50"
    >
      <AccountMark hue={hue} />
      <span className={cx('truncate py-0.5', !whole && 'hidden max-w-24 @min-[25rem]:inline')}>{name}</span>
      {!whole && (
        <>
          <span aria-hidden className="@min-[25rem]:hidden">
            {letters}
          </span>
          <span className="sr-only @min-[25rem]:hidden">{name}</span>
        </>
      )}
    </span>
  );
}
