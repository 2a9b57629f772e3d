/**
 * A page and the agent in front of it: a projection of the spool, decisions that are brought to the
 * host until it acknowledges them, and second thoughts. The page may be closed or crash by itself.
 */
import type { Conversation, Message } from '../../domain/entities';
import type { IntentAction, OutboxRow } from '../../domain/intents';
import { followSpool, sortChanges, type SpoolNews } from '../../sync/follow-spool';
import { ReusedRefError, TooLateError, UnknownRefError } from '../../sync/outbox-errors';
import { sameIntent } from '../../sync/same-intent';
import { BLOCK_SEQS } from '../../sync/spool-seqs';
import { NOON } from '../builders';
import type { Decision, Decisions } from './decisions';
import type { Draws } from './draws';
import type { Machine } from './machine';
import type { Parts } from './protections';
import type { Door, SimHost } from './sim-host';
import { ACCOUNT } from './sim-server';

const RETRY_MS = 2_000;
const PAGE_ROWS = 7;

/** What a page keeps in its database. */
interface Kept {
  cursor: { epoch: string; seq: number } | null;
  conversations: Map<string, Conversation>;
  messages: Map<string, Message>;
}

export interface SimPageOptions {
  name: string;
  machine: Machine;
  host: SimHost;
  /** Whose page it is. */
  console: string;
  installId: string;
  decisions: Decisions;
  draws: Draws;
  parts: Parts;
  /** The id under which something was carried out, as an agent finds it at the helpdesk; `null`: not there. */
  lookUp(ref: string): string | null;
  /** Requests to the door are lost and repeated while this says so. */
  faulty(): boolean;
}

class DoorGone extends Error {}

export class SimPage {
  readonly name: string;
  readonly #options: SimPageOptions;
  #kept: Kept = nothingKept();
  /** Decisions that the host has not acknowledged, oldest first. */
  #saving: Decision[] = [];
  readonly #bringing = new Set<string>();
  readonly #times = new Map<string, number>();
  #following = false;
  #followAgain = false;
  #run = 0;

