/**
 * Where on the disk the newest row of each thing lies: by rising seq, by kind and id, and the messages
 * of each conversation.
 */
import type { EntityKind } from '../domain/entities';
import type { RecordPosition } from '../storage/indexed-log';
import type { RowMark } from './merge';
import type { Summary } from './spool-records';

/** The row of one thing. `length` 0 marks a place whose row was replaced by a newer one. */
export interface Slot extends RecordPosition {
  seq: number;
  mark: RowMark;
}

export class SpoolPlaces {
  /** Live and replaced rows by rising seq. */
  #slots: Slot[] = [];
  #slotOf = new Map<string, Slot>();
  /** Keys of rows that went bad and are in no slot any more: pages may have what no feed tells of again. */
  readonly #lost = new Set<string>();
  /** Rows of messages by conversation, replaced ones among them until they are many. */
  #threads = new Map<string, Slot[]>();
  #liveBytes = 0;

  /** Another array once the rows moved (`forget`): the same rows are in new slots then. */
  get slots(): readonly Slot[] {
    return this.#slots;
  }

  /** Bytes of the rows that no newer one replaced. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** A row lies here; it replaces the one before of the same thing. */
  take(summary: Extract<Summary, { type: 'row' }>, at: RecordPosition): void {
    const key = `${summary.kind}/${summary.id}`;
    const before = this.#slotOf.get(key);
    if (before !== undefined) this.bury(before);
    const slot = { ...at, seq: summary.seq, mark: summary.mark };
    this.#slots.push(slot);
    this.#slotOf.set(key, slot);
    this.#lost.delete(key);
    if (summary.in !== undefined) this.#putInThread(summary.in, slot);
    this.#liveBytes += slot.length;
  }

  /** The row of a slot was replaced or went bad. */
  bury(slot: Slot): void {
    this.#liveBytes -= slot.length;
    slot.length = 0;
  }

  /** The rows move: what follows tells all their new places. */
  forget(): void {
    this.#slots = [];
    for (const [key, { length }] of this.#slotOf) if (length === 0) this.#lost.add(key);
    this.#slotOf = new Map();
    this.#threads = new Map();
    this.#liveBytes = 0;
  }

  /** The slot of a thing, of length 0 when its row went bad; `undefined`: never came. */
  of(kind: EntityKind, id: string): Slot | undefined {
    return this.#slotOf.get(`${kind}/${id}`);
  }

  /** The messages of a conversation in the order they came, replaced ones left out. */
  messagesOf(conversationId: string): Slot[] {
    return (this.#threads.get(conversationId) ?? []).filter(({ length }) => length > 0);
  }

  /** The newest slot of a conversation's messages. */
  newestMessageOf(conversationId: string): Slot | undefined {
    return this.#threads.get(conversationId)?.at(-1);
  }

  *idsOf(kind: EntityKind): Generator<string> {
    const start = `${kind}/`;
    for (const [key, { length, mark }] of this.#slotOf) {
      // Of a row that went bad nobody knows whether it was a tombstone.
      if ((length === 0 || !mark.gone) && key.startsWith(start)) yield key.slice(start.length);
    }
    for (const key of this.#lost) if (key.startsWith(start)) yield key.slice(start.length);
  }

  /** The live ones of these rows, where they lie now. */
  sameRows(slots: readonly Slot[]): Slot[] {
    return slots
      .map((slot) => this.#slots[this.firstAfter(slot.seq - 1)])
      .filter((slot, i): slot is Slot => slot !== undefined && slot.seq === slots[i]?.seq && slot.length > 0);
  }

  /** Index of the first slot whose seq is greater than `after`. */
  firstAfter(after: number): number {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#slots[middle] as Slot).seq <= after) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #putInThread(conversationId: string, slot: Slot): void {
    const slots = this.#threads.get(conversationId);
    if (slots === undefined) {
      this.#threads.set(conversationId, [slot]);
      return;
    }
    slots.push(slot);
    // At powers of two, so that a thread whose rows change for ever does not grow with each change.
    if (slots.length >= 8 && Number.isInteger(Math.log2(slots.length))) {
      this.#threads.set(conversationId, this.messagesOf(conversationId));
    }
  }
}
