/**
 * What the host's outbox holds, as far as this window knows, and what is still on its way there.
 *
 *   decide ──▶ saving (on screen, and in IndexedDB) ──PUT acknowledged──▶ the host's row
 *                 │ no answer: the same PUT again, for as long as it takes, also after a restart
 *                 └ the host will not take it ──▶ refused: the agent resends or discards
 */
import type { OutboxPage, Seen, Settle } from '@shared/contract/door';
import { conversationKey, type ConversationKey } from '@shared/domain/entities';
import {
  isElsewhere,
  isUnconfirmed,
  type DeliveryState,
  type Intent,
  type IntentAction,
  type OutboxRow,
} from '@shared/domain/intents';
import type { Codec } from '../cache/codec';
import type { WorkDb } from '../cache/work-db';
import type { DoorClient } from '../door/door-client';
import { DoorFailure, isPassing } from '../door/failure';
import { guestsOf, homeOf } from '../row-places';
import type { SavingRow } from '../shapes';
import { Signal } from './signal';

/** Confirmed rows kept for the delivery marks of a timeline. */
const CONFIRMED_AT_MOST = 2_000;

/** Most worrying first. */
const WORRYING: readonly (DeliveryState | 'saving')[] = [
  'parked',
  'unknown',
  'held',
  'saving',
  'queued',
  'sending',
  'delayed',
  'accepted',
];

export interface OutboxStoreDeps {
  door: Pick<DoorClient, 'putIntent' | 'intents' | 'changeIntent'>;
  work: WorkDb;
  codec: Codec;
  /** The rows of this conversation changed. */
  onChange(key: ConversationKey): void;
}

interface Waiting {
  resolve(): void;
  reject(failure: unknown): void;
}

const keyOf = ({ accountId, conversationId }: Intent): ConversationKey =>
  conversationKey(accountId, conversationId);

const needsAgent = ({ state }: OutboxRow): boolean => state === 'held' || state === 'parked';

const isMessage = ({ intent: { action } }: OutboxRow | SavingRow): boolean =>
  action.kind === 'reply' || action.kind === 'note';

/** What a reply does beside answering. */
function withoutReply(action: IntentAction): IntentAction[] {
  if (action.kind !== 'reply') return [action];
  return action.statusAfter === null ? [] : [{ kind: 'status', status: action.statusAfter }];
}

/** Refused; or a reply that is held, or behind one: nobody has an answer because of it. */
const isStopped = (row: OutboxRow): boolean =>
  row.state === 'parked' ||
  (row.intent.action.kind === 'reply' && (row.state === 'held' || row.reason?.kind === 'earlier-first'));

export class OutboxStore {
  readonly unconfirmed = new Signal<readonly OutboxRow[]>([]);
  readonly saving = new Signal<readonly SavingRow[]>([]);
  /** What the host found damaged when it opened its journal; `null` for nothing, or once told. */
  readonly recovery = new Signal<OutboxPage['recovery'] | null>(null);
  /** The reply or note that last began to need the agent while this window was open. */
  readonly stopped = new Signal<string | null>(null);
  #recoveryTold = false;
  readonly #deps: OutboxStoreDeps;
  readonly #rows = new Map<string, OutboxRow>();
  readonly #saving = new Map<string, SavingRow>();
  /** Conversations whose decisions are on their way to the host, one after the other. */
  readonly #underway = new Map<ConversationKey, Promise<void>>();
  readonly #places = new Map<string, number>();
  #lastPlace = 0;
  readonly #undoWaiting = new Map<string, Waiting[]>();
  #byKey = new Map<ConversationKey, OutboxRow[]>();
  #guests: ReadonlyMap<ConversationKey, readonly OutboxRow[]> = new Map();
  #revision = 0;

  constructor(deps: OutboxStoreDeps) {
    this.#deps = deps;
  }

