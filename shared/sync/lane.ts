/**
 * One conversation's way out: strictly one row at a time, in journal order.
 *
 * - Rows that are parked (or held) are stepped over: the agent sees them and decides, and what was
 *   decided later about the conversation goes on meanwhile. A resent row keeps its old place.
 * - An unknown row blocks the lane: nothing may overtake what is perhaps already there.
 * - A queued edit with a newer queued edit of the same kind behind it is superseded when its turn
 *   comes, not before, so that undoing the newer one leaves the older one standing.
 */
import type { Backend, OperationProof } from '../backends/port';
import type { DeliveryReason, IntentKind, OutboxRow } from '../domain/intents';
import type { AccountGate } from './account-gate';
import { attempt, outcomeOf, type Outcome, type UploadIds } from './attempt';
import { fullJitter } from './backoff';
import type { Echoes } from './echoes';
import { stepped, type Ledger, type Step } from './outbox-ledger';
import type { Clock, FilePort, Random } from './ports';

/** Looked again after this long even if nobody called, so a lost wake-up costs a minute at most. */
const LOOK_AGAIN_MS = 60_000;
const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 60_000;
/** A stored plan further ahead than this comes from a clock that jumped. */
const LONGEST_PLAN_MS = 3_600_000;

const SUPERSEDABLE: ReadonlySet<IntentKind> = new Set(['status', 'assign', 'priority']);

/** What all lanes of an outbox share. */
export interface LaneDeps {
  ledger: Ledger;
  backendOf(accountId: string): Backend | null;
  accountOnline(accountId: string): boolean;
  gateOf(accountId: string): AccountGate;
  /** Called when a place on the way out became free. */
  onLeave(accountId: string): void;
  files: FilePort;
  clock: Clock;
  random: Random;
  /** True once nothing new may be claimed. */
  stopping(): boolean;
  /** Cuts requests in flight. */
  cut: AbortSignal;
  echoes: Echoes;
}

export class Lane {
  readonly accountId: string;
  readonly #deps: LaneDeps;
  /** References, oldest first; finished ones are dropped when they are passed. */
  #refs: string[] = [];
  /** When a row may be tried, in monotonic time: a jump of the wall clock changes nothing. */
  readonly #due = new Map<string, number>();
  readonly #uploaded: UploadIds = new Map();
  #pause: AbortController | null = null;
  #running: Promise<void> | null = null;

  constructor(accountId: string, deps: LaneDeps) {
    this.accountId = accountId;
    this.#deps = deps;
  }

  /** Resolves when the lane has nothing to do or was stopped; `null` while it rests. */
  get running(): Promise<void> | null {
    return this.#running;
  }

