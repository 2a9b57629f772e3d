/**
 * The one time of a simulated world: an event heap. Events at the same moment come in an order drawn
 * from the seed; between two events everything that needs no time runs to its end.
 */
import type { Random } from '../../sync/ports';

/** The simulator runs in Node, whose macrotask lets every settled promise run first. */
declare function setImmediate(callback: () => void): unknown;

/** Something that will happen; `cancel` makes it not happen. */
export interface Planned {
  cancel(): void;
}

interface HeapEvent {
  at: number;
  tie: number;
  number: number;
  run: (() => void) | null;
}

export class SimTime {
  #now = 0;
  #made = 0;
  readonly #heap: HeapEvent[] = [];
  readonly #ties: Random;

  constructor(ties: Random) {
    this.#ties = ties;
  }

  /** Ms since the world began. */
  get now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Planned {
    const event: HeapEvent = {
      at: this.#now + Math.max(0, ms),
      tie: this.#ties.next(),
      number: (this.#made += 1),
      run,
    };
    this.#push(event);
    return {
      cancel: () => {
        event.run = null;
      },
    };
  }

  /** Resolves after `ms` of the world's own time. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Lets time pass until `until`, or until `done` says so (looked at after each event). */
  async run(until: number, done: () => boolean = () => false): Promise<void> {
    await settle();
    while (!done()) {
      const next = this.#heap[0];
      if (next === undefined || next.at > until) break;
      this.#pop();
      if (next.run === null) continue;
      this.#now = next.at;
      next.run();
      await settle();
    }
    if (!done()) this.#now = Math.max(this.#now, until);
  }

  #push(event: HeapEvent): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as HeapEvent;
      if (!before(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as HeapEvent;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as HeapEvent, heap[child] as HeapEvent))
        child += 1;
      if (!before(heap[child] as HeapEvent, last)) break;
      heap[at] = heap[child] as HeapEvent;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: HeapEvent, b: HeapEvent): boolean {
  return a.at - b.at < 0 || (a.at === b.at && (a.tie < b.tie || (a.tie === b.tie && a.number < b.number)));
}

function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