  constructor(options: SimPageOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get conversations(): ReadonlyMap<string, Conversation> {
    return this.#kept.conversations;
  }

  get messages(): ReadonlyMap<string, Message> {
    return this.#kept.messages;
  }

  get saving(): readonly Decision[] {
    return this.#saving;
  }

  /** The agent decides about the nth conversation on screen; nothing when none is there. */
  decide(nth: number, make: (number: number) => IntentAction, delayMs: number): Decision | null {
    const { decisions, console, installId, machine, draws } = this.#options;
    const shown = [...this.#kept.conversations.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const conversation = shown[nth % Math.max(1, shown.length)];
    if (conversation === undefined) return null;
    const decision = decisions.add(this.name, console, (number) => ({
      ref: `${installId}-${draws.hex(8)}-0000-4000-8000-${String(number * 100).padStart(12, '0')}`,
      accountId: ACCOUNT,
      conversationId: conversation.id,
      agentId: 'agent-1',
      decidedAt: machine.wall(),
      base: {
        messageId: this.#newestShown(conversation),
        version: conversation.version,
        status: conversation.status,
        assigneeId: conversation.assigneeId,
      },
      delayMs,
      action: make(number),
    }));
    const base = this.#kept.messages.get(decision.intent.base.messageId ?? '');
    decision.seenUntil = base === undefined ? machine.time.now : base.createdAt - NOON;
    this.#saving.push(decision);
    this.#bringNext();
    return decision;
  }

  /** A request that was made before once more, as a browser or an impatient agent makes it. */
  repeat(decision: Decision): void {
    // What a crash made the page forget, nobody repeats.
    const known = decision.acknowledged || this.#saving.includes(decision);
    if (known && this.#times.has(decision.intent.ref)) void this.#put(decision).catch(() => undefined);
  }

  undo(decision: Decision): void {
    decision.unwanted = true;
    void this.#command(async (door) => {
      await door.outbox.undo(decision.intent.ref);
      decision.undone = true;
    });
  }

  /** The agent looks at what waits for a decision, and makes one. */
  answer(): void {
    const rows = this.#options.host.rows() ?? [];
    for (const row of rows) {
      const decision = this.#options.decisions.byRef(row.intent.ref);
      if (decision === undefined || !this.#answersFor(decision)) continue;
      if (row.state === 'held') this.#answerHold(decision, row);
      if (row.state === 'parked' && row.reason?.kind === 'no-answer') this.#answerUnproven(decision);
      if (row.state === 'parked' && row.reason?.kind === 'rolled-back') this.#answerLost(decision);
    }
  }

  /** What was decided here, or on the page that this one is a copy of. */
  #answersFor({ page, holders }: Decision): boolean {
    return (
      page === this.name || (holders.has(this.#options.console) && numberOf(page) === numberOf(this.name))
    );
  }

  #answerHold(decision: Decision, row: OutboxRow): void {
    const { draws } = this.#options;
    const { hold } = row;
    const base = hold?.movement?.head ?? decision.intent.base;
    if (draws.chance(0.3) || hold === null || hold === undefined) return this.drop(decision);
    see(decision, hold);
    const toConversationId = hold.kind === 'merged' ? hold.into : null;
    decision.moved ||= toConversationId !== null;
    void this.#command((door) => door.outbox.sendAsIs(row.intent.ref, { base, toConversationId }));
  }

  /** The agent looks at the helpdesk itself. */
  #answerUnproven(decision: Decision): void {
    const { ref } = decision.intent;
    const arrived = this.#options.lookUp(ref);
    const outcome = arrived === null ? ({ notThere: true } as const) : { arrived };
    void this.#command((door) => {
      see(decision, rowOf(door, decision)?.hold);
      return door.outbox.settle(ref, outcome);
    });
  }

  /** What the restored server lost is said again, or not. */
  #answerLost(decision: Decision): void {
    if (this.#options.draws.chance(0.3)) return this.drop(decision);
    decision.resentLost = true;
    this.resend(decision);
  }

  drop(decision: Decision): void {
    decision.unwanted = true;
    void this.#command(async (door) => {
      await door.outbox.discard(decision.intent.ref);
      decision.dropped = true;
    });
  }

  resend(decision: Decision): void {
    void this.#command((door) => {
      if (isUnproven(door, decision)) decision.resentBlind = true;
      // What is shown beside it.
      see(decision, rowOf(door, decision)?.hold);
      return door.outbox.resend(decision.intent.ref);
    });
  }

  /** Begins with what another page keeps. What that has not brought to its host is its own to bring. */
  copyFrom(other: SimPage): void {
    const { cursor, conversations, messages } = other.#kept;
    this.#kept = { cursor, conversations: new Map(conversations), messages: new Map(messages) };
  }

  /** The spool has news. */
  follow(): void {
    this.#followAgain = true;
    if (!this.#following) void this.#followLoop();
  }

  /** Looks whether anything is left to bring or to fetch; called every now and then. */
  tick(): void {
    this.#bringNext();
    this.follow();
  }

  /** The page is gone and comes back. `database`: what is left of what it kept. */
  crash(left: { database: boolean; saving: boolean }): void {
    this.#run += 1;
    this.#following = false;
    this.#bringing.clear();
    if (!left.database) this.#kept = nothingKept();
    // What was never acknowledged was never promised.
    if (!left.saving) this.#saving = [];
    this.tick();
  }

  #newestShown(conversation: Conversation): string | null {
    const shown = [...this.#kept.messages.values()].filter(
      (message) => message.conversationId === conversation.id,
    );
    const newest = shown.reduce<Message | null>((a, b) => (a === null || isLater(b, a) ? b : a), null);
    return newest?.id ?? conversation.lastMessageId;
  }

  /** Brings the oldest decision of each conversation; the next one follows its acknowledgement. */
  #bringNext(): void {
    const seen = new Set<string>();
    for (const decision of this.#saving) {
      const { conversationId, ref } = decision.intent;
      if (seen.has(conversationId)) continue;
      seen.add(conversationId);
      if (!this.#bringing.has(ref)) void this.#bring(decision);
    }
  }

  async #bring(decision: Decision): Promise<void> {
    const { ref } = decision.intent;
    const run = this.#run;
    this.#bringing.add(ref);
    try {
      await this.#put(decision);
      if (run === this.#run) this.#saving = this.#saving.filter((other) => other !== decision);
    } catch (error) {
      if (error instanceof ReusedRefError) {
        decision.refusedByDoor = true;
        this.#saving = this.#saving.filter((other) => other !== decision);
      } else {
        await this.#options.machine.time.wait(RETRY_MS);
      }
    }
    if (run !== this.#run) return;
    this.#bringing.delete(ref);
    this.#bringNext();
  }

  async #put(decision: Decision): Promise<void> {
    const { ref } = decision.intent;
    const { parts } = this.#options;
    await this.#ask(async (door) => {
      const times = (this.#times.get(ref) ?? 0) + 1;
      this.#times.set(ref, times);
      const row = await door.outbox.accept(parts.brought(decision.intent, times));
      this.#check(decision, row);
    });
    decision.acknowledged = true;
  }

  /** The door's answer is the row of this very decision. */
  #check(decision: Decision, row: OutboxRow): void {
    if (row.intent.ref !== decision.intent.ref) return;
    if (!sameIntent({ ...row.intent, conversationId: decision.intent.conversationId }, decision.intent)) {
      throw new ReusedRefError(row.intent.ref);
    }
  }

  async #command(act: (door: Door) => Promise<unknown>): Promise<void> {
    for (let tries = 0; tries < 5; tries += 1) {
      try {
        await this.#ask(act);
        return;
      } catch (error) {
        if (error instanceof TooLateError || error instanceof UnknownRefError) return;
        await this.#options.machine.time.wait(RETRY_MS);
      }
    }
  }

  async #followLoop(): Promise<void> {
    const run = this.#run;
    this.#following = true;
    while (this.#followAgain && run === this.#run) {
      this.#followAgain = false;
      try {
        await followSpool({
          cursor: () => Promise.resolve(this.#kept.cursor),
          ask: (after) => this.#ask((door) => this.#page(door, after)),
          drop: async () => {
            await this.#write(run);
            this.#kept = nothingKept();
          },
          store: async (page) => {
            await this.#write(run);
            this.#store(page);
          },
        });
      } catch {
        // Asked again with the next tick.
      }
    }
    if (run === this.#run) this.#following = false;
  }

  async #page(door: Door, after: number): Promise<SpoolNews> {
    if (!this.#options.parts.tellsEpoch) {
      const begin = Math.floor(door.spool.seq / BLOCK_SEQS) * BLOCK_SEQS;
      const page = await door.spool.read(begin + after, PAGE_ROWS);
      return { ...page, seq: page.seq - begin, epoch: 'ever the same' };
    }
    const page = await door.spool.read(after, PAGE_ROWS);
    return { ...page, epoch: door.spool.knows(after) ? door.spool.epoch : 'nobody’s' };
  }

  /** The moment of a transaction, in which the page may be gone. */
  async #write(run: number): Promise<void> {
    await this.#options.machine.time.wait(1);
    if (run !== this.#run) await new Promise(() => undefined);
  }

  /** One transaction: rows and cursor. */
  #store({ changes, epoch, seq }: SpoolNews): void {
    const { conversations, messages } = this.#kept;
    const sorted = sortChanges(ACCOUNT, changes);
    for (const [key, { row }] of sorted.conversations) {
      const id = key.slice(ACCOUNT.length + 1);
      if (row !== null) conversations.set(id, row);
      else {
        conversations.delete(id);
        for (const message of messages.values())
          if (message.conversationId === id) messages.delete(message.id);
      }
    }
    for (const [key, row] of sorted.messages) {
      if (row === null) messages.delete(key.slice(ACCOUNT.length + 1));
      else messages.set(row.id, row);
    }
    this.#kept.cursor = { epoch, seq };
  }

  /** One request to the door: it may be lost on the way there or back, or arrive twice. */
  async #ask<T>(act: (door: Door) => Promise<T>): Promise<T> {
    const { machine, host, draws, faulty } = this.#options;
    const { time } = machine;
    const run = this.#run;
    const trouble = faulty() ? draws.next() : 1;
    await time.wait(draws.int(0, 8));
    if (trouble < 0.03) throw new DoorGone();
    if (trouble > 0.03 && trouble < 0.08) void host.ask(act).catch(() => undefined);
    const answer = await host.ask(act);
    await time.wait(draws.int(0, 4));
    if (trouble > 0.08 && trouble < 0.12) throw new DoorGone();
    // A page that is gone hears nothing.
    if (run !== this.#run) await new Promise(() => undefined);
    return answer;
  }
}

function see(decision: Decision, hold: OutboxRow['hold']): void {
  for (const { id } of hold?.movement?.newMessages ?? []) decision.seen.add(id);
}

function isLater(a: Message, b: Message): boolean {
  return a.createdAt > b.createdAt || (a.createdAt === b.createdAt && Number(a.id) > Number(b.id));
}

function rowOf(door: Door, decision: Decision): OutboxRow | undefined {
  return door.outbox.rows().find(({ intent }) => intent.ref === decision.intent.ref);
}

function isUnproven(door: Door, decision: Decision): boolean {
  const row = rowOf(door, decision);
  return row?.state === 'parked' && row.reason?.kind === 'no-answer';
}

/** "11111111 page 2" is page 2. */
function numberOf(page: string): string {
  return page.slice(page.lastIndexOf(' '));
}

function nothingKept(): Kept {
  return { cursor: null, conversations: new Map(), messages: new Map() };
}
