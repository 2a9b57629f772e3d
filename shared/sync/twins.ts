/**
 * Finds own messages that stand in their thread twice under one reference. Where a backend has no
 * idempotency key, two copies of one profile that send within the same moment cannot see each other:
 * each has read the thread, and the other's message is not there yet. Nothing prevents that, so it is
 * at least said, in the log of both: each of them finds both messages when the feed brings them.
 */
import type { Message } from '../domain/entities';
import { targetOf, type OutboxRow } from '../domain/intents';
import { isMessage } from './lane-order';
import { stepped, type Ledger } from './outbox-ledger';
import type { Clock, HeadPort } from './ports';
import type { Pulled } from './pull';

const TWICE = 'in the thread twice: perhaps a copy of this console sent it as well';
const ROLLED_BACK = 'no longer there after the helpdesk was restored from a backup';
/** A crash may come between a message and the word about it: so many of the newest are looked at again. */
const NEWEST = 50;

export class Twins {
  readonly #ledger: Ledger;
  readonly #heads: HeadPort;
  readonly #clock: Clock;
  /** References to look at once the feeds are read to their end. */
  readonly #later: Set<string>;

  constructor(ledger: Ledger, heads: HeadPort, clock: Clock) {
    this.#ledger = ledger;
    this.#heads = heads;
    this.#clock = clock;
    const newest = ledger.allDurable().filter(isConfirmedMessage).slice(-NEWEST);
    this.#later = new Set(newest.map(({ intent }) => intent.ref));
  }

  /** A row is durable as it is now. */
  shown(row: OutboxRow): void {
    if (row.state === 'delivered' && isConfirmedMessage(row)) void this.#look(row);
  }

  /** A pull brought something: an own message under another id than the row's is perhaps a second one. */
  pulled(accountId: string, { changes, caughtUp }: Pulled): void {
    for (const { kind, row: message } of changes) {
      if (kind !== 'message' || message === null || message.clientRef === null) continue;
      const row = this.#ledger.live(message.clientRef);
      if (row === undefined || row.intent.accountId !== accountId || row.serverId === message.id) continue;
      if (isConfirmedMessage(row)) void this.#look(row);
    }
    if (!caughtUp) return;
    for (const ref of this.#later) {
      const row = this.#ledger.live(ref);
      if (row !== undefined && row.intent.accountId !== accountId) continue;
      this.#later.delete(ref);
      if (row !== undefined && isConfirmedMessage(row)) void this.#look(row);
    }
  }

  async #look(row: OutboxRow): Promise<void> {
    const { intent, evidence } = row;
    // What a restored server lost and the agent sent again may stand beside its old row for a while.
    if (evidence.some(({ note }) => note === TWICE || note === ROLLED_BACK)) return;
    const twice = (await this.#messagesOf(row)).filter((message) => isOf(message, row)).length > 1;
    // A row that has changed meanwhile is looked at again because of that.
    if (!twice || this.#ledger.live(intent.ref) !== row) return;
    const next = stepped(row, row.state, this.#clock.now(), { note: TWICE });
    await this.#ledger.write([next]).catch(() => this.#later.add(intent.ref));
  }

  async #messagesOf(row: OutboxRow): Promise<readonly Message[]> {
    const { accountId } = row.intent;
    const head = await this.#heads.known(accountId, targetOf(row));
    if (head === null) this.#later.add(row.intent.ref);
    const moved = head?.movedTo ?? null;
    const there = moved === null ? head : await this.#heads.known(accountId, moved);
    return there?.messages ?? [];
  }
}

function isConfirmedMessage(row: OutboxRow): boolean {
  return isMessage(row) && (row.state === 'accepted' || row.state === 'delivered');
}

/** Whether a message is what a row wrote: also a customer's answer may quote a reference. */
export function isOf({ clientRef, kind, author }: Message, { intent }: OutboxRow): boolean {
  return clientRef === intent.ref && kind === intent.action.kind && author.type !== 'contact';
}
