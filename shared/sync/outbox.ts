/**
 * The outbox: every intent of the agent from the moment it is journalled until the backend's feed
 * has shown it. States and transitions are drawn in `shared/domain/intents.ts`; `lane.ts` walks
 * them, one lane a conversation; this file takes commands and puts the parts together.
 *
 * What must hold, whatever is cut or killed:
 * 1. An intent is taken only after the journal's fsync, and then it is never lost.
 * 2. `sending` is journalled before a request leaves, so after a crash it is known what is unknown.
 * 3. Unknown is never sent again before it was read back (or the backend itself drops repeats).
 * 4. Nobody is shown a state that the journal does not hold.
 */
import type { Backend } from '../backends/port';
import { conversationKey } from '../domain/entities';
import { isUnconfirmed, type Intent, type IntentBase, type OutboxRow } from '../domain/intents';
import { AccountGate } from './account-gate';
import { fullJitter } from './backoff';
import { isOfBefore, keptDraft, parkedElsewhere, parkElsewhere, type Move } from './elsewhere';
import { Echoes } from './echoes';
import { HeldMovements } from './held-movements';
import { Lane, type LaneDeps } from './lane';
import { ReusedRefError, UnknownRefError } from './outbox-errors';
import { blankRow, Ledger, stepped } from './outbox-ledger';
import type { Clock, FilePort, HeadPort, JournalPort, Random } from './ports';
import type { Pulled } from './pull';
import { reverify } from './reverify';
import { sameIntent } from './same-intent';
import * as verbs from './second-thoughts';
import { ThreadJudge } from './thread-judge';
import { Twins } from './twins';

/** On stopping, requests in flight may take this long before they are cut… */
const STOP_PATIENCE_MS = 5_000;
/** …and this long to journal what became of them. */
const CUT_PATIENCE_MS = 1_000;
const JOURNAL_RETRY_BASE_MS = 500;
const JOURNAL_RETRY_CAP_MS = 10_000;

export interface OutboxOptions {
  /** What the journal held, in any order, one row per reference; the highest numbers are continued. */
  rows: readonly OutboxRow[];
  journal: JournalPort;
  /** `null` for an account that is not set up (any more): its rows wait. */
  backendOf(accountId: string): Backend | null;
  accountOnline(accountId: string): boolean;
  files: FilePort;
  /** What a conversation looks like now; asked before a reply leaves. */
  heads: HeadPort;
  /** How long a reply in a live chat may wait to leave before the agent is asked, in ms. */
  chatLateMs(): number;
  clock: Clock;
  random: Random;
  /** A row changed and the change is durable. */
  onRow(row: OutboxRow): void;
}

