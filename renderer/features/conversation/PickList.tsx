import { Check } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { foldText } from '@shared/domain/word-match';
import { cx } from '@renderer/components/class-names';

export interface PickOption {
  value: string;
  label: string;
  selected: boolean;
  /** Muted, at the end: "you", an address. */
  detail?: string;
}

export interface PickListProps {
  /** Name of the field, read aloud. */
  label: string;
  placeholder: string;
  options: readonly PickOption[];
  onPick: (value: string) => void;
  /** Offers what was typed as a new entry, with this label. */
  createLabel?: (typed: string) => string;
  onCreate?: (typed: string) => void;
}

/** A short list to choose from by typing: the field keeps the focus, the arrows move the mark. */
export function PickList(props: PickListProps) {
  const { label, placeholder, options, onPick, createLabel, onCreate } = props;
  const { t } = useTranslation('conversation');
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const wanted = foldText(typed.trim());
  const found = options.filter((option) =>
    foldText(`${option.label} ${option.detail ?? ''}`).includes(wanted),
  );
  const canCreate =
    onCreate !== undefined && wanted !== '' && !options.some((option) => foldText(option.label) === wanted);
  const count = found.length + (canCreate ? 1 : 0);
  const at = Math.min(active, Math.max(0, count - 1));

  useEffect(() => {
    list.current?.querySelector('[data-active=true]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const choose = (index: number) => {
    const option = found[index];
    if (option !== undefined) onPick(option.value);
    else if (canCreate) onCreate(typed.trim());
    else return;
    setTyped('');
    setActive(0);
  };
  const onKeyDown = (press: KeyboardEvent) => {
    if (press.nativeEvent.isComposing) return;
    if (press.key === 'ArrowDown' || press.key === 'ArrowUp') {
      press.preventDefault();
      const step = press.key === 'ArrowDown' ? 1 : -1;
      setActive(count === 0 ? 0 : (at + step + count) % count);
    } else if (press.key === 'Enter') {
      press.preventDefault();
      choose(at);
    }
  };
  const rowLook = (index: number) =>
    cx(
      'flex min-h-7 items-center gap-2 rounded-control px-2 py-1 select-none',
      index === at && 'bg-selected',
    );
  const rowProps = (index: number) => ({
    id: `${listId}-${index}`,
    role: 'option',
    'data-active': index === at,
    onPointerMove: () => setActive(index),
    // The field keeps the focus.
    onPointerDown: (press: { preventDefault: () => void }) => press.preventDefault(),
    onClick: () => choose(index),
    className: rowLook(index),
  });
  return (
    <div className="w-60">
      <input
        role="combobox"
        aria-label={label}
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={count > 0 ? `${listId}-${at}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        value={typed}
        placeholder={placeholder}
        maxLength={100}
        onChange={(change) => {
          setTyped(change.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        className="mb-1 h-7 w-full rounded-control border border-line-control bg-surface px-2 placeholder:text-faint"
      />
      <div ref={list} id={listId} role="listbox" aria-label={label} className="max-h-64 overflow-y-auto">
        {found.map((option, index) => (
          <div key={option.value} {...rowProps(index)} aria-selected={option.selected}>
            <bdi className="min-w-0 flex-1 truncate">{option.label}</bdi>
            {option.detail !== undefined && (
              <span className="truncate text-meta text-muted">{option.detail}</span>
            )}
            <span className="w-3.5 shrink-0 text-accent-text">
              {option.selected && <Check size={14} strokeWidth={2.25} aria-hidden />}
            </span>
          </div>
        ))}
        {canCreate && createLabel !== undefined && (
          <div {...rowProps(found.length)} aria-selected={false}>
            <bdi className="min-w-0 flex-1 truncate">{createLabel(typed.trim())}</bdi>
          </div>
        )}
      </div>
      {count === 0 && <p className="px-2 py-1 text-muted">{t('pick.nothing')}</p>}
    </div>
  );
}
