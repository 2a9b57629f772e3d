import { cx } from './class-names';

/** First letters of the first and last word of a name, at most two. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s.@_-]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const first = [...(words[0] ?? '')][0] ?? '';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toLocaleUpperCase();
}

export interface AvatarProps {
  name: string;
  /** Pixels square: 18 in rows, 24 and 32 elsewhere. */
  size?: 18 | 24 | 32;
  /** Read aloud instead of being decoration beside a written name. */
  label?: string;
}

const SIZE = { 18: 'size-4.5 text-[0.5625rem]', 24: 'size-6 text-[0.625rem]', 32: 'size-8 text-meta' };

/** A person by their initials, quiet: no invented colours. */
export function Avatar({ name, size = 24, label }: AvatarProps) {
  return (
    <span
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
      className={cx(
        'inline-flex shrink-0 items-center justify-center rounded-full border border-line bg-hover font-strong text-muted select-none',
        SIZE[size],
      )}
    >
      {initialsOf(name)}
    </span>
  );
}
