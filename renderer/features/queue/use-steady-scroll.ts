/** Holds the rows in sight still while the queue changes, and counts what came in above them. */
import { useLayoutEffect, useState } from 'react';
import type { QueueSnapshot } from '@renderer/data/queue';
import { anchorShift, type SeenRow } from './anchor';

/** While the pointer moved this lately over the list, rows must not slide away under it. */
const POINTER_REST_MS = 2_000;

/** The scroll position of one list over its changes; no React in it, so it can act before a paint. */
class SteadyList {
  private seen: readonly SeenRow[] = [];
  private filterName = '';
  private rowHeight = 0;
  private pointerAt = -Infinity;

  /**
   * Puts the scroll where the rows in sight stay put.
   * @returns rows that came in above; `null` when another list begins at its top
   */
  settle(box: HTMLElement, queue: QueueSnapshot, filterName: string, rowHeight: number): number | null {
    const another = this.filterName !== filterName;
    const before = this.rowHeight;
    this.filterName = filterName;
    this.rowHeight = rowHeight;
    if (another) {
      box.scrollTop = 0;
      return null;
    }
    if (before !== rowHeight) {
      box.scrollTop = (box.scrollTop / before) * rowHeight;
      return 0;
    }
    const shift = anchorShift(this.seen, (key) => queue.indexOf(key));
    const pointerIsBusy = performance.now() - this.pointerAt < POINTER_REST_MS;
    if (shift === 0 || (box.scrollTop <= 0 && !pointerIsBusy)) return 0;
    // React has set the new height already, so the scroll has the room to move past the new rows.
    box.scrollTop += shift * rowHeight;
    return Math.max(0, shift);
  }

  /** Notes which rows are in sight, for the next change. */
  look(box: HTMLElement, queue: QueueSnapshot): void {
    if (box.clientHeight === 0 || this.rowHeight === 0) return;
    const first = Math.floor(box.scrollTop / this.rowHeight);
    const last = Math.min(queue.length - 1, Math.floor((box.scrollTop + box.clientHeight) / this.rowHeight));
    const rows: SeenRow[] = [];
    for (let index = first; index <= last; index += 1) {
      const key = queue.keyAt(index);
      if (key !== undefined) rows.push({ key, index });
    }
    this.seen = rows;
  }

  pointerMoved(): void {
    this.pointerAt = performance.now();
  }
}

export interface SteadyScroll {
  /** Rows that came in above since the agent last saw the top. */
  above: number;
  toTop: () => void;
  onPointerMove: () => void;
  onScroll: () => void;
}

/**
 * @param box the scrolling element, once it is there
 * @param filterName changes with the filter: another list starts at its top
 * @param rowHeight in px, the same for every row
 */
export function useSteadyScroll(
  box: HTMLElement | null,
  queue: QueueSnapshot,
  filterName: string,
  rowHeight: number,
): SteadyScroll {
  const [list] = useState(() => new SteadyList());
  const [above, setAbove] = useState(0);

  useLayoutEffect(() => {
    if (box === null) return;
    const came = list.settle(box, queue, filterName, rowHeight);
    if (came !== 0) setAbove((count) => (came === null ? 0 : count + came));
    list.look(box, queue);
  }, [list, box, queue, filterName, rowHeight]);

  return {
    above,
    toTop: () => {
      box?.scrollTo({ top: 0 });
      setAbove(0);
    },
    onPointerMove: () => list.pointerMoved(),
    onScroll: () => {
      if (box === null) return;
      if (box.scrollTop <= 0) setAbove(0);
      list.look(box, queue);
    },
  };
}
