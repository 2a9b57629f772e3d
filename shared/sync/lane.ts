/**
 * One conversation's way out: strictly one row at a time, in journal order.
 *
 * - Parked rows are stepped over: the agent sees them and decides, and what was decided later about
 *   the conversation goes on meanwhile. A resent row keeps its old place.
 * - A reply is held when its thread moved, or when a live chat has waited too long for it. Replies
 *   behind a held one wait (`earlier-first`): an answer never overtakes another one silently. Notes
 *   and edits pass.
 * - An unknown row blocks the lane: nothing may overtake what is perhaps already there.
 * - A queued edit with a newer queued edit of the same kind behind it is superseded when its turn
 *   comes, not before, so that undoing the newer one leaves the older one standing.
 */
import { BackendError, ThreadTooLongError } from '../backends/backend-error';
import type { Backend } from '../backends/port';
import type { EvidenceNote } from '../domain/evidence';
import { targetOf, type Hold, type OutboxRow } from '../domain/intents';
import { isLive } from '../domain/thread-moved';
import type { AccountGate } from './account-gate';
import { attempt, outcomeOf, type UploadIds } from './attempt';
import { ChatLateness, readyAt } from './chat-lateness';
import { firstOf, isKept, isMessage, isSuperseded, isUnfinished, waitsBehindHeld } from './lane-order';
import { LaneOutcomes, type OutcomeDeps } from './lane-outcomes';
import { LanePlan } from './lane-plan';
import { HELD_BECAUSE, stepped } from './outbox-ledger';
import type { FilePort, Random } from './ports';
import type { Verdict } from './thread-judge';

/** Looked again after this long even if nobody called, so a lost wake-up costs a minute at most. */
const LOOK_AGAIN_MS = 60_000;

/** What all lanes of an outbox share. */
export interface LaneDeps extends OutcomeDeps {
  backendOf(accountId: string): Backend | null;
  accountOnline(accountId: string): boolean;
  gateOf(accountId: string): AccountGate;
  /** Called when a place on the way out became free. */
  onLeave(accountId: string): void;
  files: FilePort;
  random: Random;
  /** How long a reply in a live chat may wait to leave, in ms. */
  chatLateMs(): number;
}

export class Lane {
  readonly accountId: string;
  readonly #deps: LaneDeps;
  /** References, oldest first; finished ones are dropped when they are passed. */
  #refs: string[] = [];
  readonly #plan: LanePlan;
  readonly #lateness: ChatLateness;
  readonly #outcomes: LaneOutcomes;
  #unread = 0;
  #pause: AbortController | null = null;
  #waitsForPlace = false;
  #running: Promise<void> | null = null;

  constructor(accountId: string, deps: LaneDeps) {
    this.accountId = accountId;
    this.#deps = deps;
    this.#lateness = new ChatLateness(deps.clock, () => deps.chatLateMs());
    const settleMs = (): number => deps.backendOf(accountId)?.descriptor.settleMs ?? 0;
    this.#plan = new LanePlan(deps.clock, deps.random, settleMs);
    this.#outcomes = new LaneOutcomes(deps, this.#plan);
  }

  /** Resolves when the lane has nothing to do or was stopped; `null` while it rests. */
  get running(): Promise<void> | null {
    return this.#running;
  }

