import { Check, type LucideIcon } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useFloatPlace, type FloatProps } from './float-place';
import { Kbd } from './Kbd';

const ITEM =
  'flex min-h-7 items-center gap-2 rounded-control px-2 py-1 outline-none select-none data-[disabled]:opacity-50 data-[highlighted]:bg-selected';

/** A list of actions that floats under its trigger. */
export function Menu({
  trigger,
  children,
  align = 'start',
  side = 'bottom',
  onCloseAutoFocus,
  ...state
}: FloatProps) {
  const place = useFloatPlace();
  return (
    <Radix.Root modal={false} {...state}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal {...place}>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          {...(onCloseAutoFocus === undefined ? {} : { onCloseAutoFocus })}
          className="z-40 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 animate-float-in overflow-y-auto rounded-float bg-raised p-1 shadow-float"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface MenuChoiceProps<T extends string> {
  value: T;
  onChange: (value: T) => void;
  options: readonly {
    value: T;
    label: string;
    icon?: LucideIcon;
    keys?: readonly string[] | undefined;
    detail?: ReactNode;
  }[];
}

/** One of several, with a mark at the chosen one. */
export function MenuChoice<T extends string>({ value, onChange, options }: MenuChoiceProps<T>) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
      {options.map(({ value: option, label, icon: Icon, keys, detail }) => (
        <Radix.RadioItem key={option} value={option} className={ITEM}>
          {Icon !== undefined && <Icon size={14} className="shrink-0 text-muted" aria-hidden />}
          <span className="min-w-0 flex-1">{label}</span>
          {detail !== undefined && <span className="tabular ms-3 text-meta text-muted">{detail}</span>}
          {keys?.[0] !== undefined && (
            <span className="flex min-w-20 justify-end text-faint">
              <Kbd keys={keys[0]} />
            </span>
          )}
          <span className="w-3.5 shrink-0 text-accent-text">
            <Radix.ItemIndicator>
              <Check size={14} strokeWidth={2.25} aria-hidden />
            </Radix.ItemIndicator>
          </span>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className="mx-2 my-1 h-px bg-line" />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-1.5 pb-1 text-meta text-faint">{children}</Radix.Label>;
}
