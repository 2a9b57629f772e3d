import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import {
  memo,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import type { ConversationKey } from '@shared/domain/entities';
import type { Row } from './explain';
import { OutboxItem } from './OutboxItem';
import { actsAtHand } from './steady';

/**
 * A line of the list: a decision, or words between decisions. `left`: it is over, and stands there
 * only so that nothing moves; `hasActions`: whether buttons have room without opening it (absent: as
 * the row wants).
 */
export type Line =
  { key: string; row: Row; left?: boolean; hasActions?: boolean } | { key: string; content: ReactNode };

export interface RowListProps {
  label: string;
  lines: readonly Line[];
  /** Reference of the row that is open. */
  opened: string | null;
  onToggle: (ref: string) => void;
  onGo: (key: ConversationKey, row: Row) => void;
  /** The last lines are in sight; told again when `lines` has changed. */
  onEnd?: () => void;
}

const ROW_PX = 80;
const NEAR_END_LINES = 15;

/**
 * Rows, virtualised and measured. The arrow keys move between them, Enter opens one; only one of
 * them is in the order of Tab, and that one stays in the document.
 */
export const RowList = memo(function RowList(props: RowListProps) {
  const { label, lines, opened, onToggle, onGo, onEnd } = props;
  const [box, setBox] = useState<HTMLDivElement | null>(null);
  const [wanted, setWanted] = useState<string | null>(null);
  const toFocus = useRef<string | null>(null);
  const places = lines.flatMap((line, i) => ('row' in line ? [i] : []));
  const wantedAt = lines.findIndex(({ key }) => key === wanted);
  const reached = wantedAt >= 0 ? wantedAt : (places[0] ?? -1);

  const virtual = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: lines.length,
    getScrollElement: () => box,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 6,
    rangeExtractor: (range) => {
      const drawn = defaultRangeExtractor(range);
      if (reached < 0 || drawn.includes(reached)) return drawn;
      return [...drawn, reached].sort((a, b) => a - b);
    },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;

  useEffect(() => {
    if (last >= lines.length - NEAR_END_LINES) onEnd?.();
  }, [last, lines, onEnd]);

  // What comes or leaves above moves nothing that is being read.
  const reading = useRef<{ key: unknown; start: number } | null>(null);
  useLayoutEffect(() => {
    const before = reading.current;
    if (before === null || box === null || box.scrollTop === 0) return;
    const now = virtual.measurementsCache.find(({ key }) => key === before.key);
    if (now !== undefined) box.scrollTop += now.start - before.start;
  }, [lines, box, virtual]);
  useLayoutEffect(() => {
    const first = virtual.getVirtualItemForOffset(box?.scrollTop ?? 0);
    reading.current = first === undefined ? null : { key: first.key, start: first.start };
  });

  // The dialog itself has the focus when it just opened, or when what had it has left: the arrow
  // keys must go on from there.
  const handAt = useRef(0);
  const takeHand = useEffectEvent(() => {
    const key = lines[places[Math.min(handAt.current, places.length - 1)] ?? -1]?.key;
    if (key === undefined) return;
    toFocus.current = key;
    setWanted(key);
    box?.querySelector<HTMLElement>(`[data-line="${key}"] [data-row-head]`)?.focus({ preventScroll: true });
  });
  useEffect(() => {
    const dialog = box?.closest<HTMLElement>('[role="dialog"]');
    if (!dialog) return undefined;
    const onFocus = ({ target }: FocusEvent) => {
      if (target === dialog) takeHand();
    };
    if (document.activeElement === dialog) takeHand();
    dialog.addEventListener('focusin', onFocus);
    return () => dialog.removeEventListener('focusin', onFocus);
  }, [box]);

  // The row the hand goes to may only now be drawn.
  useEffect(() => {
    if (toFocus.current === null || box === null) return;
    const head = box.querySelector<HTMLElement>(`[data-line="${toFocus.current}"] [data-row-head]`);
    if (head === null) return;
    toFocus.current = null;
    head.focus({ preventScroll: true });
  });

  const toggle = (ref: string) => {
    onToggle(ref);
    // What opened below the edge is brought into sight.
    requestAnimationFrame(() =>
      box?.querySelector(`[data-line="${ref}"]`)?.scrollIntoView({ block: 'nearest' }),
    );
  };

  const goTo = (place: number | undefined) => {
    const line = place === undefined ? undefined : lines[place];
    if (place === undefined || line === undefined) return;
    toFocus.current = line.key;
    setWanted(line.key);
    // The first row is led by its heading.
    virtual.scrollToIndex(place === places[0] ? 0 : place, { align: 'auto' });
  };

  const onKeyDown = (press: KeyboardEvent) => {
    if (press.ctrlKey || press.metaKey || press.altKey) return;
    const at = places.indexOf(reached);
    const onRow = (press.target as Element).closest('[data-line]') !== null;
    const page = Math.max(1, Math.floor((box?.clientHeight ?? 0) / ROW_PX) - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: onRow ? at + 1 : at,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: places.length - 1,
    };
    const move = moves[press.key];
    if (move === undefined || places.length === 0) return;
    press.preventDefault();
    goTo(places[Math.min(places.length - 1, Math.max(0, move))]);
  };

  return (
    <div
      ref={setBox}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onFocus={({ target }) => {
        const line = target.closest<HTMLElement>('[data-line]')?.dataset['line'];
        if (line === undefined) return;
        setWanted(line);
        handAt.current = Math.max(
          0,
          places.findIndex((place) => lines[place]?.key === line),
        );
      }}
      className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto outline-none [overflow-anchor:none]"
    >
      <div
        role="list"
        aria-label={label}
        className="relative w-full"
        style={{ height: virtual.getTotalSize() }}
      >
        {items.map(({ key, index, start }) => {
          const line = lines[index];
          if (line === undefined) return null;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              role="listitem"
              aria-setsize={lines.length}
              aria-posinset={index + 1}
              data-index={index}
              data-line={line.key}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start}px)` }}
            >
              {'row' in line ? (
                <OutboxItem
                  row={line.row}
                  left={line.left ?? false}
                  hasActions={line.hasActions ?? actsAtHand(line.row)}
                  open={opened === line.row.intent.ref}
                  reached={index === reached}
                  onToggle={toggle}
                  onGo={onGo}
                />
              ) : (
                line.content
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
});
