import { ToggleGroup as Radix } from 'radix-ui';
import type { LucideIcon } from 'lucide-react';

export interface SegmentsProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: readonly { value: T; label: string; icon?: LucideIcon }[];
}

/** One of two or three, all in sight. */
export function Segments<T extends string>({ label, value, onChange, options }: SegmentsProps<T>) {
  return (
    <Radix.Root
      type="single"
      aria-label={label}
      value={value}
      // An empty value is a press on the chosen one: one is always chosen.
      onValueChange={(next) => next !== '' && onChange(next as T)}
      className="inline-flex rounded-control border bg-canvas p-px"
    >
      {options.map(({ value: option, label: name, icon: Icon }) => (
        <Radix.Item
          key={option}
          value={option}
          className="inline-flex h-6 items-center gap-1.5 rounded-[5px] px-2.5 whitespace-nowrap text-muted transition-colors duration-120 hover:text-text data-[state=on]:bg-selected data-[state=on]:font-strong data-[state=on]:text-text"
        >
          {Icon !== undefined && <Icon size={14} aria-hidden />}
          {name}
        </Radix.Item>
      ))}
    </Radix.Root>
  );
}
