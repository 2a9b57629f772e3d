/**
 * What an answer means for a row: after a try, and after asking whether a try that brought no answer
 * was done. Only a proof or its absence lets an unknown row change; what happened is journalled until
 * the journal takes it.
 */
import { ThreadTooLongError } from '../backends/backend-error';
import type { Backend, OperationProof } from '../backends/port';
import { targetOf, type DeliveryReason, type OutboxRow } from '../domain/intents';
import type { AccountGate } from './account-gate';
import { outcomeOf, proofInSpite, proved, type Outcome } from './attempt';
import { seen, type Echoes } from './echoes';
import type { LanePlan } from './lane-plan';
import { HELD_BECAUSE, stepped, type Ledger, type Step } from './outbox-ledger';
import type { Clock } from './ports';
import type { ThreadJudge } from './thread-judge';

/** So many tries that surely did nothing, over so long a time, and a person has to look. */
const POISON_ATTEMPTS = 8;
const POISON_AGE_MS = 10 * 60_000;

const TOO_LONG = 'its thread is too long to look through';
/** How long after each search in vain the next one comes; after the last of them a person is asked. */
const SEARCHED_AGAIN_MS: readonly number[] = [60_000, 240_000];

/** The step of a row that the server says it took. */
function taken(row: OutboxRow, proof: OperationProof): Step {
  const known = proved(row.intent, proof);
  const note = known.leftAs === undefined ? 'the server took it' : 'the server took it under another name';
  return { note, ...known };
}

export interface OutcomeDeps {
  ledger: Ledger;
  clock: Clock;
  /** True once nothing new may be claimed. */
  stopping(): boolean;
  /** Cuts requests in flight. */
  cut: AbortSignal;
  echoes: Echoes;
  judge: ThreadJudge;
}

export class LaneOutcomes {
  readonly #deps: OutcomeDeps;
  readonly #plan: LanePlan;

  constructor(deps: OutcomeDeps, plan: LanePlan) {
    this.#deps = deps;
    this.#plan = plan;
  }