  /** Takes a row that is live in the ledger: new, or back from being parked. */
  add(row: OutboxRow): void {
    this.#plan.anew(row.intent.ref);
    this.#lateness.add(row);
    this.#refs = [...this.#refs.filter((ref) => ref !== row.intent.ref), row.intent.ref].sort(
      (a, b) => this.#orderOf(a) - this.#orderOf(b),
    );
  }

  /** True while some row of the lane still has to leave, or is held. */
  get busy(): boolean {
    return this.#kept().length > 0;
  }

  /** True while it rests only because all places on the way out were taken. */
  get waitsForPlace(): boolean {
    return this.#waitsForPlace;
  }

  /** Looks again now: something changed. */
  kick(): void {
    this.#waitsForPlace = false;
    this.#pause?.abort();
    if (this.#running === null && !this.#deps.stopping() && this.#hasWork()) this.#running = this.#drain();
  }

  #hasWork(): boolean {
    return this.#next() !== null || this.#untilLate() < Infinity;
  }

  async #drain(): Promise<void> {
    while (!this.#deps.stopping() && this.#hasWork()) {
      const late = this.#untilLate() <= 0 ? this.#lateness.oldest(this.#unfinished()) : null;
      const row = this.#next();
      if (late !== null) await this.#judgeLate(late);
      else if (row !== null) await this.#advance(row);
      else await this.#rest(LOOK_AGAIN_MS);
    }
    // In the same breath as the last look, so that no kick can fall in between.
    this.#running = null;
  }

  /** Whose turn it is. A row left `sending` by a journal that never took its outcome is for the next start. */
  #next(): OutboxRow | null {
    const first = firstOf(this.#kept());
    return first === undefined || first.state === 'sending' ? null : first;
  }

  /** Rows that still have to leave, oldest first. */
  #unfinished(): OutboxRow[] {
    return this.#kept().filter(isUnfinished);
  }

  /** Those and the held ones, oldest first; the others are forgotten until they are added again. */
  #kept(): OutboxRow[] {
    const { ledger } = this.#deps;
    const rows: OutboxRow[] = [];
    const refs: string[] = [];
    for (const ref of this.#refs) {
      const row = ledger.live(ref);
      if (row !== undefined && isKept(row)) rows.push(row);
      // Finished, but not on the disk: when that fails, the row is what it was, and first as it was.
      const durable = ledger.durable(ref);
      if ((row !== undefined && isKept(row)) || (durable !== undefined && isKept(durable))) refs.push(ref);
      else {
        this.#plan.forget(ref);
        this.#lateness.forget(ref);
      }
    }
    this.#refs = refs;
    return rows;
  }

  /** One step for the first row: wait, release, supersede, send or read back. */
  async #advance(row: OutboxRow): Promise<void> {
    const { clock, gateOf, onLeave } = this.#deps;
    const backend = this.#deps.backendOf(this.accountId);
    if (backend === null && row.state !== 'delayed') return this.#rest(LOOK_AGAIN_MS);
    const dueIn = this.#plan.waitOf(row);
    if (dueIn > 0) return this.#rest(dueIn);
    if (row.state === 'delayed') {
      return this.#write(row, stepped(row, 'queued', clock.now(), { note: 'undo time is over' }));
    }
    if (waitsBehindHeld(row, this.#kept())) {
      const reason = { kind: 'earlier-first', detail: null } as const;
      return this.#write(
        row,
        stepped(row, 'queued', clock.now(), { note: 'a reply before it is held', reason }),
      );
    }
    if (row.state === 'queued' && isSuperseded(row, this.#unfinished())) {
      return this.#write(row, stepped(row, 'superseded', clock.now(), { note: 'a newer edit is behind it' }));
    }
    if (backend === null || !this.#deps.accountOnline(this.accountId)) return this.#rest(LOOK_AGAIN_MS);
    const gate = gateOf(this.accountId);
    if (gate.waitMs() > 0) return this.#rest(gate.waitMs());
    this.#waitsForPlace = !gate.enter();
    if (this.#waitsForPlace) return this.#rest(LOOK_AGAIN_MS);
    try {
      if (row.state === 'unknown') await this.#outcomes.readBack(row, backend, gate);
      else await this.#send(row, backend, gate);
    } finally {
      gate.leave();
      onLeave(this.accountId);
    }
  }

  /** Ms until some reply is perhaps too late. */
  #untilLate(): number {
    return this.#lateness.until(this.#unfinished());
  }

  /** Holds a chat reply that could not leave in time, also while the link is down. */
  async #judgeLate(row: OutboxRow): Promise<void> {
    const { judge, ledger } = this.#deps;
    // Looked again after a while when the channel is not known or the journal cannot write.
    this.#lateness.lookAgainIn(LOOK_AGAIN_MS);
    const { channel, movement } = await judge.known(row);
    this.#lateness.learn(channel);
    if (channel === null || !isLive(channel) || ledger.live(row.intent.ref) !== row) return;
    this.#lateness.lookAgainIn(this.#plan.jitter(1));
    const hold: Hold = { kind: 'late', since: readyAt(row), channel, movement };
    await this.#hold(row, hold, 'too late for a live chat');
  }

  /** Hands a row to the agent. */
  async #hold(row: OutboxRow, hold: Hold, note: EvidenceNote): Promise<void> {
    const now = this.#deps.clock.now();
    await this.#write(row, stepped(row, 'held', now, { note, hold }));
  }

  /** Before a reply leaves: false when it does not, and why is on the row. */
  async #mayLeave(row: OutboxRow, backend: Backend, gate: AccountGate): Promise<boolean> {
    const verdict = await this.#deps.judge.judge(row, this.#deps.cut);
    if (verdict.type !== 'there' || backend.descriptor.tier === 'T4') return this.#heed(row, verdict, gate);
    // A copy of the profile wrote it, or a restored helpdesk has lost it: the helpdesk knows which.
    const proof = await backend.findByRef(targetOf(row), row.intent.ref, this.#deps.cut).catch(unreadBecause);
    if (proof instanceof ThreadTooLongError) {
      await this.#outcomes.tooLong(row, proof.looked);
      return false;
    }
    if (proof === null) return this.#heed(row, verdict.otherwise, gate);
    if ('type' in proof) return this.#heed(row, proof, gate);
    if (this.#deps.ledger.live(row.intent.ref) !== row) return false;
    await this.#outcomes.foundThere(row, proof);
    return false;
  }

  /** Does what the verdict asks for; true when the row may leave. */
  async #heed(row: OutboxRow, verdict: Verdict, gate: AccountGate): Promise<boolean> {
    const { ledger, clock } = this.#deps;
    // Taken back meanwhile, or the program is ending.
    if (ledger.live(row.intent.ref) !== row || this.#deps.stopping()) return false;
    switch (verdict.type) {
      case 'leave':
        this.#unread = 0;
        if (verdict.channel !== null) this.#lateness.learn(verdict.channel);
        // Asking took its time, or only now is it known that this is a chat.
        if (!this.#lateness.isLate(row)) return true;
        await this.#judgeLate(row);
        return false;
      case 'unread': {
        this.#unread += 1;
        // A server that is busy with questions is as busy as one that is busy with replies.
        if (verdict.failure !== null) gate.took(outcomeOf(verdict.failure));
        this.#plan.afterUnread(row, this.#unread);
        if (row.reason?.kind === 'thread-unread') return false;
        const reason = { kind: 'thread-unread', detail: null } as const;
        const note = 'its thread could not be read';
        await this.#write(row, stepped(row, 'queued', clock.now(), { note, reason }));
        return false;
      }
      case 'gone':
        await this.#write(row, this.#parkedAsGone(row));
        return false;
      case 'hold':
        await this.#hold(row, verdict.hold, HELD_BECAUSE[verdict.hold.kind]);
        return false;
      case 'there':
        return this.#heed(row, verdict.otherwise, gate);
    }
  }

  #parkedAsGone(row: OutboxRow): OutboxRow {
    return stepped(row, 'parked', this.#deps.clock.now(), {
      note: 'the conversation is gone',
      reason: { kind: 'gone', detail: null },
    });
  }

  /** Judges, journals the claim, then tries. */
  async #send(row: OutboxRow, backend: Backend, gate: AccountGate): Promise<void> {
    const { ledger, clock, files, cut } = this.#deps;
    if (isMessage(row) && !(await this.#mayLeave(row, backend, gate))) return;
    // Taken back in the very breath in which it was judged.
    if (ledger.live(row.intent.ref) !== row) return;
    if (row.attempts === 0) this.#plan.firstTry(row);
    const attempts = row.attempts + 1;
    const claim = stepped(row, 'sending', clock.now(), { note: `attempt ${attempts}`, attempts });
    let claimed: OutboxRow | undefined;
    try {
      [claimed] = await ledger.write([claim]);
    } catch {
      // The disk is full or gone: the row was not claimed, so nothing may leave. Try again later.
      this.#plan.afterFailures(row, attempts);
      return;
    }
    if (claimed === undefined) return;
    let latest = claimed;
    const onUploaded = async (uploadIds: UploadIds, uploadedAt: number): Promise<void> => {
      latest = { ...latest, uploadIds, uploadedAt };
      // A disk that takes nothing now: the next step of the row carries it.
      await ledger.write([latest]).catch(() => undefined);
    };
    const outcome = await attempt(claimed, backend, files, clock.now(), onUploaded, cut);
    gate.took(outcome);
    await this.#outcomes.conclude(latest, row.attempts, outcome, backend, gate);
  }

  /** Writes a step that may as well be taken a little later, when the journal cannot take it now. */
  async #write(seen: OutboxRow, next: OutboxRow): Promise<void> {
    try {
      await this.#deps.ledger.write([next]);
    } catch {
      this.#plan.afterFailures(seen, 1);
    }
  }

  async #rest(ms: number): Promise<void> {
    const pause = new AbortController();
    this.#pause = pause;
    await this.#deps.clock.sleep(Math.max(0, Math.min(ms, LOOK_AGAIN_MS, this.#untilLate())), pause.signal);
    this.#pause = null;
  }

  #orderOf(ref: string): number {
    return this.#deps.ledger.live(ref)?.order ?? 0;
  }
}

function unreadBecause(error: unknown): Verdict | ThreadTooLongError {
  if (error instanceof ThreadTooLongError) return error;
  return { type: 'unread', failure: error instanceof BackendError ? error : null };
}
