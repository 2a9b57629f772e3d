/**
 * Judges a row against its thread before it leaves: what the ledger says is our own doing, what
 * the thread says has happened, and the rule of `shared/domain/thread-moved.ts` between them.
 */
import { BackendError } from '../backends/backend-error';
import type { Channel } from '../domain/entities';
import { baseOf, targetOf, type DeliveryState, type Hold, type OutboxRow } from '../domain/intents';
import {
  changesSince,
  movement,
  type Movement,
  type OwnDoings,
  type ThreadHead,
} from '../domain/thread-moved';
import { knownAs, ownsAs } from '../domain/speaker';
import type { Ledger } from './outbox-ledger';
import type { HeadPort } from './ports';
import { isOf } from './twins';

/**
 * Own edits confirmed this long before a row was journalled may be missing from its base: the
 * page's cache trails the host, and a wall clock may have been set.
 */
const BASE_LAG_MS = 60_000;

export type Verdict =
  /** Nothing speaks against it; the thread is a conversation of this channel, where it is known. */
  | { type: 'leave'; channel: Channel | null }
  /** The thread cannot be read now; `failure`: what the backend said, if it was asked. */
  | { type: 'unread'; failure: BackendError | null }
  /** The conversation was deleted. */
  | { type: 'gone' }
  | { type: 'hold'; hold: Hold }
  /** The thread has a message under the row's own reference; `otherwise`, should that be an old one. */
  | { type: 'there'; otherwise: Verdict };

export class ThreadJudge {
  readonly #ledger: Ledger;
  readonly #heads: HeadPort;
  readonly #isForeign: (row: OutboxRow) => boolean;

  /** @param isForeign its account was another helpdesk's: ids of this one say nothing of such a row */
  constructor(ledger: Ledger, heads: HeadPort, isForeign: (row: OutboxRow) => boolean) {
    this.#isForeign = isForeign;
    this.#ledger = ledger;
    this.#heads = heads;
  }

  /**
   * Whether a reply or a note may leave, by a thread read now. A note contradicts nobody; reading the
   * thread shows whether a copy of the profile has written it already.
   */
  async judge(row: OutboxRow, signal: AbortSignal): Promise<Verdict> {
    const elsewhere = await this.whereabouts(row, signal);
    if (elsewhere.type !== 'here') return elsewhere;
    const { head } = elsewhere;
    const verdict = this.#judged(row, head);
    return head.messages.some((message) => isOf(message, row))
      ? { type: 'there', otherwise: verdict }
      : verdict;
  }

  #judged(row: OutboxRow, head: ThreadHead): Verdict {
    const channel = head.conversation?.channel ?? null;
    if (channel === null || row.intent.action.kind === 'note') return { type: 'leave', channel };
    const by = row.release?.via === 'email' ? 'email' : channel;
    const moved = movement(baseOf(row), head, by, this.#ownDoings(row));
    return moved === null
      ? { type: 'leave', channel }
      : { type: 'hold', hold: { kind: 'moved', movement: moved } };
  }

  /** Whether the conversation a row goes to is still there, by a thread read now. */
  async whereabouts(
    row: OutboxRow,
    signal: AbortSignal,
  ): Promise<{ type: 'here'; head: ThreadHead } | Exclude<Verdict, { type: 'leave' | 'there' }>> {
    const { accountId } = row.intent;
    const head = await this.#heads.head(accountId, targetOf(row), signal);
    if (head === null || head instanceof BackendError) return { type: 'unread', failure: head };
    if (head.movedTo !== null) {
      const there = await this.#heads.head(accountId, head.movedTo, signal);
      return {
        type: 'hold',
        hold: { kind: 'merged', into: head.movedTo, movement: this.#since(row, asRead(there)) },
      };
    }
    return head.gone ? { type: 'gone' } : { type: 'here', head };
  }

  /** What is known to have happened since a row's base, without asking anybody. */
  async known(
    row: OutboxRow,
    conversationId = targetOf(row),
  ): Promise<{ channel: Channel | null; movement: Movement | null }> {
    const head = await this.#heads.known(row.intent.accountId, conversationId);
    return { channel: head?.conversation?.channel ?? null, movement: this.#since(row, head) };
  }

  /** Whether the row's thread is known to have this message. */
  async isThere(row: OutboxRow, messageId: string): Promise<boolean> {
    const head = await this.#heads.known(row.intent.accountId, targetOf(row));
    return head?.messages.some(({ id }) => id === messageId) ?? false;
  }

  /** The message that carries the row's own reference in its thread, read now; `null`: none is seen. */
  async ownMessage(row: OutboxRow, signal: AbortSignal): Promise<string | null> {
    const there = await this.whereabouts(row, signal);
    if (there.type !== 'here') return null;
    return there.head.messages.find((message) => isOf(message, row))?.id ?? null;
  }

  /** What happened since a row's base, by a thread read now if that is possible. */
  async since(row: OutboxRow, signal: AbortSignal): Promise<Movement | null> {
    const { accountId } = row.intent;
    const head = await this.#heads.head(accountId, targetOf(row), signal);
    return this.#since(row, asRead(head) ?? (await this.#heads.known(accountId, targetOf(row))));
  }

  #since(row: OutboxRow, head: ThreadHead | null): Movement | null {
    return head === null ? null : changesSince(baseOf(row), head, this.#ownDoings(row));
  }

  #ownDoings(row: OutboxRow): OwnDoings {
    const { accountId } = row.intent;
    const doings = {
      writesAs: knownAs(row.intent),
      ownsAs: ownsAs(row.intent),
      isRef: (ref: string) => this.#ledger.live(ref)?.intent.accountId === accountId,
      serverIds: new Set<string>(),
      statuses: new Set<NonNullable<OutboxRow['effect']>['status']>(),
      assigneeIds: new Set<string | null>(),
      acted: false,
      seenIds: new Set(row.release?.seenIds ?? []),
      decidedAfterId: row.release ? row.intent.base.messageId : null,
    };
    for (const other of this.#ledger.liveIn(accountId, targetOf(row))) {
      if (other === row || this.#isForeign(other)) continue;
      if (other.serverId !== null) doings.serverIds.add(other.serverId);
      if (!isPerhapsDone(other) || other.changedAt < row.queuedAt - BASE_LAG_MS) continue;
      doings.acted = true;
      addEffects(other, doings.statuses, doings.assigneeIds);
    }
    return doings;
  }
}

function asRead(head: ThreadHead | BackendError | null): ThreadHead | null {
  return head instanceof BackendError ? null : head;
}

/**
 * What the server said of the conversation counts only for what the intent was about: a note's
 * answer may show what a colleague did. A reply was judged a moment before it was taken.
 */
function addEffects(
  { intent: { action }, effect }: OutboxRow,
  statuses: Set<NonNullable<OutboxRow['effect']>['status']>,
  assigneeIds: Set<string | null>,
): void {
  if (action.kind === 'reply' && action.statusAfter !== null) statuses.add(action.statusAfter);
  if (action.kind === 'status') statuses.add(action.status);
  if (action.kind === 'assign') assigneeIds.add(action.assigneeId);
  if (!effect) return;
  if (action.kind === 'reply' || action.kind === 'status') statuses.add(effect.status);
  if (action.kind === 'reply' || action.kind === 'assign') assigneeIds.add(effect.assigneeId);
}

const DONE: ReadonlySet<DeliveryState> = new Set(['sending', 'unknown', 'accepted', 'delivered']);

function isPerhapsDone(row: OutboxRow): boolean {
  return DONE.has(row.state) || (row.state === 'parked' && row.reason?.kind === 'no-answer');
}
