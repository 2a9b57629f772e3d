/**
 * The outbox's rows in two views. `live` is what decisions are made on and changes at once, so two
 * decisions can never both claim a row; `durable` is what the journal holds and all that anybody
 * outside is ever shown.
 */
import { conversationKey, type ConversationKey } from '../domain/entities';
import type { EvidenceNote } from '../domain/evidence';
import {
  targetOf,
  type DeliveryReason,
  type DeliveryState,
  type Hold,
  type Intent,
  type OutboxRow,
  type Release,
} from '../domain/intents';
import type { JournalPort } from './ports';

/** A row keeps this many of its newest steps as evidence. */
const MAX_EVIDENCE = 50;

/** What a transition changes besides the state. */
export interface Step {
  /** What stands in the evidence; the page has words for each of these. */
  note: EvidenceNote;
  reason?: DeliveryReason | null;
  attempts?: number;
  nextAttemptAt?: number | null;
  serverId?: string;
  hold?: Hold | null;
  release?: Release;
  effect?: OutboxRow['effect'];
  uploadIds?: OutboxRow['uploadIds'];
  leftAs?: string;
}

/** The row of an intent to which nothing has happened yet. @param now host clock */
export function blankRow(intent: Intent, order: number, now: number): OutboxRow {
  return {
    intent,
    order,
    revision: 0,
    state: 'queued',
    reason: null,
    attempts: 0,
    nextAttemptAt: null,
    serverId: null,
    queuedAt: now,
    changedAt: now,
    evidence: [],
  };
}

/** The row after a step, as a new object; what the step does not name of reason, hold and plan is cleared. */
export function stepped(row: OutboxRow, state: DeliveryState, now: number, step: Step): OutboxRow {
  const { release = row.release, effect = row.effect, uploadIds = row.uploadIds, leftAs = row.leftAs } = step;
  return {
    ...row,
    hold: step.hold ?? null,
    ...(release === undefined ? {} : { release }),
    ...(effect === undefined ? {} : { effect }),
    ...(uploadIds === undefined ? {} : { uploadIds }),
    ...(leftAs === undefined ? {} : { leftAs }),
    state,
    reason: step.reason ?? null,
    attempts: step.attempts ?? row.attempts,
    nextAttemptAt: step.nextAttemptAt ?? null,
    serverId: step.serverId ?? row.serverId,
    changedAt: now,
    evidence: [...row.evidence.slice(1 - MAX_EVIDENCE), { at: now, state, note: step.note }],
  };
}

export class Ledger {
  readonly #journal: JournalPort;
  readonly #onRow: (row: OutboxRow) => void;
  readonly #live = new Map<string, OutboxRow>();
  readonly #durable = new Map<string, OutboxRow>();
  /** References by the conversation that they go to. */
  readonly #goingTo = new Map<ConversationKey, Set<string>>();
  /** The newest write of each row that is on its way to the journal. */
  readonly #writing = new Map<string, Promise<unknown>>();
  #revision = 0;
  #order = 0;

  constructor(rows: readonly OutboxRow[], journal: JournalPort, onRow: (row: OutboxRow) => void) {
    this.#journal = journal;
    this.#onRow = onRow;
    for (const row of rows) {
      this.#live.set(row.intent.ref, row);
      this.#durable.set(row.intent.ref, row);
      this.#index(row);
      this.#revision = Math.max(this.#revision, row.revision);
      this.#order = Math.max(this.#order, row.order);
    }
  }

  live(ref: string): OutboxRow | undefined {
    return this.#live.get(ref);
  }

  allLive(): Iterable<OutboxRow> {
    return this.#live.values();
  }

  /** The live rows that go to a conversation, in no order. */
  liveIn(accountId: string, conversationId: string): OutboxRow[] {
    const rows: OutboxRow[] = [];
    for (const ref of this.#goingTo.get(conversationKey(accountId, conversationId)) ?? []) {
      const row = this.#live.get(ref);
      if (row !== undefined && targetOf(row) === conversationId) rows.push(row);
    }
    return rows;
  }

  #index(row: OutboxRow): void {
    const key = conversationKey(row.intent.accountId, targetOf(row));
    const refs = this.#goingTo.get(key);
    if (refs === undefined) this.#goingTo.set(key, new Set([row.intent.ref]));
    else refs.add(row.intent.ref);
  }

  /** The row once what is live of it is durable. @throws the journal's error when it could not be written */
  async settled(ref: string): Promise<OutboxRow | undefined> {
    await this.#writing.get(ref);
    return this.#durable.get(ref);
  }

  durable(ref: string): OutboxRow | undefined {
    return this.#durable.get(ref);
  }

  allDurable(): OutboxRow[] {
    return [...this.#durable.values()].sort((a, b) => a.order - b.order);
  }

  get newestOrder(): number {
    return this.#order;
  }

  nextOrder(): number {
    this.#order += 1;
    return this.#order;
  }

  /**
   * Makes rows live at once and resolves with them when they are durable. When the journal fails,
   * rows that nothing has changed since go back to what they were, and the error is thrown.
   */
  async write(rows: readonly OutboxRow[]): Promise<readonly OutboxRow[]> {
    const written = rows.map((row) => {
      this.#revision += 1;
      return { ...row, revision: this.#revision };
    });
    const before = written.map((row) => this.#live.get(row.intent.ref));
    const writing = this.#journal.append(written);
    for (const row of written) {
      this.#live.set(row.intent.ref, row);
      this.#index(row);
      this.#writing.set(row.intent.ref, writing);
    }
    try {
      await writing;
    } catch (error) {
      written.forEach((row, index) => this.#takeBack(row, before[index]));
      throw error;
    } finally {
      for (const { intent } of written) {
        if (this.#writing.get(intent.ref) === writing) this.#writing.delete(intent.ref);
      }
    }
    for (const row of written) this.#show(row);
    return written;
  }

  #takeBack(row: OutboxRow, before: OutboxRow | undefined): void {
    const { ref } = row.intent;
    if (this.#live.get(ref) !== row) return;
    if (before === undefined) this.#live.delete(ref);
    else this.#live.set(ref, before);
  }

  #show(row: OutboxRow): void {
    const shown = this.#durable.get(row.intent.ref);
    if (shown !== undefined && shown.revision > row.revision) return;
    this.#durable.set(row.intent.ref, row);
    this.#onRow(row);
  }
}

/** For the evidence, in English like all of it. */
export const HELD_BECAUSE = {
  moved: 'its thread moved',
  late: 'too late for a live chat',
  merged: 'its conversation was merged into another',
  unproven: 'nobody can tell whether it was done',
} as const satisfies Record<Hold['kind'], EvidenceNote>;
