/** What the agent is shown beside a held row follows its thread: what has happened there since. */
import { isElsewhere, targetOf, type OutboxRow } from '../domain/intents';
import type { Ledger } from './outbox-ledger';
import type { Pulled } from './pull';
import type { ThreadJudge } from './thread-judge';

export class HeldMovements {
  readonly #ledger: Ledger;
  readonly #judge: ThreadJudge;

  constructor(ledger: Ledger, judge: ThreadJudge) {
    this.#ledger = ledger;
    this.#judge = judge;
  }

  /** Looks in the background at the rows whose threads a pull has brought something of. */
  pulled(accountId: string, { changes }: Pulled): void {
    if (changes.length === 0) return;
    const touched = new Set(
      changes.map(({ kind, id, row }) =>
        kind === 'message' ? row?.conversationId : kind === 'conversation' && id,
      ),
    );
    for (const row of this.#ledger.allLive()) {
      const { hold, intent } = row;
      if (!hold || intent.accountId !== accountId || isElsewhere(row)) continue;
      const where = hold.kind === 'merged' ? hold.into : targetOf(row);
      if (touched.has(where)) void this.#refresh(row, where);
    }
  }

  async #refresh(row: OutboxRow, where: string): Promise<void> {
    const { movement } = await this.#judge.known(row, where);
    if (movement === null || !row.hold || this.#ledger.live(row.intent.ref) !== row) return;
    if (JSON.stringify(movement) === JSON.stringify(row.hold.movement)) return;
    // Less than was shown: the spool was damaged and is read again. What vanished, nobody has answered.
    if (movement.newCount < (row.hold.movement?.newCount ?? 0)) return;
    // Not a step of the row: its evidence stays what became of it. The next pull tries again.
    await this.#ledger.write([{ ...row, hold: { ...row.hold, movement } }]).catch(() => undefined);
  }
}
