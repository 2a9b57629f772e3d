/** Holds the rows in sight still while the queue changes, and counts what came in above them. */
import { useLayoutEffect, useState, useSyncExternalStore } from 'react';
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
  /** Position of the row the pointer was last over. */
  private pointerRow = 0;
  private above = 0;
  private atTop = true;
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Rows that came in above since the agent last saw the top. */
  countAbove = (): number => this.above;

  private setAbove(count: number): void {
    if (this.above === count) return;
    this.above = count;
    for (const listener of [...this.listeners]) listener();
  }

  /** Puts the scroll where the rows in sight stay put; another list begins at its top. */
  settle(box: HTMLElement, queue: QueueSnapshot, filterName: string, rowHeight: number): void {
    const another = this.filterName !== filterName;
    const before = this.rowHeight;
    const pointerIsBusy = performance.now() - this.pointerAt < POINTER_REST_MS;
    const hold = !this.atTop || pointerIsBusy;
    this.filterName = filterName;
    this.rowHeight = rowHeight;
    // Rows slide only where the agent watches them come; set before anything asks for a layout.
    box.toggleAttribute('data-still', another || hold || before !== rowHeight);
    if (another) {
      box.scrollTop = 0;
      this.atTop = true;
      this.setAbove(0);
      return;
    }
    if (before !== rowHeight) {
      box.scrollTop = (box.scrollTop / before) * rowHeight;
      return;
    }
    if (!hold) return;
    const held = pointerIsBusy ? this.seen.filter(({ index }) => index >= this.pointerRow) : this.seen;
    const shift = anchorShift(held, (key) => queue.indexOf(key));
    if (shift === 0) return;
    // React has set the new height already, so the scroll has the room to move past the new rows.
    box.scrollTop += shift * rowHeight;
    // A list without room to scroll shows its new rows: nothing is out of sight above.
    if (box.scrollTop > 0) this.setAbove(this.above + Math.max(0, shift));
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

  scrolled(box: HTMLElement, queue: QueueSnapshot): void {
    this.atTop = box.scrollTop <= 0;
    if (this.atTop) this.setAbove(0);
    this.look(box, queue);
  }

  toTop(box: HTMLElement): void {
    box.scrollTo({ top: 0 });
    this.setAbove(0);
  }

  pointerMoved(box: HTMLElement, clientY: number): void {
    this.pointerAt = performance.now();
    this.pointerRow = Math.floor(
      (clientY - box.getBoundingClientRect().top + box.scrollTop) / this.rowHeight,
    );
  }
}

export interface SteadyScroll {
  /** Rows that came in above since the agent last saw the top. */
  above: number;
  toTop: () => void;
  onPointerMove: (move: { clientY: number }) => void;
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
  const above = useSyncExternalStore(list.subscribe, list.countAbove);

  useLayoutEffect(() => {
    if (box === null) return;
    list.settle(box, queue, filterName, rowHeight);
    list.look(box, queue);
  }, [list, box, queue, filterName, rowHeight]);

  return {
    above,
    toTop: () => {
      if (box !== null) list.toTop(box);
    },
    onPointerMove: ({ clientY }) => {
      if (box !== null) list.pointerMoved(box, clientY);
    },
    onScroll: () => {
      if (box !== null) list.scrolled(box, queue);
    },
  };
}
