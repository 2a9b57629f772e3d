import { Check, ChevronDown, type LucideIcon } from 'lucide-react';
import { Select as Radix } from 'radix-ui';
import { cx } from './class-names';
import { cspNonce } from './csp-nonce';
import { useFloatPlace } from './float-place';

export interface SelectProps<T extends string> {
  /** Its accessible name; write it beside the select as well. */
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: readonly { value: T; label: string; icon?: LucideIcon }[];
  disabled?: boolean;
  className?: string;
}

/** One of several, showing the chosen one. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { label, value, onChange, options, disabled = false, className } = props;
  const place = useFloatPlace();
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as T)} disabled={disabled}>
      <Radix.Trigger
        aria-label={label}
        className={cx(
          'inline-flex h-7 min-w-0 items-center justify-between gap-2 rounded-control border border-line-control bg-surface px-2.5 text-left transition-colors duration-120 hover:bg-hover disabled:opacity-50',
          className,
        )}
      >
        <span className="truncate">
          <Radix.Value />
        </span>
        <Radix.Icon className="shrink-0 text-muted">
          <ChevronDown size={14} aria-hidden />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal {...place}>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          data-floating
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) animate-float-in overflow-hidden rounded-float bg-raised p-1 shadow-float"
        >
          <Radix.Viewport {...(cspNonce === undefined ? {} : { nonce: cspNonce })}>
            {options.map(({ value: option, label: name, icon: Icon }) => (
              <Radix.Item
                key={option}
                value={option}
                className="flex min-h-7 items-center gap-2 rounded-control px-2 py-1 outline-none select-none data-[highlighted]:bg-selected"
              >
                {Icon !== undefined && <Icon size={14} className="shrink-0 text-muted" aria-hidden />}
                <span className="min-w-0 flex-1">
                  <Radix.ItemText>{name}</Radix.ItemText>
                </span>
                <span className="w-3.5 shrink-0 text-accent-text">
                  <Radix.ItemIndicator>
                    <Check size={14} strokeWidth={2.25} aria-hidden />
                  </Radix.ItemIndicator>
                </span>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