export interface Outbox {
  /**
   * Takes an intent; resolves with its row after the journal's fsync. The same intent again
   * resolves with the row as it is now.
   * @throws ReusedRefError when the reference belongs to another intent; the journal's own error
   * when it could not be written (nothing was taken)
   */
  accept(intent: Intent): Promise<OutboxRow>;
  /**
   * Keeps what was typed for the helpdesk that its account was before as a row that never leaves; once,
   * however often it is called. @param from what that helpdesk is known by @throws the journal's own error
   */
  keepDraft(intent: Intent, from: string): Promise<OutboxRow>;
  /** Takes back what has not left. @throws TooLateError, UnknownRefError */
  undo(ref: string): Promise<OutboxRow>;
  /** Sends a parked row again. @throws TooLateError, UnknownRefError */
  resend(ref: string): Promise<OutboxRow>;
  /** Drops a parked or held row, or an unknown one whose account is not connected. @throws TooLateError, UnknownRefError */
  discard(ref: string): Promise<OutboxRow>;
  /**
   * Lets a held row go as it is. `seen` is what was on screen beside it (`hold.movement.head`, or
   * what the agent saw since); when the thread has moved on from there, the row is held again.
   * @throws TooLateError, UnknownRefError
   */
  sendAsIs(ref: string, seen: verbs.Seen): Promise<OutboxRow>;
  /**
   * Lets a late chat reply go as a mail to the address on file.
   * @throws NotOfferedError where the backend cannot, TooLateError, UnknownRefError
   */
  sendByMail(ref: string, seen: IntentBase): Promise<OutboxRow>;
  /**
   * The agent's word on a row that nobody else can tell about (parked, `no-answer`).
   * @throws TooLateError, UnknownRefError
   */
  settle(ref: string, outcome: verbs.Outcome): Promise<OutboxRow>;
  /** Every row that is durable, by rising order: also the confirmed ones that the journal keeps. */
  rows(): readonly OutboxRow[];
  /** What a pull brought: own messages coming back turn accepted into delivered. */
  pulled(accountId: string, pulled: Pulled): void;
  /**
   * The account's helpdesk was restored from a backup: looks in the background whether what it had
   * confirmed in the week before is still there, and parks what is not.
   * @param at when that was seen, wall clock
   * @returns false when the program ended before all was looked for: to be called again by the next start
   */
  reverify(accountId: string, at: number): Promise<boolean>;
  /** The newest order that was given; what is decided from now on has a newer one. */
  newestOrder(): number;
  /**
   * The account is another helpdesk's since then: what was decided before waits for the agent. To be called before the new one is connected, and at each start before `run`.
   * @throws the journal's own error when it could not be written
   */
  moved(accountId: string, move: Move): Promise<void>;
  /** The account came online (or its credentials changed): try now. */
  wake(accountId: string): void;
  /** Works until the signal is aborted or `stop` is called. Call once. */
  run(signal: AbortSignal): Promise<void>;
  /** Claims nothing more, gives requests in flight 5 s, then cuts them (they are read back later). */
  stop(): Promise<void>;
}

/** Makes the one outbox of a host. Nothing leaves before `run`. */
export function createOutbox(options: OutboxOptions): Outbox {
  return new LaneOutbox(options);
}

