import { useId, type ComponentProps } from 'react';
import { cx } from './class-names';

export interface TextFieldProps extends Omit<ComponentProps<'input'>, 'size'> {
  /** Written above it; with `hideLabel` only read aloud. */
  label: string;
  hideLabel?: boolean;
}

/** One line of text with its name. */
export function TextField({ label, hideLabel = false, className, id, ...rest }: TextFieldProps) {
  const made = useId();
  const inputId = id ?? made;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={inputId} className={hideLabel ? 'sr-only' : 'text-meta text-muted'}>
        {label}
      </label>
      <input
        type="text"
        {...rest}
        id={inputId}
        className={cx(
          'h-7 rounded-control border border-line-control bg-surface px-2 placeholder:text-faint',
          className,
        )}
      />
    </div>
  );
}
