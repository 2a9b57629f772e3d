/**
 * Own doings coming back through the feed. A message is known by its reference, or by the id the
 * server gave it; an edit by the conversation being at least as new as the server's answer was.
 * Seeing it is what turns `accepted` into `delivered`, and settles what was unknown.
 */
import type { OperationProof } from '../backends/port';
import type { Conversation, Message } from '../domain/entities';
import { targetOf, type DeliveryState, type OutboxRow } from '../domain/intents';
import { misnamed } from '../domain/speaker';
import { stepped, type Ledger, type Step } from './outbox-ledger';
import type { Clock } from './ports';
import type { Pulled } from './pull';

/**
 * How long an accepted row waits for its echo before a whole pull without one is enough: longer
 * than feeds trail their own backend's writes (30–60 s where measured).
 */
const ECHO_PATIENCE_MS = 120_000;

/** The step of a row whose message stands in its thread, and under whose name it does. */
export function seen({ intent }: OutboxRow, message: Message): Step {
  const leftAs = misnamed(intent.speaker, message.author);
  if (leftAs === null) return { note: 'seen in the feed', serverId: message.id };
  return { note: 'seen in the feed under another name', serverId: message.id, leftAs };
}

interface Expected {
  /** Monotonic time since when this run knows the row as accepted. */
  since: number;
  /** The conversation in the server's answer; `null` when it told none, or in an earlier run. */
  conversation: Conversation | null;
}

export class Echoes {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #isForeign: (row: OutboxRow) => boolean;
  readonly #expected = new Map<string, Expected>();
  /** Messages that came back before the answer to their own request did. */
  readonly #early = new Map<string, Message>();

  /** @param isForeign its account was another helpdesk's: ids of this one say nothing of such a row */
  constructor(ledger: Ledger, clock: Clock, isForeign: (row: OutboxRow) => boolean) {
    this.#isForeign = isForeign;
    this.#ledger = ledger;
    this.#clock = clock;
    for (const row of ledger.allLive()) {
      if (row.state === 'accepted') this.expect(row.intent.ref, null);
    }
  }

  /** A row was accepted: its echo is to come. */
  expect(ref: string, proof: OperationProof | null): void {
    this.#expected.set(ref, {
      since: this.#clock.monotonic(),
      conversation: proof?.conversation ?? null,
    });
  }

  /** The message as which a row was seen while its request was still on its way, once. */
  takeEarly(ref: string): Message | null {
    const message = this.#early.get(ref) ?? null;
    this.#early.delete(ref);
    return message;
  }

  /** The rows that a pull has proved delivered, as they are to be written. */
  delivered(accountId: string, pulled: Pulled): OutboxRow[] {
    const proved = new Map<string, OutboxRow>();
    for (const change of pulled.changes) {
      if (change.row === null) continue;
      if (change.kind === 'message') this.#message(accountId, change.row, proved);
      if (change.kind === 'conversation') this.#conversation(accountId, change.row, proved);
    }
    if (pulled.caughtUp) this.#overdue(accountId, proved);
    for (const ref of proved.keys()) this.#expected.delete(ref);
    return [...proved.values()];
  }

  #message(accountId: string, message: Message, proved: Map<string, OutboxRow>): void {
    const row = this.#ownRow(accountId, message);
    if (row === undefined) return;
    if (row.state === 'sending') this.#early.set(row.intent.ref, message);
    else if (CAN_BE_SEEN.has(row.state)) proved.set(row.intent.ref, this.#delivered(row, seen(row, message)));
  }

  #ownRow(accountId: string, message: Message): OutboxRow | undefined {
    const named = message.clientRef === null ? undefined : this.#ledger.live(message.clientRef);
    if (named !== undefined) return named.intent.accountId === accountId ? named : undefined;
    return this.#acceptedOf(accountId).find(
      (row) => row.serverId === message.id && isMessage(row) && isIn(row, message.conversationId),
    );
  }

  #conversation(accountId: string, seen: Conversation, proved: Map<string, OutboxRow>): void {
    for (const row of this.#acceptedOf(accountId)) {
      if (isMessage(row) || !isIn(row, seen.id)) continue;
      const answer = this.#expected.get(row.intent.ref)?.conversation ?? null;
      const current =
        answer === null || seen.version === answer.version || seen.updatedAt >= answer.updatedAt;
      if (current) proved.set(row.intent.ref, this.#delivered(row, { note: 'seen in the feed' }));
    }
  }

  #overdue(accountId: string, proved: Map<string, OutboxRow>): void {
    const before = this.#clock.monotonic() - ECHO_PATIENCE_MS;
    for (const row of this.#acceptedOf(accountId)) {
      const since = this.#expected.get(row.intent.ref)?.since ?? 0;
      if (since > before || proved.has(row.intent.ref)) continue;
      const note = 'accepted long ago; the feed is read to its end without an echo';
      proved.set(row.intent.ref, stepped(row, 'delivered', this.#clock.now(), { note }));
    }
  }

  #delivered(row: OutboxRow, step: Step): OutboxRow {
    return stepped(row, 'delivered', this.#clock.now(), step);
  }

  #acceptedOf(accountId: string): OutboxRow[] {
    const rows: OutboxRow[] = [];
    for (const ref of this.#expected.keys()) {
      const row = this.#ledger.live(ref);
      if (row?.state !== 'accepted' || row.intent.accountId !== accountId) continue;
      if (!this.#isForeign(row)) rows.push(row);
    }
    return rows;
  }
}

/**
 * States in which a reference seen at the backend is news. `sending` is handled apart. What was taken
 * back or dropped here may have been sent by a copy of the profile, or have arrived after all.
 */
const CAN_BE_SEEN: ReadonlySet<DeliveryState> = new Set([
  'delayed',
  'queued',
  'held',
  'accepted',
  'unknown',
  'parked',
  'discarded',
]);

function isMessage(row: OutboxRow): boolean {
  return row.intent.action.kind === 'reply' || row.intent.action.kind === 'note';
}

function isIn(row: OutboxRow, conversationId: string): boolean {
  return targetOf(row) === conversationId;
}
