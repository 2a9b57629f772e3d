/**
 * Looking for something in the delivery log: by its state, and by words of what a row is known by.
 * A row of the log names its conversation and agent by id; their words lie in the account's spool and
 * are kept in memory once read (about 100 bytes a conversation), for as long as the spool's row is
 * the same.
 */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { targetOf, type OutboxRow } from '@shared/domain/intents';
import { logMatcher, type LogFilter, type RowNames } from '@shared/domain/log-filter';
import type { RowMark } from '@shared/sync/merge';
import type { Spool } from '@shared/sync/spool';

/** Looked through at once, before others have their turn. */
const ROWS_PER_STEP = 500;

export interface LogSearchDeps {
  spoolOf(accountId: string): Spool | null;
  /** Monotonic, ms. */
  elapsed(): number;
}

export interface Found {
  rows: readonly OutboxRow[];
  /** The last row that was looked at; `null` when there was none. */
  last: OutboxRow | null;
}

type NamedKind = 'conversation' | 'agent';

export class LogSearch {
  readonly #deps: LogSearchDeps;
  /** By account, kind and id: the fingerprint of the spool's row, and its words. */
  readonly #names = new Map<string, { print: RowMark['print']; words: string }>();

  constructor(deps: LogSearchDeps) {
    this.#deps = deps;
  }

  /**
   * Looks through rows until so many are found, the time is up or nobody waits any more.
   * @param rows newest first
   * @param forMs after this it ends with what it has, also with nothing
   */
  async find(
    rows: readonly OutboxRow[],
    filter: LogFilter,
    { limit, forMs, signal }: { limit: number; forMs: number; signal: AbortSignal },
  ): Promise<Found> {
    const until = this.#deps.elapsed() + forMs;
    const byWords = filter.text.trim() !== '';
    const matches = logMatcher(filter, (row) => this.#namesOf(row));
    const found: OutboxRow[] = [];
    let last: OutboxRow | null = null;
    for (let i = 0; i < rows.length; i += ROWS_PER_STEP) {
      const step = rows.slice(i, i + ROWS_PER_STEP);
      if (byWords) await this.#readNames(step);
      for (const row of step) {
        last = row;
        if (matches(row)) found.push(row);
        if (found.length === limit) return { rows: found, last };
      }
      if (signal.aborted || this.#deps.elapsed() >= until) break;
      await yieldToOthers();
    }
    return { rows: found, last };
  }

  #namesOf({ intent: { accountId, agentId, conversationId, speaker } }: OutboxRow): RowNames {
    const words = (kind: NamedKind, id: string) => this.#names.get(keyOf(accountId, kind, id))?.words ?? '';
    return {
      conversation: words('conversation', conversationId),
      agent: speaker?.name ?? words('agent', agentId),
    };
  }

  async #readNames(rows: readonly OutboxRow[]): Promise<void> {
    const wanted = new Map<
      string,
      { accountId: string; kind: NamedKind; id: string; print: RowMark['print'] }
    >();
    for (const row of rows) {
      const { accountId, agentId } = row.intent;
      const spool = this.#deps.spoolOf(accountId);
      for (const [kind, id] of [
        ['conversation', row.intent.conversationId],
        ['conversation', targetOf(row)],
        ['agent', agentId],
      ] as const) {
        const key = keyOf(accountId, kind, id);
        const mark = spool?.markOf(kind, id);
        // What is gone keeps the words it was last known by.
        if (mark === null || mark === undefined || mark.gone) continue;
        const { print } = mark;
        if (this.#names.get(key)?.print !== print) wanted.set(key, { accountId, kind, id, print });
      }
    }
    for (const accountId of new Set([...wanted.values()].map((one) => one.accountId))) {
      for (const kind of ['conversation', 'agent'] as const) {
        const group = [...wanted.values()].filter((one) => one.accountId === accountId && one.kind === kind);
        const ids = group.map(({ id }) => id);
        const read = (await this.#deps.spoolOf(accountId)?.rows(kind, ids)) ?? [];
        const words = new Map(read.map((change) => [change.id, wordsOf(change)]));
        for (const { id, print } of group) {
          this.#names.set(keyOf(accountId, kind, id), { print, words: words.get(id) ?? '' });
        }
      }
    }
  }
}

function keyOf(accountId: string, kind: NamedKind, id: string): string {
  return `${kind}/${accountId}/${id}`;
}

function wordsOf(change: Awaited<ReturnType<Spool['rows']>>[number]): string {
  if (change.row === null) return '';
  if (change.kind === 'conversation') return `${change.row.contactName} ${change.row.subject}`;
  return change.kind === 'agent' ? change.row.name : '';
}