  /** Takes a row that is live in the ledger: new, or back from being parked. */
  add(row: OutboxRow): void {
    this.#due.delete(row.intent.ref);
    this.#refs = [...this.#refs.filter((ref) => ref !== row.intent.ref), row.intent.ref].sort(
      (a, b) => this.#orderOf(a) - this.#orderOf(b),
    );
  }

  /** True while some row of the lane still has to leave. */
  get busy(): boolean {
    return this.#unfinished().length > 0;
  }

  /** Looks again now: something changed. */
  kick(): void {
    this.#pause?.abort();
    if (this.#running === null && !this.#deps.stopping() && this.#next() !== null)
      this.#running = this.#drain();
  }

  async #drain(): Promise<void> {
    while (!this.#deps.stopping()) {
      const row = this.#next();
      if (row === null) break;
      await this.#advance(row);
    }
    // In the same breath as the last look, so that no kick can fall in between.
    this.#running = null;
  }

  /** Whose turn it is. A row left `sending` by a journal that never took its outcome is for the next start. */
  #next(): OutboxRow | null {
    const first = this.#unfinished()[0];
    return first === undefined || first.state === 'sending' ? null : first;
  }

  /** Rows that still have to leave, oldest first; the others are forgotten until they are added again. */
  #unfinished(): OutboxRow[] {
    const rows: OutboxRow[] = [];
    for (const ref of this.#refs) {
      const row = this.#deps.ledger.live(ref);
      if (row !== undefined && isUnfinished(row)) rows.push(row);
      else this.#due.delete(ref);
    }
    this.#refs = rows.map((row) => row.intent.ref);
    return rows;
  }

  /** One step for the first row: wait, release, supersede, send or read back. */
  async #advance(row: OutboxRow): Promise<void> {
    const { ledger, clock, gateOf, onLeave } = this.#deps;
    const backend = this.#deps.backendOf(this.accountId);
    if (backend === null && row.state !== 'delayed') return this.#rest(LOOK_AGAIN_MS);
    const dueIn = this.#dueAt(row) - clock.monotonic();
    if (dueIn > 0) return this.#rest(dueIn);
    if (row.state === 'delayed') {
      return this.#write(row, stepped(row, 'queued', clock.now(), { note: 'undo time is over' }));
    }
    if (row.state === 'queued' && this.#isSuperseded(row)) {
      return this.#write(row, stepped(row, 'superseded', clock.now(), { note: 'a newer edit is behind it' }));
    }
    if (backend === null || !this.#deps.accountOnline(this.accountId)) return this.#rest(LOOK_AGAIN_MS);
    const gate = gateOf(this.accountId);
    if (gate.waitMs() > 0) return this.#rest(gate.waitMs());
    if (!gate.enter()) return this.#rest(LOOK_AGAIN_MS);
    try {
      if (row.state === 'unknown') await this.#readBack(row, backend, gate);
      else await this.#send(row, backend, gate);
    } finally {
      gate.leave();
      onLeave(this.accountId);
      const after = ledger.live(row.intent.ref);
      if (after === undefined || !isUnfinished(after)) this.#dropUploads(row);
    }
  }

  /** Journals the claim, then tries. Whatever judges a row before it may leave belongs at the top here. */
  async #send(row: OutboxRow, backend: Backend, gate: AccountGate): Promise<void> {
    const { ledger, clock, files, cut } = this.#deps;
    const attempts = row.attempts + 1;
    const claim = stepped(row, 'sending', clock.now(), { note: `attempt ${attempts}`, attempts });
    let claimed: OutboxRow | undefined;
    try {
      [claimed] = await ledger.write([claim]);
    } catch {
      // The disk is full or gone: the row was not claimed, so nothing may leave. Try again later.
      this.#planIn(row, this.#jitter(attempts));
      return;
    }
    if (claimed === undefined) return;
    const outcome = await attempt(claimed.intent, backend, files, this.#uploaded, cut);
    this.#tell(gate, outcome);
    await this.#conclude(claimed, row.attempts, outcome, backend);
  }

  async #conclude(row: OutboxRow, attemptsBefore: number, outcome: Outcome, backend: Backend): Promise<void> {
    const echo = this.#deps.echoes.takeEarly(row.intent.ref);
    if (echo !== null) {
      return this.#persist(row, 'delivered', { note: 'seen in the feed', serverId: echo });
    }
    switch (outcome.type) {
      case 'done':
        this.#deps.echoes.expect(row.intent.ref, outcome.proof);
        return this.#persist(row, 'accepted', {
          note: 'the server took it',
          serverId: outcome.proof.serverId,
        });
      case 'unknown': {
        const { settleMs } = backend.descriptor;
        this.#planIn(row, settleMs);
        return this.#persist(row, 'unknown', {
          note: 'no proof that it was done',
          reason: { kind: settleMs > 0 ? 'settling' : 'no-answer', detail: outcome.detail },
          nextAttemptAt: settleMs > 0 ? this.#deps.clock.now() + settleMs : null,
        });
      }
      case 'link-down':
      case 'account':
      case 'later':
        return this.#persist(row, 'queued', {
          note: 'it did not leave',
          reason: { kind: WAITING_REASON[outcome.type], detail: outcome.detail },
          attempts: attemptsBefore,
          nextAttemptAt: this.#deps.clock.now() + this.#deps.gateOf(this.accountId).waitMs(),
        });
      case 'refused':
        return this.#persist(row, 'parked', {
          note: 'the server refused it',
          reason: { kind: 'refused-by-server', detail: outcome.detail },
        });
      case 'file-missing':
        return this.#persist(row, 'parked', {
          note: 'a file is missing',
          reason: { kind: 'file-missing', detail: outcome.detail },
        });
    }
  }

  /** The settle time is over: was it done? Only a proof or its absence changes the row. */
  async #readBack(row: OutboxRow, backend: Backend, gate: AccountGate): Promise<void> {
    const { conversationId, ref } = row.intent;
    const { tier } = backend.descriptor;
    let proof: OperationProof | null = null;
    try {
      if (tier !== 'T4') proof = await backend.findByRef(conversationId, ref, this.#deps.cut);
      gate.answered();
    } catch (error) {
      const outcome = outcomeOf(error);
      this.#tell(gate, outcome);
      if (this.#deps.ledger.live(ref) !== row) return;
      if (outcome.type !== 'refused') return this.#planIn(row, this.#jitter(row.attempts));
      // Never back to `queued`: what is perhaps done may be neither taken back nor superseded.
      return this.#persist(row, 'parked', {
        note: 'the server refused to tell whether it was done',
        reason: { kind: 'no-answer', detail: outcome.detail },
      });
    }
    // The feed may have brought the proof meanwhile.
    if (this.#deps.ledger.live(ref) !== row) return;
    if (proof !== null) {
      this.#deps.echoes.expect(ref, proof);
      return this.#persist(row, 'accepted', { note: 'read back by reference', serverId: proof.serverId });
    }
    if (tier === 'T4') {
      return this.#persist(row, 'parked', {
        note: 'nobody can tell whether it was done',
        reason: { kind: 'no-answer', detail: null },
      });
    }
    // The first repeat goes at once: the silence was the link's, and that is back.
    const waitMs = row.attempts <= 1 ? 0 : this.#jitter(row.attempts);
    this.#planIn(row, waitMs);
    return this.#persist(row, 'queued', {
      note: 'read back by reference: not there',
      reason: row.reason,
      nextAttemptAt: this.#deps.clock.now() + waitMs,
    });
  }

  #tell(gate: AccountGate, outcome: Outcome): void {
    switch (outcome.type) {
      case 'link-down':
        return gate.linkDown();
      case 'account':
        return gate.refused();
      case 'later':
        return gate.later(outcome.retryAfterMs);
      case 'unknown':
        return outcome.retryAfterMs === null ? gate.linkDown() : gate.later(outcome.retryAfterMs);
      case 'done':
      case 'refused':
      case 'file-missing':
        return gate.answered();
    }
  }

  /** Writes a step that may as well be taken a little later, when the journal cannot take it now. */
  async #write(seen: OutboxRow, next: OutboxRow): Promise<void> {
    try {
      await this.#deps.ledger.write([next]);
    } catch {
      this.#planIn(seen, this.#jitter(1));
    }
  }

  /** Writes what a request brought. It happened, so the journal is asked until it takes it. */
  async #persist(row: OutboxRow, state: OutboxRow['state'], step: Step): Promise<void> {
    const next = stepped(row, state, this.#deps.clock.now(), step);
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#deps.ledger.write([next]);
        return;
      } catch {
        // Stopped before it was written: the journal still says `sending`, and a restart reads back.
        if (this.#deps.stopping()) return;
        await this.#deps.clock.sleep(this.#jitter(failures), this.#deps.cut);
      }
    }
  }

  #isSuperseded(row: OutboxRow): boolean {
    const { kind } = row.intent.action;
    if (!SUPERSEDABLE.has(kind)) return false;
    for (const later of this.#unfinished().slice(1)) {
      if (later.intent.action.kind === 'reply' || later.intent.action.kind === 'note') return false;
      if (later.intent.action.kind === kind) return later.state === 'queued';
    }
    return false;
  }

  async #rest(ms: number): Promise<void> {
    const pause = new AbortController();
    this.#pause = pause;
    await this.#deps.clock.sleep(Math.min(ms, LOOK_AGAIN_MS), pause.signal);
    this.#pause = null;
  }

  /** A row's plan; on first sight worked out from what is stored, within what is sensible. */
  #dueAt(row: OutboxRow): number {
    const known = this.#due.get(row.intent.ref);
    if (known !== undefined) return known;
    const due = this.#deps.clock.monotonic() + this.#storedWait(row);
    this.#due.set(row.intent.ref, due);
    return due;
  }

  #storedWait(row: OutboxRow): number {
    // Nobody knows how long the program was gone; the whole settle time is always safe.
    if (row.state === 'unknown') return this.#deps.backendOf(this.accountId)?.descriptor.settleMs ?? 0;
    if (row.nextAttemptAt === null) return 0;
    const longest = row.state === 'delayed' ? row.intent.delayMs : LONGEST_PLAN_MS;
    return Math.min(longest, Math.max(0, row.nextAttemptAt - this.#deps.clock.now()));
  }

  #planIn(row: OutboxRow, ms: number): void {
    this.#due.set(row.intent.ref, this.#deps.clock.monotonic() + ms);
  }

  #jitter(failures: number): number {
    return fullJitter(failures, RETRY_BASE_MS, RETRY_CAP_MS, this.#deps.random);
  }

  #orderOf(ref: string): number {
    return this.#deps.ledger.live(ref)?.order ?? 0;
  }

  #dropUploads(row: OutboxRow): void {
    for (const key of this.#uploaded.keys()) {
      if (key.startsWith(`${row.intent.ref}.`)) this.#uploaded.delete(key);
    }
  }
}

const WAITING_REASON = {
  'link-down': 'account-offline',
  account: 'account-refused',
  later: 'rate-limited',
} as const satisfies Record<string, DeliveryReason['kind']>;

const UNFINISHED: ReadonlySet<OutboxRow['state']> = new Set(['delayed', 'queued', 'sending', 'unknown']);

function isUnfinished(row: OutboxRow): boolean {
  return UNFINISHED.has(row.state);
}
