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
import { BackendError } from '../backends/backend-error';
import type { Backend, OperationProof } from '../backends/port';
import type { EvidenceNote } from '../domain/evidence';
import { targetOf, type DeliveryReason, type Hold, type OutboxRow } from '../domain/intents';
import { isLive } from '../domain/thread-moved';
import type { AccountGate } from './account-gate';
import { attempt, outcomeOf, proofInSpite, proved, type Outcome, type UploadIds } from './attempt';
import { fullJitter } from './backoff';
import { ChatLateness, readyAt } from './chat-lateness';
import type { Echoes } from './echoes';
import { firstOf, isKept, isMessage, isSuperseded, isUnfinished, waitsBehindHeld } from './lane-order';
import { HELD_BECAUSE, stepped, type Ledger, type Step } from './outbox-ledger';
import type { Clock, FilePort, Random } from './ports';
import type { ThreadJudge, Verdict } from './thread-judge';

/** Looked again after this long even if nobody called, so a lost wake-up costs a minute at most. */
const LOOK_AGAIN_MS = 60_000;
const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 60_000;
/** A thread that could not be read is asked for again within this. */
const UNREAD_CAP_MS = 4_000;
/** So many tries that surely did nothing, over so long a time, and a person has to look. */
const POISON_ATTEMPTS = 8;
const POISON_AGE_MS = 10 * 60_000;

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
  judge: ThreadJudge;
  /** How long a reply in a live chat may wait to leave, in ms. */
  chatLateMs(): number;
}

export class Lane {
  readonly accountId: string;
  readonly #deps: LaneDeps;
  /** References, oldest first; finished ones are dropped when they are passed. */
  #refs: string[] = [];
  /** When a row may be tried, in monotonic time: a jump of the wall clock changes nothing. */
  readonly #due = new Map<string, number>();
  readonly #lateness: ChatLateness;
  /** When the first of its counted tries began, in monotonic time. */
  readonly #triedSince = new Map<string, number>();
  #unread = 0;
  #pause: AbortController | null = null;
  #waitsForPlace = false;
  #running: Promise<void> | null = null;

  constructor(accountId: string, deps: LaneDeps) {
    this.accountId = accountId;
    this.#deps = deps;
    this.#lateness = new ChatLateness(deps.clock, () => deps.chatLateMs());
  }

  /** Resolves when the lane has nothing to do or was stopped; `null` while it rests. */
  get running(): Promise<void> | null {
    return this.#running;
  }

