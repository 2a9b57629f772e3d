/**
 * What must hold in every world, whatever happened in it. The judge sees the server's truth, the
 * agents' decisions and what the product says of them, and keeps the first breach of each kind.
 */
import type { Operation } from '../../backends/port';
import type { OutboxRow } from '../../domain/intents';
import { NOON } from '../builders';
import { numberOf, type Decision, type Decisions } from './decisions';
import type { SimPage } from './sim-page';
import type { Leaving } from './sim-link';
import type { SimServer } from './sim-server';
import type { Commit } from './sim-server-store';
import {
  COALESCED,
  isMessage,
  isNewerEdit,
  isSpoken,
  keyOf,
  place,
  TWICE,
  WAITED_IN_VAIN,
  wasAside,
} from './judge-rows';

export const INVARIANTS = [
  /** An acknowledged decision is neither at the server nor on screen, nor was it dropped by a person. */
  'lost',
  /** A decision was carried out twice. */
  'duplicated',
  /** Decisions of one page about one conversation were carried out in another order. */
  'out-of-order',
  /** Shown as accepted or delivered, but the server never did it. */
  'false-sent',
  /** After healing something still waits that waits for nobody. */
  'stuck',
  /** What the server did is not what the agent decided. */
  'altered',
  /** The agent was told that it was taken back in time, yet it was done. */
  'undone',
  /** Parked although nobody refused it and it can be known. */
  'parked',
  /** A durable row is missing or older after a restart. */
  'forgot',
  /** A reply left although somebody else's answer was at the server that the agent had not seen. */
  'contradicted',
  /** An edit left although a newer one of its kind was queued behind it. */
  'stale-edit',
  /** Two copies of a profile said the same, or one did what the other had taken back, and a log is silent about it. */
  'silent-twin',
  /** The server lost what it had confirmed, and nobody was told. */
  'unsaid',
  /** Its own message was in the spool all along, and a row waited for it in vain. */
  'unseen',
  /** A page that has caught up shows another thing than the server has. */
  'diverged',
  /** More requests over a dead link than a helpdesk that comes back could bear. */
  'hammered',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

export interface Breach {
  invariant: Invariant;
  detail: string;
}

/** Writing a claim takes less than this; what is queued meanwhile comes too late to supersede it. */
const CLAIM_MS = 30;
/** The age up to which a thread counts as fresh, and what journal and link need after that. */
const FRESH_MS = 6_000;
/** At most so many requests of one console in any window while its link is down. */
const MOST_IN_VAIN = 50;
const WINDOW_MS = 10_000;

export class Judge {
  readonly breaches: Breach[] = [];
  /** A spool was damaged: what it does not give back just then, patience settles. */
  damaged = false;
  readonly #decisions: Decisions;
  readonly #server: SimServer;
  /** The newest revision of each row that was ever shown, by console and reference. */
  readonly #shown = new Map<string, number>();
  readonly #firstShown = new Map<string, number>();
  readonly #inVain = new Map<string, number[]>();

  constructor(decisions: Decisions, server: SimServer) {
    this.#decisions = decisions;
    this.#server = server;
  }

  /** A row is shown to somebody. */
  shown(machine: string, row: OutboxRow, now: number): void {
    const key = keyOf(machine, row.intent.ref);
    this.#shown.set(key, Math.max(row.revision, this.#shown.get(key) ?? 0));
    if (!this.#firstShown.has(key)) this.#firstShown.set(key, now);
  }

  /** What a process finds in its journal after the one before it ended. */
  found(machine: string, rows: readonly OutboxRow[]): void {
    const revisions = new Map(rows.map((row) => [row.intent.ref, row.revision]));
    for (const ref of revisions.keys()) this.#decisions.byRef(ref)?.holders.add(machine);
    for (const { intent, acknowledged, holders } of this.#decisions.all) {
      if (!holders.has(machine) || !acknowledged) continue;
      const revision = revisions.get(intent.ref);
      if (revision === undefined)
        this.#breach('lost', `${intent.ref} was acknowledged and is not in the journal`);
      else if (revision < (this.#shown.get(keyOf(machine, intent.ref)) ?? 0)) {
        this.#breach('forgot', `${intent.ref} went back to revision ${revision}`);
      }
    }
  }

  /** A request leaves for the server. */
  leaving(
    { machine, call, operation, inVain }: Leaving,
    now: number,
    rows: () => readonly OutboxRow[],
  ): void {
    if (inVain) {
      const recent = (this.#inVain.get(machine) ?? []).filter((at) => at > now - WINDOW_MS);
      recent.push(now);
      this.#inVain.set(machine, recent);
      if (recent.length > MOST_IN_VAIN) {
        this.#breach('hammered', `${recent.length} requests of ${machine} within ${WINDOW_MS} ms in vain`);
      }
    }
    if (call !== 'perform' || operation === null) return;
    if (COALESCED.has(operation.action.kind)) this.#staleEdit(machine, operation.ref, now, rows());
    if (operation.action.kind === 'reply') this.#contradiction(machine, operation, now);
  }

  /** An answer of a colleague, or of the same agent on another device, that the agent did not see. */
  #contradiction(machine: string, { ref, conversationId, action }: Operation, now: number): void {
    const decision = this.#decisionOf({ ref, action });
    // After a merge everything in the other conversation was shown, or happened since.
    if (decision === undefined || decision.moved) return;
    // A restored server gives its numbers again: what was on screen cannot be told from what took its place.
    if (this.#server.restored) return;
    const before = now - FRESH_MS - this.#server.habits.lagMs;
    for (const { id, kind, createdAt } of this.#server.messages.values()) {
      const at = createdAt - NOON;
      if (kind !== 'reply' || at <= decision.seenUntil || at > before || decision.seen.has(id)) continue;
      const own = this.#server.commits.findLast((commit) => commit.serverId === id);
      if (own !== undefined && this.#decisionOf(own)?.holders.has(machine)) continue;
      if (!this.#server.isLongIn(id, conversationId, before)) continue;
      this.#breach('contradicted', `${ref} left over ${own?.ref ?? id} in ${conversationId}`);
    }
  }

  /** Something was carried out. */
  committed(commit: Commit, wasThere: boolean): void {
    const decision = this.#decisionOf(commit);
    if (wasThere && decision?.resentBlind !== true && !this.#isByCopies(commit, decision))
      this.#breach('duplicated', `${commit.ref} was carried out twice`);
    if (decision === undefined) return this.#breach('altered', `nobody decided ${commit.ref}`);
    const twin = this.#server.commits.find(
      (other) => other !== commit && other.ref !== commit.ref && this.#decisionOf(other) === decision,
    );
    if (twin !== undefined) this.#breach('duplicated', `decision ${decision.number} was carried out twice`);
    const { action, conversationId } = decision.intent;
    const same = JSON.stringify(action) === JSON.stringify(commit.action);
    const files = action.kind === 'reply' || action.kind === 'note' ? action.files.length : 0;
    const elsewhere = conversationId !== commit.conversationId && !decision.moved;
    if (!same || elsewhere || files !== commit.uploadIds.length) {
      this.#breach('altered', `decision ${decision.number} was carried out as something else`);
    }
  }

  /** The order in which decisions were carried out, over the whole life of the world. */
  order(rowsOf: (machine: string) => readonly OutboxRow[]): void {
    const lanes = new Map<string, Decision[]>();
    const seen = new Set<Decision>();
    for (const commit of this.#server.commits) {
      const decision = this.#decisionOf(commit);
      if (decision === undefined || seen.has(decision)) continue;
      seen.add(decision);
      const key = `${decision.page} ${decision.intent.conversationId}`;
      const lane = lanes.get(key) ?? [];
      lanes.set(key, lane);
      lane.push(decision);
    }
    for (const lane of lanes.values()) {
      for (const [index, decision] of lane.entries()) {
        const earlier = lane.slice(index + 1).find((later) => later.number < decision.number);
        if (earlier === undefined || this.#mayPassAnywhere(decision, earlier, rowsOf)) continue;
        this.#breach('out-of-order', `decision ${decision.number} overtook ${earlier.number}`);
      }
    }
  }

  /** Every decision against the rows of its console. `healed`: all faults are over for long. */
  rows(
    machine: string,
    rows: readonly OutboxRow[],
    wasRefused: (ref: string) => boolean,
    healed: boolean,
  ): void {
    const byRef = new Map(rows.map((row) => [row.intent.ref, row]));
    for (const decision of this.#decisions.all) {
      if (!decision.holders.has(machine)) continue;
      const row = byRef.get(decision.intent.ref);
      if (row !== undefined) this.#row(machine, decision, row, rows, wasRefused, healed);
      else if (decision.acknowledged) this.#breach('lost', `decision ${decision.number} has no row`);
    }
  }

  /** A page that has read everything shows what the server has. */
  page(page: SimPage): void {
    if (page.saving.length > 0) {
      this.#breach('stuck', `${page.name} could not bring decision ${page.saving[0]?.number}`);
    }
    const difference = this.differenceOf(page);
    if (difference !== null) this.#breach('diverged', difference);
  }

  /** Where a page shows another thing than the server has, in words; `null` when nowhere. */
  differenceOf({ name, conversations, messages }: SimPage): string | null {
    const server = this.#server;
    for (const id of new Set([...server.conversations.keys(), ...conversations.keys()])) {
      const [there, here] = [server.conversations.get(id)?.version, conversations.get(id)?.version];
      if (there !== here) return `${name} shows ${id} at ${here}, it is at ${there}`;
    }
    for (const id of new Set([...server.messages.keys(), ...messages.keys()])) {
      const [there, here] = [server.messages.get(id)?.conversationId, messages.get(id)?.conversationId];
      if (there !== here) return `${name} shows ${id} in ${here}, it is in ${there}`;
    }
    return null;
  }

  #row(
    machine: string,
    decision: Decision,
    row: OutboxRow,
    rows: readonly OutboxRow[],
    wasRefused: (ref: string) => boolean,
    healed: boolean,
  ): void {
    const { ref } = decision.intent;
    const commits = this.#server.commits.filter((commit) => commit.ref === ref);
    const done = commits.length > 0;
    const isThere = this.#server.idOf(ref) !== null;
    // What a restored server lost and a copy had done again is the copy's doing.
    const life = commits.at(-1)?.life;
    const byItself = commits.some((commit) => commit.machine === machine && commit.life === life);
    const takenBack = decision.undone && !decision.dropped && decision.machine === machine;
    const name = `decision ${decision.number}`;
    switch (row.state) {
      case 'accepted':
      case 'delivered':
      case 'bounced':
        if (!done || row.serverId === null) this.#breach('false-sent', `${name} is ${row.state}`);
        if (healed && row.state === 'accepted') this.#breach('stuck', `${name} is still accepted`);
        if (takenBack && byItself) this.#breach('undone', `${name} was taken back, and carried out`);
        if (healed && isSpoken(row)) this.#confirmed(name, decision, row);
        return;
      case 'parked': {
        const kind = row.reason?.kind;
        const unknowable = kind === 'no-answer' && this.#server.habits.tier === 'T4';
        const gone =
          kind === 'gone' &&
          (this.#server.restored || !this.#server.conversations.has(decision.intent.conversationId));
        const poison = kind === 'keeps-failing';
        const lost = kind === 'rolled-back' && done && this.#server.restored;
        if (!unknowable && !gone && !poison && !lost && !wasRefused(ref)) {
          this.#breach('parked', `${name} is parked (${row.reason?.kind}), nobody refused it`);
        }
        return;
      }
      case 'held':
        if (healed) this.#breach('stuck', `${name} is held (${row.hold?.kind}) though the agent answered`);
        return;
      case 'discarded':
        if (!decision.unwanted) this.#breach('lost', `${name} was discarded by nobody`);
        if (takenBack && isThere && byItself) {
          this.#breach('undone', `${name} was taken back, and carried out`);
        }
        if (healed && isThere && !byItself && isSpoken(row)) this.#untold(name, machine, decision);
        return;
      case 'superseded':
        if (!this.#hasNewer(row, rows)) this.#breach('lost', `${name} was superseded by nothing`);
        if (isThere && byItself) this.#breach('undone', `${name} was superseded, and carried out`);
        return;
      default:
        if (healed) this.#breach('stuck', `${name} is still ${row.state} (${row.reason?.kind})`);
    }
  }

  /**
   * Carried out by two copies of a profile. An edit does no harm a second time. What says something is no
   * breach by itself where no guard can help: the one request had left before the other's message could
   * be seen; or the agent was shown that and let it go. It must be told then.
   */
  #isByCopies(commit: Commit, decision: Decision | undefined): boolean {
    const others = this.#server.commits.filter(
      (other) => other !== commit && other.ref === commit.ref && other.life === commit.life,
    );
    if (others.some(({ machine }) => machine === commit.machine)) return false;
    if (!isMessage(commit.action)) return true;
    const { lagMs, tier } = this.#server.habits;
    // Nothing tells a note there from one that somebody else wrote, and a note holds nothing.
    // And a restored server gives its ids again: the copy's reply may stand under one that was on screen.
    if (tier === 'T4' && (commit.action.kind === 'note' || this.#server.restored)) return true;
    return others.every(
      ({ at, serverId }) => commit.leftAt < at + FRESH_MS + lagMs || decision?.seen.has(serverId) === true,
    );
  }

  #untold(name: string, machine: string, { intent: { ref } }: Decision): void {
    // Without a reference in the message nobody knows whose it is.
    if (this.#server.timesThere(ref) > 0) this.#breach('silent-twin', `${name}: ${machine} does not say so`);
  }

  /** A message that counts as sent, long after all was well. */
  #confirmed(name: string, decision: Decision, { intent: { ref }, evidence }: OutboxRow): void {
    const { restored, habits } = this.#server;
    // Where nothing can be proved, nothing can be disproved either.
    if (restored && habits.tier !== 'T4' && this.#server.idOf(ref) === null) {
      this.#breach('unsaid', `${name} counts as sent, the restored server has it not`);
    }
    if (this.#server.timesThere(ref) > 1 && !restored && evidence.every(({ note }) => note !== TWICE)) {
      this.#breach('silent-twin', `${name} is there twice, and that is not said`);
    }
    if (
      !restored &&
      !this.damaged &&
      evidence.some(({ note }) => note === WAITED_IN_VAIN) &&
      this.#server.isIn(ref, decision.intent.conversationId)
    ) {
      this.#breach('unseen', `${name} waited for an echo that had come`);
    }
  }

  #hasNewer(row: OutboxRow, rows: readonly OutboxRow[]): boolean {
    return rows.some((other) => isNewerEdit(row, other));
  }

  #staleEdit(machine: string, ref: string, now: number, rows: readonly OutboxRow[]): void {
    const row = rows.find((candidate) => candidate.intent.ref === ref);
    if (row === undefined) return;
    // Tried before, so perhaps it is already there; or sent again by the agent, after deciding otherwise.
    if (row.attempts > 1 || (row.release ?? null) !== null) return;
    const newer = rows.find(
      (other) =>
        isNewerEdit(row, other) &&
        other.state === 'queued' &&
        this.#knownSince(machine, other) < now - CLAIM_MS,
    );
    if (newer === undefined) return;
    const between = rows.some(
      (other) =>
        isSpoken(other) &&
        place(other) === place(row) &&
        other.order > row.order &&
        other.order < newer.order,
    );
    if (!between) this.#breach('stale-edit', `${ref} left with a newer edit behind it`);
  }

  #knownSince(machine: string, { intent }: OutboxRow): number {
    return this.#firstShown.get(keyOf(machine, intent.ref)) ?? Number.POSITIVE_INFINITY;
  }

  /** Of two copies of a profile each keeps its own order; what one took back the other may do late. */
  #mayPassAnywhere(
    passing: Decision,
    earlier: Decision,
    rowsOf: (machine: string) => readonly OutboxRow[],
  ): boolean {
    if (earlier.holders.size > 1 && (earlier.unwanted || !isMessage(earlier.intent.action))) return true;
    return [...earlier.holders].some((machine) => this.#mayPass(passing, earlier, rowsOf(machine)));
  }

  /** A row that waited for the agent may be passed; so may, by what is no reply, the replies behind it. */
  #mayPass(passing: Decision, earlier: Decision, rows: readonly OutboxRow[]): boolean {
    const passed = rows.find((row) => row.intent.ref === earlier.intent.ref);
    if (passed === undefined || wasAside(passed)) return true;
    if (passing.intent.action.kind === 'reply' || earlier.intent.action.kind !== 'reply') return false;
    return rows.some((row) => place(row) === place(passed) && row.order < passed.order && wasAside(row));
  }

  #decisionOf({ ref, action }: Pick<Commit, 'ref' | 'action'>): Decision | undefined {
    const number = numberOf(action);
    return this.#decisions.byRef(ref) ?? (number === null ? undefined : this.#decisions.all[number - 1]);
  }

  #breach(invariant: Invariant, detail: string): void {
    if (this.breaches.every((breach) => breach.invariant !== invariant))
      this.breaches.push({ invariant, detail });
  }
}