  /** Takes up what an earlier page could not bring to the host. */
  async start(): Promise<void> {
    const records = (await this.#deps.work.saving.toArray()).sort(
      (a, b) => (a.place ?? 0) - (b.place ?? 0) || a.decidedAt - b.decidedAt,
    );
    const intents = (await this.#deps.codec.openAll(records)) as Intent[];
    this.#lastPlace = Math.max(this.#lastPlace, records.at(-1)?.place ?? 0);
    for (const [i, intent] of intents.entries()) {
      if (this.#saving.has(intent.ref) || this.#rows.has(intent.ref)) continue;
      this.#places.set(intent.ref, records[i]?.place ?? 0);
      const undoing = records[i]?.undoing === true;
      this.#setSaving({ state: 'saving', intent, refusedBecause: null, undoing });
    }
    this.retry();
  }

  /** Asks the host for what changed since the last time. @throws DoorFailure */
  async refresh(): Promise<void> {
    const page = await this.#deps.door.intents(this.#revision);
    this.take(page.rows);
    const { tornBytes, damaged } = page.recovery;
    if (!this.#recoveryTold && tornBytes + damaged > 0) {
      this.#recoveryTold = true;
      this.recovery.set(page.recovery);
    }
    this.#revision = Math.max(this.#revision, page.revision);
  }

  /** Rows as the host knows them; older news than what is known is ignored. */
  take(rows: readonly OutboxRow[]): void {
    const keys = new Set<ConversationKey>();
    for (const row of rows) {
      const { ref } = row.intent;
      const known = this.#rows.get(ref);
      if (known !== undefined && known.revision >= row.revision) continue;
      const saving = this.#saving.get(ref);
      this.#rows.delete(ref);
      this.#rows.set(ref, row);
      keys.add(homeOf(row));
      if (known !== undefined) keys.add(homeOf(known));
      const before = known ?? saving;
      const went = before?.state === 'saving' || (before !== undefined && !needsAgent(before));
      if (went && needsAgent(row) && isMessage(row)) this.stopped.set(ref);
      if (saving !== undefined && !saving.undoing) this.#forgetSaving(ref);
    }
    if (keys.size === 0) return;
    this.#dropOldConfirmed();
    const unconfirmed = [...this.#rows.values()]
      .filter((row) => isUnconfirmed(row.state))
      .sort((a, b) => a.order - b.order);
    this.#byKey = new Map();
    // What is another helpdesk's stands in no conversation of this one.
    const ofHere = unconfirmed.filter((row) => !isElsewhere(row));
    for (const row of ofHere) {
      const key = homeOf(row);
      this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), row]);
    }
    for (const key of this.#guests.keys()) keys.add(key);
    this.#guests = guestsOf(ofHere);
    for (const key of this.#guests.keys()) keys.add(key);
    this.unconfirmed.set(unconfirmed);
    for (const key of keys) this.#deps.onChange(key);
  }

  byRef(ref: string): OutboxRow | null {
    return this.#rows.get(ref) ?? null;
  }

  /** Every row of the host that this window knows, also what is finished. */
  known(): Iterable<OutboxRow> {
    return this.#rows.values();
  }

  /**
   * Actions to lay over a conversation, oldest first.
   * @param repliesCount false where a reply that waits here ends nobody's waiting
   */
  pendingActions(key: ConversationKey, repliesCount = true): readonly IntentAction[] {
    const actions = this.#liveActions(key);
    return repliesCount ? actions : actions.flatMap(withoutReply);
  }

  #liveActions(key: ConversationKey): readonly IntentAction[] {
    return [
      ...this.#unconfirmedOf(key).filter((row) => !isStopped(row)),
      ...this.savingOf(key).filter((row) => row.refusedBecause === null),
    ].map((row) => row.intent.action);
  }

  /** The host's unconfirmed rows that stand in a conversation, its guests after a merge too; oldest first. */
  rowsOf(key: ConversationKey): readonly OutboxRow[] {
    const own = this.#unconfirmedOf(key);
    const guests = this.#guests.get(key) ?? [];
    return guests.length === 0 ? own : [...own, ...guests].sort((a, b) => a.order - b.order);
  }

  savingOf(key: ConversationKey): readonly SavingRow[] {
    if (this.#saving.size === 0) return [];
    return this.saving.get().filter((row) => keyOf(row.intent) === key && !row.undoing);
  }

  /** The most worrying state among a conversation's unconfirmed decisions. */
  worstOf(key: ConversationKey): DeliveryState | 'saving' | null {
    const states = new Set<DeliveryState | 'saving'>(this.rowsOf(key).map((row) => row.state));
    for (const row of this.savingOf(key)) states.add(row.refusedBecause === null ? 'saving' : 'parked');
    return WORRYING.find((state) => states.has(state)) ?? null;
  }

  /**
   * Draws a decision at once and brings it to the host. Resolves when it is kept on this device or
   * acknowledged, whichever is first; never rejects: what hinders it shows on its row.
   */
  async decide(intent: Intent): Promise<void> {
    this.#setSaving({ state: 'saving', intent, refusedBecause: null, undoing: false });
    this.#placeOf(intent.ref);
    const kept = this.#keep(intent.ref);
    const acknowledged = this.#bring(keyOf(intent)).then(() =>
      this.#saving.has(intent.ref) ? kept : undefined,
    );
    await Promise.race([kept, acknowledged]);
  }

  /** Tries again whatever has not been acknowledged. */
  retry(): void {
    for (const { intent } of this.#saving.values()) void this.#bring(keyOf(intent));
  }

  /** @throws DoorFailure `too-late` once it has left */
  async undo(ref: string): Promise<void> {
    const saving = this.#saving.get(ref);
    if (saving === undefined) {
      this.take([await this.#deps.door.changeIntent(ref, 'undo')]);
      return;
    }
    if (saving.refusedBecause !== null) {
      this.#forgetSaving(ref);
      return;
    }
    // The host may or may not have it: once it surely has, it is taken back there.
    this.#setSaving({ ...saving, undoing: true });
    const undone = new Promise<void>((resolve, reject) => {
      this.#undoWaiting.set(ref, [...(this.#undoWaiting.get(ref) ?? []), { resolve, reject }]);
    });
    void this.#bring(keyOf(saving.intent));
    await Promise.all([undone, this.#keep(ref)]);
  }

  /** @throws DoorFailure */
  async resend(ref: string): Promise<void> {
    const saving = this.#saving.get(ref);
    if (saving === undefined) {
      this.take([await this.#deps.door.changeIntent(ref, 'resend')]);
      return;
    }
    this.#setSaving({ ...saving, refusedBecause: null });
    await this.#bring(keyOf(saving.intent));
  }

  /** A second thought about a row that was held or that nobody can vouch for. @throws DoorFailure */
  async decideAgain(
    ref: string,
    ...[verb, body]: ['send-as-is' | 'send-by-mail', Seen] | ['settle', Settle]
  ): Promise<void> {
    this.take([await this.#deps.door.changeIntent(ref, verb, body)]);
  }

  /** @throws DoorFailure */
  async discard(ref: string): Promise<void> {
    const saving = this.#saving.get(ref);
    if (saving !== undefined && saving.refusedBecause !== null) this.#forgetSaving(ref);
    else this.take([await this.#deps.door.changeIntent(ref, 'discard')]);
  }

  /**
   * Brings the decisions about a conversation to the host, each once the one before it is settled:
   * the journal's order is the agent's. Ends at one that gets no answer; {@link retry} goes on there.
   */
  #bring(key: ConversationKey): Promise<void> {
    const underway = this.#underway.get(key);
    if (underway !== undefined) return underway;
    const next = this.#nextOf(key);
    if (next === undefined) return Promise.resolve();
    const bringing = this.#bringInOrder(key, next);
    this.#underway.set(key, bringing);
    return bringing;
  }

  async #bringInOrder(key: ConversationKey, first: SavingRow): Promise<void> {
    for (let next: SavingRow | undefined = first; next !== undefined;) {
      await this.#bringOne(next);
      const after = this.#nextOf(key);
      next = after?.intent.ref === next.intent.ref ? undefined : after;
    }
    this.#underway.delete(key);
  }

  #nextOf(key: ConversationKey): SavingRow | undefined {
    for (const row of this.#saving.values()) {
      if (row.refusedBecause === null && keyOf(row.intent) === key) return row;
    }
    return undefined;
  }

  async #bringOne(row: SavingRow): Promise<void> {
    const { ref } = row.intent;
    try {
      const accepted = await this.#deps.door.putIntent(row.intent);
      if (this.#saving.get(ref)?.undoing === true) await this.#takeBack(ref, accepted);
      else this.take([accepted]);
      this.#forgetSaving(ref);
    } catch (failure) {
      const code = failure instanceof DoorFailure ? failure.code : 'unreachable';
      const now = this.#saving.get(ref);
      if (now !== undefined && code !== 'unreachable' && !isPassing(code)) {
        this.#setSaving({ ...now, refusedBecause: code });
        this.#settleUndo(ref, failure);
      }
    }
  }

  async #takeBack(ref: string, accepted: OutboxRow): Promise<void> {
    try {
      const undone = await this.#deps.door.changeIntent(ref, 'undo');
      this.#forgetSaving(ref);
      this.take([undone]);
      this.#settleUndo(ref, null);
    } catch (failure) {
      if (failure instanceof DoorFailure && isPassing(failure.code)) throw failure;
      this.#forgetSaving(ref);
      this.take([accepted]);
      this.#settleUndo(ref, failure);
    }
  }

  #settleUndo(ref: string, failure: unknown): void {
    for (const waiting of this.#undoWaiting.get(ref) ?? []) {
      if (failure === null) waiting.resolve();
      else waiting.reject(failure);
    }
    this.#undoWaiting.delete(ref);
  }

  async #keep(ref: string): Promise<void> {
    const row = this.#saving.get(ref);
    if (row === undefined) return;
    const [sealed] = await this.#deps.codec.sealAll([row.intent]);
    const { decidedAt } = row.intent;
    const record = { ref, decidedAt, place: this.#placeOf(ref), undoing: row.undoing, ...sealed! };
    // A disk that takes nothing hinders nobody: the PUT goes on.
    await this.#deps.work.saving.put(record).catch(() => undefined);
    if (!this.#saving.has(ref)) await this.#deps.work.saving.delete(ref).catch(() => undefined);
  }

  #placeOf(ref: string): number {
    const place = this.#places.get(ref) ?? (this.#lastPlace += 1);
    this.#places.set(ref, place);
    return place;
  }

  #setSaving(row: SavingRow): void {
    this.#saving.set(row.intent.ref, row);
    this.saving.set([...this.#saving.values()]);
    this.#deps.onChange(keyOf(row.intent));
  }

  #forgetSaving(ref: string): void {
    const row = this.#saving.get(ref);
    if (row === undefined) return;
    this.#saving.delete(ref);
    this.#places.delete(ref);
    this.saving.set([...this.#saving.values()]);
    this.#deps.onChange(keyOf(row.intent));
    void this.#deps.work.saving.delete(ref).catch(() => undefined);
  }

  #unconfirmedOf(key: ConversationKey): OutboxRow[] {
    const rows = this.#byKey.get(key) ?? [];
    return rows.filter((row) => !this.#saving.has(row.intent.ref));
  }

  #dropOldConfirmed(): void {
    let spare = this.#rows.size - CONFIRMED_AT_MOST;
    for (const [ref, row] of this.#rows) {
      if (spare <= 0) return;
      if (isUnconfirmed(row.state)) continue;
      this.#rows.delete(ref);
      spare -= 1;
    }
  }
}