  /** Takes a row that is live in the ledger: new, or back from being parked. */
  add(row: OutboxRow): void {
    this.#due.delete(row.intent.ref);
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
        this.#due.delete(ref);
        this.#lateness.forget(ref);
        this.#triedSince.delete(ref);
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
    const dueIn = this.#dueAt(row) - clock.monotonic();
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
      if (row.state === 'unknown') await this.#readBack(row, backend, gate);
      else await this.#send(row, backend, gate);
    } finally {
      gate.leave();
      onLeave(this.accountId);
    }
  }

  /** How long it has been tried; time in which nothing could be tried says nothing about a row. */
  #triedForMs(row: OutboxRow): number {
    const now = this.#deps.clock.monotonic();
    const since = this.#triedSince.get(row.intent.ref) ?? now;
    this.#triedSince.set(row.intent.ref, since);
    return now - since;
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
    this.#lateness.lookAgainIn(this.#jitter(1));
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
    if (proof === null) return this.#heed(row, verdict.otherwise, gate);
    if ('type' in proof) return this.#heed(row, proof, gate);
    if (this.#deps.ledger.live(row.intent.ref) !== row) return false;
    this.#deps.echoes.expect(row.intent.ref, proof);
    await this.#persist(row, 'accepted', { note: 'read back by reference', ...proved(proof) });
    return false;
  }

  /** Does what the verdict asks for; true when the row may leave. */
  async #heed(row: OutboxRow, verdict: Verdict, gate: AccountGate): Promise<boolean> {
    const { ledger, clock, random } = this.#deps;
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
        const waitMs = fullJitter(this.#unread, RETRY_BASE_MS, UNREAD_CAP_MS, random);
        this.#planIn(row, waitMs);
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
    if (row.attempts === 0) this.#triedSince.set(row.intent.ref, clock.monotonic());
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
    let latest = claimed;
    const onUploaded = async (uploadIds: UploadIds, uploadedAt: number): Promise<void> => {
      latest = { ...latest, uploadIds, uploadedAt };
      // A disk that takes nothing now: the next step of the row carries it.
      await ledger.write([latest]).catch(() => undefined);
    };
    const outcome = await attempt(claimed, backend, files, clock.now(), onUploaded, cut);
    gate.took(outcome);
    await this.#conclude(latest, row.attempts, outcome, backend);
  }

  async #conclude(row: OutboxRow, attemptsBefore: number, outcome: Outcome, backend: Backend): Promise<void> {
    const echo = this.#deps.echoes.takeEarly(row.intent.ref);
    if (echo !== null) {
      return this.#persist(row, 'delivered', { note: 'seen in the feed', serverId: echo });
    }
    switch (outcome.type) {
      case 'done':
        this.#deps.echoes.expect(row.intent.ref, outcome.proof);
        return this.#persist(row, 'accepted', { note: 'the server took it', ...proved(outcome.proof) });
      case 'unknown': {
        const { settleMs } = backend.descriptor;
        this.#planIn(row, settleMs);
        const { because, detail } = outcome;
        const kind =
          because === undefined ? (settleMs > 0 ? 'settling' : 'no-answer') : WAITING_REASON[because];
        return this.#persist(row, 'unknown', {
          note: 'no proof that it was done',
          reason: { kind, detail },
          // Credentials and patience of a server are no fault of the row.
          ...(because === undefined ? {} : { attempts: attemptsBefore }),
          nextAttemptAt: settleMs > 0 ? this.#deps.clock.now() + settleMs : null,
        });
      }
      case 'uploaded':
        this.#planIn(row, 0);
        return this.#persist(row, 'queued', {
          note: 'its files are there; its thread is read once more',
          attempts: attemptsBefore,
        });
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
        return this.#refused(row, outcome.detail, backend);
      case 'file-missing':
        return this.#persist(row, 'parked', {
          note: 'a file is missing',
          reason: { kind: 'file-missing', detail: outcome.detail },
        });
    }
  }

  /**
   * Refused for good: because the conversation was merged or deleted, or for the server's own reason.
   * A gateway may refuse what was done, so a person is asked only when it is surely not there.
   */
  async #refused(row: OutboxRow, detail: string, backend: Backend): Promise<void> {
    const proof = await proofInSpite(row, backend, this.#deps.cut);
    if (proof === 'unknown') {
      this.#planIn(row, this.#jitter(1));
      const reason = { kind: 'no-answer', detail } as const;
      return this.#persist(row, 'unknown', { note: 'no proof that it was done', reason });
    }
    if (proof !== null) {
      this.#deps.echoes.expect(row.intent.ref, proof);
      return this.#persist(row, 'accepted', { note: 'read back by reference', ...proved(proof) });
    }
    const where = await this.#deps.judge.whereabouts(row, this.#deps.cut);
    if (where.type === 'hold') {
      return this.#persist(row, 'held', { note: HELD_BECAUSE[where.hold.kind], hold: where.hold });
    }
    const reason: DeliveryReason =
      where.type === 'gone' ? { kind: 'gone', detail } : { kind: 'refused-by-server', detail };
    return this.#persist(row, 'parked', { note: 'the server refused it', reason });
  }

  /** The settle time is over: was it done? Only a proof or its absence changes the row. */
  async #readBack(row: OutboxRow, backend: Backend, gate: AccountGate): Promise<void> {
    const { ref } = row.intent;
    const { tier } = backend.descriptor;
    let proof: OperationProof | null = null;
    try {
      if (tier !== 'T4') proof = await backend.findByRef(targetOf(row), ref, this.#deps.cut);
      gate.answered();
    } catch (error) {
      const outcome = outcomeOf(error);
      gate.took(outcome);
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
      return this.#persist(row, 'accepted', { note: 'read back by reference', ...proved(proof) });
    }
    if (tier === 'T4') return this.#askTheAgent(row);
    if (row.attempts >= POISON_ATTEMPTS && this.#triedForMs(row) > POISON_AGE_MS) {
      return this.#persist(row, 'parked', {
        note: 'tried again and again, surely never done',
        reason: { kind: 'keeps-failing', detail: row.reason?.detail ?? null },
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

  /** Nothing can be read back here: shows the agent what came into the thread since. */
  async #askTheAgent(row: OutboxRow): Promise<void> {
    const movement = await this.#deps.judge.since(row, this.#deps.cut);
    if (this.#deps.ledger.live(row.intent.ref) !== row) return;
    return this.#persist(row, 'parked', {
      note: 'nobody can tell whether it was done',
      reason: { kind: 'no-answer', detail: row.reason?.detail ?? null },
      hold: { kind: 'unproven', movement },
    });
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
    const { ledger } = this.#deps;
    const { ref } = row.intent;
    const next = stepped(row, state, this.#deps.clock.now(), step);
    const before = ledger.live(ref);
    for (let failures = 1; ; failures += 1) {
      try {
        await ledger.write([next]);
        return;
      } catch {
        // Stopped before it was written: the journal still says `sending`, and a restart reads back.
        if (this.#deps.stopping()) return;
        await this.#deps.clock.sleep(this.#jitter(failures), this.#deps.cut);
        // The feed was faster: what it proved must not be written over.
        if (ledger.live(ref) !== before) return;
      }
    }
  }

  async #rest(ms: number): Promise<void> {
    const pause = new AbortController();
    this.#pause = pause;
    await this.#deps.clock.sleep(Math.max(0, Math.min(ms, LOOK_AGAIN_MS, this.#untilLate())), pause.signal);
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
    // Never longer than it was meant to be, wherever the clock was set since.
    const meantMs = Math.max(0, row.nextAttemptAt - row.changedAt);
    return Math.min(meantMs, Math.max(0, row.nextAttemptAt - this.#deps.clock.now()));
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
}

function unreadBecause(error: unknown): Verdict {
  return { type: 'unread', failure: error instanceof BackendError ? error : null };
}

const WAITING_REASON = {
  'link-down': 'account-offline',
  account: 'account-refused',
  later: 'rate-limited',
} as const satisfies Record<string, DeliveryReason['kind']>;