  /**
   * What a try brought.
   *
   * @param attemptsBefore what the row's tries stay at where this one is no fault of the row
   */
  async conclude(
    row: OutboxRow,
    attemptsBefore: number,
    outcome: Outcome,
    backend: Backend,
    gate: AccountGate,
  ): Promise<void> {
    const echo = this.#deps.echoes.takeEarly(row.intent.ref);
    if (echo !== null) {
      return this.#persist(row, 'delivered', seen(row, echo));
    }
    switch (outcome.type) {
      case 'done':
        this.#deps.echoes.expect(row.intent.ref, outcome.proof);
        return this.#persist(row, 'accepted', taken(row, outcome.proof));
      case 'unknown': {
        const { settleMs } = backend.descriptor;
        this.#plan.in(row, settleMs);
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
        this.#plan.in(row, 0);
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
          nextAttemptAt: this.#deps.clock.now() + gate.waitMs(),
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
      this.#plan.afterFailures(row, 1);
      const reason = { kind: 'no-answer', detail } as const;
      return this.#persist(row, 'unknown', { note: 'no proof that it was done', reason });
    }
    if (proof !== null) return this.foundThere(row, proof);
    const where = await this.#deps.judge.whereabouts(row, this.#deps.cut);
    if (where.type === 'hold') {
      return this.#persist(row, 'held', { note: HELD_BECAUSE[where.hold.kind], hold: where.hold });
    }
    const reason: DeliveryReason =
      where.type === 'gone' ? { kind: 'gone', detail } : { kind: 'refused-by-server', detail };
    return this.#persist(row, 'parked', { note: 'the server refused it', reason });
  }

  /** The settle time is over: was it done? Only a proof or its absence changes the row. */
  async readBack(row: OutboxRow, backend: Backend, gate: AccountGate): Promise<void> {
    const { ref } = row.intent;
    const { tier } = backend.descriptor;
    let proof: OperationProof | null = null;
    try {
      if (tier !== 'T4') proof = await backend.findByRef(targetOf(row), ref, this.#deps.cut);
      gate.answered();
    } catch (error) {
      if (error instanceof ThreadTooLongError) {
        gate.answered();
        // What was sent a moment ago is among the newest, whichever end the search began at.
        const serverId = await this.#deps.judge.ownMessage(row, this.#deps.cut);
        if (this.#deps.ledger.live(ref) !== row) return;
        if (serverId !== null) return this.foundThere(row, { serverId, conversation: null });
        return this.tooLong(row, error.looked);
      }
      const outcome = outcomeOf(error);
      gate.took(outcome);
      if (this.#deps.ledger.live(ref) !== row) return;
      if (outcome.type !== 'refused') return this.#plan.afterFailures(row, row.attempts);
      // Never back to `queued`: what is perhaps done may be neither taken back nor superseded.
      return this.#persist(row, 'parked', {
        note: 'the server refused to tell whether it was done',
        reason: { kind: 'no-answer', detail: outcome.detail },
      });
    }
    // The feed may have brought the proof meanwhile.
    if (this.#deps.ledger.live(ref) !== row) return;
    if (proof !== null) return this.foundThere(row, proof);
    if (tier === 'T4') return this.#askTheAgent(row);
    if (row.attempts >= POISON_ATTEMPTS && this.#plan.triedForMs(row) > POISON_AGE_MS) {
      return this.#persist(row, 'parked', {
        note: 'tried again and again, surely never done',
        reason: { kind: 'keeps-failing', detail: row.reason?.detail ?? null },
      });
    }
    // The first repeat goes at once: the silence was the link's, and that is back.
    const waitMs = row.attempts <= 1 ? 0 : this.#plan.jitter(row.attempts);
    this.#plan.in(row, waitMs);
    return this.#persist(row, 'queued', {
      note: 'read back by reference: not there',
      reason: row.reason,
      nextAttemptAt: this.#deps.clock.now() + waitMs,
    });
  }

  /**
   * The thread was looked through as far as it may be, without a proof. The feed may yet bring one, or
   * somebody makes the thread shorter: it is looked through a few times more, ever more rarely, for each
   * search costs the helpdesk many requests; then the agent is asked.
   * @param looked how many messages were looked at
   */
  async tooLong(row: OutboxRow, looked: number): Promise<void> {
    if (this.#deps.ledger.live(row.intent.ref) !== row) return;
    const gapMs = SEARCHED_AGAIN_MS[searches(row)];
    if (gapMs === undefined) return this.#askTheAgent(row, looked);
    this.#plan.in(row, gapMs);
    return this.#persist(row, 'unknown', {
      note: TOO_LONG,
      reason: row.reason,
      nextAttemptAt: this.#deps.clock.now() + gapMs,
    });
  }

  /**
   * Nothing can be read back: shows the agent what came into the thread since.
   * @param looked how many messages were looked at in vain, where any could be
   */
  async #askTheAgent(row: OutboxRow, looked?: number): Promise<void> {
    const movement = await this.#deps.judge.since(row, this.#deps.cut);
    if (this.#deps.ledger.live(row.intent.ref) !== row) return;
    return this.#persist(row, 'parked', {
      note: 'nobody can tell whether it was done',
      reason: { kind: 'no-answer', detail: row.reason?.detail ?? null },
      hold: { kind: 'unproven', movement, ...(looked === undefined ? {} : { looked }) },
    });
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
        await this.#deps.clock.sleep(this.#plan.jitter(failures), this.#deps.cut);
        // The feed was faster: what it proved must not be written over.
        if (ledger.live(ref) !== before) return;
      }
    }
  }

  /** Reading back by reference proved that it is there. */
  foundThere(row: OutboxRow, proof: OperationProof): Promise<void> {
    this.#deps.echoes.expect(row.intent.ref, proof);
    return this.#persist(row, 'accepted', { note: 'read back by reference', ...proved(row.intent, proof) });
  }
}

/** How often its thread was looked through in vain since it was tried last. */
function searches({ evidence }: OutboxRow): number {
  const tried = evidence.findLastIndex(({ state }) => state === 'sending');
  return evidence.slice(tried + 1).filter(({ note }) => note === TOO_LONG).length;
}

const WAITING_REASON = {
  'link-down': 'account-offline',
  account: 'account-refused',
  later: 'rate-limited',
} as const satisfies Record<string, DeliveryReason['kind']>;