class LaneOutbox implements Outbox {
  readonly #options: OutboxOptions;
  readonly #ledger: Ledger;
  readonly #echoes: Echoes;
  readonly #twins: Twins;
  readonly #held: HeldMovements;
  readonly #deps: LaneDeps;
  readonly #lanes = new Map<string, Lane>();
  readonly #gates = new Map<string, AccountGate>();
  readonly #cut = new AbortController();
  readonly #stopSignal = new AbortController();
  /** By account: since when it is this helpdesk's; before, it was another one's. */
  readonly #moves = new Map<string, Move>();
  #running = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#ledger = new Ledger(options.rows, options.journal, (row) => {
      options.onRow(row);
      this.#twins.shown(row);
    });
    const isForeign = (row: OutboxRow): boolean => {
      return isOfBefore(row, this.#moves.get(row.intent.accountId), options.clock.now());
    };
    this.#twins = new Twins(this.#ledger, options.heads, options.clock);
    this.#echoes = new Echoes(this.#ledger, options.clock, isForeign);
    const judge = new ThreadJudge(this.#ledger, options.heads, isForeign);
    this.#held = new HeldMovements(this.#ledger, judge);
    this.#deps = {
      ...options,
      ledger: this.#ledger,
      echoes: this.#echoes,
      judge,
      chatLateMs: () => options.chatLateMs(),
      gateOf: (accountId) => this.#gateOf(accountId),
      onLeave: (accountId) => this.#kickAccount(accountId, (lane) => lane.waitsForPlace),
      stopping: () => this.#stopSignal.signal.aborted,
      cut: this.#cut.signal,
    };
  }

  async accept(intent: Intent): Promise<OutboxRow> {
    const { ref } = intent;
    const known = this.#ledger.live(ref);
    if (known === undefined) return this.#write(this.#newRow(intent));
    if (!sameIntent(known.intent, intent)) throw new ReusedRefError(ref);
    // A repeat while the first is still on its way waits for the same fsync.
    return this.#ledger.durable(ref) ?? (await this.#ledger.settled(ref)) ?? known;
  }

  async keepDraft(intent: Intent, from: string): Promise<OutboxRow> {
    const known = this.#ledger.live(intent.ref);
    if (known !== undefined) return (await this.#ledger.settled(intent.ref)) ?? known;
    const now = this.#now();
    return this.#write(keptDraft(blankRow(intent, this.#ledger.nextOrder(), now), from, now));
  }

  undo(ref: string): Promise<OutboxRow> {
    return this.#decide(ref, (row, now) => verbs.undone(row, now));
  }

  resend(ref: string): Promise<OutboxRow> {
    return this.#decide(ref, (row, now) => verbs.resent(row, now));
  }

  discard(ref: string): Promise<OutboxRow> {
    return this.#decide(ref, (row, now) => {
      return verbs.discarded(row, now, this.#options.backendOf(row.intent.accountId) !== null);
    });
  }

  sendAsIs(ref: string, seen: verbs.Seen): Promise<OutboxRow> {
    return this.#decide(ref, (row, now) => verbs.sentAsIs(row, now, seen));
  }

  sendByMail(ref: string, seen: IntentBase): Promise<OutboxRow> {
    return this.#decide(ref, (row, now) => {
      const backend = this.#options.backendOf(row.intent.accountId);
      return verbs.sentByMail(row, now, seen, backend?.descriptor.supports.chatByMail === true);
    });
  }

  async settle(ref: string, outcome: verbs.Outcome): Promise<OutboxRow> {
    const doubtful = this.#ledger.live(ref);
    // Its echo has come long ago, under an id that nobody knew to be its own.
    const isThere =
      doubtful !== undefined &&
      'arrived' in outcome &&
      (await this.#deps.judge.isThere(doubtful, outcome.arrived));
    const row = await this.#decide(ref, (seen, now) => verbs.settled(seen, now, outcome, isThere));
    if (row.state === 'accepted') this.#echoes.expect(ref, null);
    return row;
  }

  rows(): readonly OutboxRow[] {
    return this.#ledger.allDurable();
  }

  pulled(accountId: string, pulled: Pulled): void {
    this.#held.pulled(accountId, pulled);
    this.#twins.pulled(accountId, pulled);
    const rows = this.#echoes.delivered(accountId, pulled);
    if (rows.length === 0) return;
    void this.#ledger.write(rows).catch(() => {
      // Not journalled: they are accepted again, and the next whole pull settles them.
      for (const row of rows) this.#echoes.expect(row.intent.ref, null);
    });
    // What arrived proves the way there and back: a broken answer must not slow the next row down.
    this.wake(accountId);
  }

  reverify(accountId: string, at: number): Promise<boolean> {
    const { backendOf, clock, random } = this.#options;
    const signal = this.#stopSignal.signal;
    const move = this.#moves.get(accountId);
    return reverify(accountId, at, { ledger: this.#ledger, backendOf, clock, random, signal, move });
  }

  newestOrder(): number {
    return this.#ledger.newestOrder;
  }

  async moved(accountId: string, move: Move): Promise<void> {
    this.#moves.set(accountId, move);
    const { clock } = this.#options;
    const { signal } = this.#stopSignal;
    await parkElsewhere(accountId, move, { ledger: this.#ledger, clock, signal, running: this.#running });
    this.#kickAccount(accountId);
  }

  wake(accountId: string): void {
    this.#gateOf(accountId).wake();
    this.#kickAccount(accountId);
  }

  async run(signal: AbortSignal): Promise<void> {
    const onAbort = (): void => {
      this.#stopSignal.abort();
      this.#cut.abort();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const stopped = untilAborted(this.#stopSignal.signal);
    await this.#recover();
    // All rows first: a lane that starts with half of its rows would let the newest overtake the others.
    for (const row of this.#ledger.allDurable()) if (isUnconfirmed(row.state)) this.#enlist(row);
    this.#running = true;
    this.#kickAll();
    await stopped;
    signal.removeEventListener('abort', onAbort);
    this.#kickAll();
    await this.#finished();
  }

  async stop(): Promise<void> {
    this.#stopSignal.abort();
    this.#kickAll();
    await this.#finishedWithin(STOP_PATIENCE_MS);
    this.#cut.abort();
    await this.#finishedWithin(CUT_PATIENCE_MS);
  }

  /** A crash left rows `sending`: whether they arrived is unknown. */
  async #recover(): Promise<void> {
    const { clock, random } = this.#options;
    const interrupted = [...this.#ledger.allLive()].filter((row) => row.state === 'sending');
    for (let failures = 1; interrupted.length > 0 && !this.#deps.stopping(); failures += 1) {
      try {
        await this.#ledger.write(
          interrupted.map((row) =>
            stepped(row, 'unknown', clock.now(), {
              note: 'the program ended while it was on its way',
              reason: { kind: 'settling', detail: null },
            }),
          ),
        );
        return;
      } catch {
        // Nothing may leave before this is on the disk.
        const waitMs = fullJitter(failures, JOURNAL_RETRY_BASE_MS, JOURNAL_RETRY_CAP_MS, random);
        await clock.sleep(waitMs, this.#stopSignal.signal);
      }
    }
  }

  /** Takes a second thought: writes what it makes of the row, or waits until what it is now is durable. */
  async #decide(ref: string, verb: (row: OutboxRow, now: number) => OutboxRow): Promise<OutboxRow> {
    const row = this.#ledger.live(ref);
    if (row === undefined) throw new UnknownRefError(ref);
    const next = verb(row, this.#now());
    if (next === row) return (await this.#ledger.settled(ref)) ?? row;
    return this.#write(next);
  }

  #newRow(intent: Intent): OutboxRow {
    const now = this.#now();
    const delayed = intent.delayMs > 0;
    const row = blankRow(intent, this.#ledger.nextOrder(), now);
    const move = this.#moves.get(intent.accountId);
    if (move !== undefined && isOfBefore(row, move, now)) return parkedElsewhere(row, move, now);
    return stepped(row, delayed ? 'delayed' : 'queued', now, {
      note: 'journalled',
      reason: delayed ? { kind: 'undo-time', detail: null } : this.#waitingReason(intent),
      nextAttemptAt: delayed ? now + intent.delayMs : null,
    });
  }

  #waitingReason(intent: Intent): OutboxRow['reason'] {
    if (!this.#options.accountOnline(intent.accountId)) return { kind: 'account-offline', detail: null };
    return this.#laneOf(intent).busy ? { kind: 'earlier-first', detail: null } : null;
  }

  /** Writes a row that a command made; its lane learns of it once it is durable. */
  async #write(next: OutboxRow): Promise<OutboxRow> {
    try {
      const [row] = await this.#ledger.write([next]);
      return row ?? next;
    } finally {
      const live = this.#ledger.live(next.intent.ref);
      if (live !== undefined) this.#enlist(live);
    }
  }

  #enlist(row: OutboxRow): void {
    const lane = this.#laneOf(row.intent);
    lane.add(row);
    if (this.#running) lane.kick();
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #gateOf(accountId: string): AccountGate {
    return remembered(this.#gates, accountId, () => {
      return new AccountGate(this.#options.clock, this.#options.random);
    });
  }

  #laneOf({ accountId, conversationId }: Intent): Lane {
    const key = conversationKey(accountId, conversationId);
    return remembered(this.#lanes, key, () => new Lane(accountId, this.#deps));
  }

  #kickAccount(accountId: string, which: (lane: Lane) => boolean = () => true): void {
    if (!this.#running) return;
    for (const [key, lane] of this.#lanes) {
      if (lane.accountId !== accountId) continue;
      if (lane.busy && which(lane)) lane.kick();
      else if (!lane.busy && lane.running === null) this.#lanes.delete(key);
    }
  }

  #kickAll(): void {
    for (const lane of this.#lanes.values()) lane.kick();
  }

  async #finished(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.running));
  }

  async #finishedWithin(ms: number): Promise<void> {
    const done = new AbortController();
    await Promise.race([this.#finished(), this.#options.clock.sleep(ms, done.signal)]);
    done.abort();
  }
}

function remembered<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
