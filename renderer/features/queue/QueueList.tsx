import { useVirtualizer, defaultRangeExtractor } from '@tanstack/react-virtual';
import { ArrowUp } from 'lucide-react';
import { memo, useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import type { ConversationKey } from '@shared/domain/entities';
import { Button } from '@renderer/components/Button';
import { cx } from '@renderer/components/class-names';
import type { QueueSnapshot } from '@renderer/data/queue';
import { useSelection } from '@renderer/state/selection';
import { QueueRowView } from './QueueRowView';
import { useSteadyScroll } from './use-steady-scroll';

export const ROW_HEIGHT_PX = { comfortable: 56, compact: 36 };

export interface QueueListProps {
  queue: QueueSnapshot;
  filterName: string;
  density: 'comfortable' | 'compact';
  label: string;
}

/**
 * The rows, virtualised. The list itself holds the focus and names its active row
 * (`aria-activedescendant`), so a row that scrolls away or leaves never takes the focus with it.
 */
export const QueueList = memo(function QueueList(props: QueueListProps) {
  const { queue, filterName, density, label } = props;
  const { t } = useTranslation('queue');
  const [box, setBox] = useState<HTMLDivElement | null>(null);
  const listId = useId();
  const rowHeight = ROW_HEIGHT_PX[density];
  const selected = useSelection((state) => state.key);
  const cursor = useSelection((state) => state.cursor);
  const open = useSelection((state) => state.open);
  const moveCursor = useSelection((state) => state.moveCursor);
  const focusRequest = useSelection((state) => state.focusRequest);
  const cursorIndex = cursor === null ? -1 : queue.indexOf(cursor);

  const virtual = useVirtualizer<HTMLDivElement, Element>({
    count: queue.length,
    getScrollElement: () => box,
    estimateSize: () => rowHeight,
    getItemKey: (index) => queue.keyAt(index) ?? index,
    overscan: 8,
    // The active row is always in the document: assistive technology looks it up by its id.
    rangeExtractor: (range) => {
      const rows = defaultRangeExtractor(range);
      if (cursorIndex < 0 || rows.includes(cursorIndex)) return rows;
      return [...rows, cursorIndex].sort((a, b) => a - b);
    },
  });
  const steady = useSteadyScroll(box, queue, filterName, rowHeight);

  useEffect(() => virtual.measure(), [virtual, rowHeight]);

  const answered = useRef(0);
  useEffect(() => {
    if (box === null || useSelection.getState().pane !== 'queue') return;
    // Rows that arrive take the focus only from nobody: not from a dialog, not from a field.
    const nobody = document.activeElement === document.body || document.activeElement?.contains(box) === true;
    if (nobody || answered.current !== focusRequest) box.focus({ preventScroll: true });
    answered.current = focusRequest;
  }, [box, focusRequest]);

  // A row the keyboard moved to is brought into sight; a row that moved by itself is not chased.
  const lastCursor = useRef(cursor);
  useEffect(() => {
    if (lastCursor.current === cursor) return;
    lastCursor.current = cursor;
    if (cursorIndex >= 0) virtual.scrollToIndex(cursorIndex, { align: 'auto' });
  }, [cursor, cursorIndex, virtual]);

  const step = (by: number | 'first' | 'last') => {
    if (queue.length === 0) return;
    const from = cursorIndex >= 0 ? cursorIndex : -1;
    const wanted = by === 'first' ? 0 : by === 'last' ? queue.length - 1 : from + by;
    const key = queue.keyAt(Math.min(queue.length - 1, Math.max(0, wanted)));
    if (key !== undefined) moveCursor(key);
  };

  const onKeyDown = (press: KeyboardEvent) => {
    if (press.ctrlKey || press.metaKey || press.altKey) return;
    const page = Math.max(1, Math.floor((box?.clientHeight ?? 0) / rowHeight) - 1);
    const moves: Readonly<Record<string, number | 'first' | 'last'>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: 'first',
      End: 'last',
    };
    const move = moves[press.key];
    if (move === undefined) return;
    press.preventDefault();
    step(move);
  };

  const idOf = (key: ConversationKey) => `${listId}-${key}`;
  return (
    <div className="relative min-h-0 flex-1">
      {steady.above > 0 && (
        <div className="pointer-events-none absolute inset-x-0 top-2 z-10 flex justify-center">
          <Button
            size="small"
            icon={ArrowUp}
            onClick={steady.toTop}
            className="pointer-events-auto animate-fade-in rounded-full bg-raised shadow-float"
          >
            {t('newAbove', { count: steady.above })}
          </Button>
        </div>
      )}
      <div
        ref={setBox}
        role="listbox"
        tabIndex={0}
        aria-label={label}
        aria-activedescendant={cursor !== null && cursorIndex >= 0 ? idOf(cursor) : undefined}
        onKeyDown={onKeyDown}
        onScroll={steady.onScroll}
        onPointerMove={steady.onPointerMove}
        className="group/list @container h-full overflow-y-auto overflow-x-hidden outline-none [overflow-anchor:none]"
      >
        <div role="presentation" className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const key = queue.keyAt(item.index);
            if (key === undefined) return null;
            return (
              <div
                key={item.key}
                id={idOf(key)}
                role="option"
                aria-selected={key === selected}
                aria-setsize={queue.length}
                aria-posinset={item.index + 1}
                data-conversation={key}
                onClick={() => open(key)}
                className={cx(
                  'absolute inset-x-0 top-0 flex border-b border-line/60 transition-transform duration-150 group-data-still/list:transition-none',
                  key === selected ? 'bg-selected' : 'hover:bg-hover',
                  key === cursor && 'group-focus-visible/list:ring-inside',
                )}
                style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}
              >
                <QueueRowView rowKey={key} compact={density === 'compact'} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
});
