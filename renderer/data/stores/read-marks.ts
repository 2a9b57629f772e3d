/** How far this agent has read, on this device. */
import type { ConversationKey } from '@shared/domain/entities';
import type { WorkDb } from '../cache/work-db';

export class ReadMarks {
  readonly #work: WorkDb;
  readonly #onChange: (key: ConversationKey) => void;
  readonly #upTo = new Map<ConversationKey, number>();

  constructor(work: WorkDb, onChange: (key: ConversationKey) => void) {
    this.#work = work;
    this.#onChange = onChange;
  }

  async start(): Promise<void> {
    const marks = await this.#work.reads.toArray();
    for (const { key, upTo } of marks) {
      if (upTo <= this.upTo(key)) continue;
      this.#upTo.set(key, upTo);
      this.#onChange(key);
    }
  }

  /** Time of the newest message seen; 0 for none. */
  upTo(key: ConversationKey): number {
    return this.#upTo.get(key) ?? 0;
  }

  mark(key: ConversationKey, upTo: number): void {
    if (upTo <= this.upTo(key)) return;
    this.#upTo.set(key, upTo);
    this.#onChange(key);
    // A lost mark only shows a conversation as unread again.
    void this.#work.reads.put({ key, upTo }).catch(() => undefined);
  }
}
