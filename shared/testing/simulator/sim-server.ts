/**
 * A helpdesk as the world's truth: conversations, messages, what consoles had done and when. It
 * knows nothing of networks; `sim-link.ts` stands between it and a console.
 */
import { BackendError } from '../../backends/backend-error';
import type { FeedPage, IdPage, Operation, OperationProof, PulledPage } from '../../backends/port';
import { applyAction } from '../../domain/pending-edits';
import type { Change, Channel, Conversation, EntityKind, Message } from '../../domain/entities';
import type { IntentAction } from '../../domain/intents';
import type { Draws } from './draws';
import { aConversation, aMessage, NOON } from '../builders';
import {
  copyOf,
  placeOf,
  type Commit,
  type FeedName,
  type FeedRow,
  type ServerHabits,
  type Stored,
} from './sim-server-store';
import type { ThreadHead } from '../../domain/thread-moved';

export const ACCOUNT = 'a1';

export class SimServer {
  readonly habits: ServerHabits;
  /** All that consoles ever had done here, also what a rollback took away again. */
  readonly commits: Commit[] = [];
  /** Told whenever something changed that a feed will show after so many ms. */
  onChange: (afterMs: number) => void = () => undefined;
  /** Told what was carried out, and whether it had been before and was still there. */
  onCommit: (commit: Commit, wasThere: boolean) => void = () => undefined;
  readonly #now: () => number;
  readonly #draws: Draws;
  #backup: Stored | null = null;
  #lives = 1;
  #stored: Stored = {
    life: 1,
    conversations: new Map(),
    messages: new Map(),
    feeds: { conversations: [], messages: [] },
    done: new Map(),
    uploads: new Set(),
    numbers: 0,
  };

  constructor(habits: ServerHabits, now: () => number, draws: Draws) {
    this.habits = habits;
    this.#now = now;
    this.#draws = draws;
  }

  get conversations(): ReadonlyMap<string, Conversation> {
    return this.#stored.conversations;
  }

  get messages(): ReadonlyMap<string, Message> {
    return this.#stored.messages;
  }

  /** Under which id something was done and is there now; `null`: it is not. */
  idOf(ref: string): string | null {
    return this.#stored.done.get(ref)?.serverId ?? null;
  }

  /** Whether the message that was made under a reference is in a conversation. */
  isIn(ref: string, conversationId: string): boolean {
    const serverId = this.idOf(ref) ?? '';
    return this.#stored.messages.get(serverId)?.conversationId === conversationId;
  }

  /** How often a message is there that was made under a reference, where messages carry it. */
  timesThere(ref: string): number {
    return [...this.#stored.messages.values()].filter(({ clientRef }) => clientRef === ref).length;
  }

  /** Whether a message has been in a conversation since before some moment. */
  isLongIn(messageId: string, conversationId: string, before: number): boolean {
    const moved = this.#stored.feeds.messages.findLast(({ change }) => change.id === messageId);
    return (
      moved !== undefined &&
      moved.stamp <= before &&
      this.#stored.messages.get(messageId)?.conversationId === conversationId
    );
  }

  customerOpens(channel: Channel = 'email'): string {
    const id = `c${this.#next()}`;
    this.#stored.conversations.set(id, aConversation({ id, channel, messageCount: 0, lastMessageId: null }));
    this.customerWrites(id);
    return id;
  }

  customerWrites(conversationId: string): void {
    this.#say(conversationId, {
      kind: 'inbound',
      author: { type: 'contact', id: 'p1', name: 'Sample Customer' },
    });
  }

  colleagueAnswers(conversationId: string): void {
    this.#say(conversationId, {
      kind: 'reply',
      author: { type: 'agent', id: 'agent-9', name: 'Sample Colleague' },
    });
  }

  colleagueEdits(conversationId: string, action: IntentAction): void {
    const row = this.#stored.conversations.get(conversationId);
    if (row !== undefined) this.#putConversation(applyAction(row, action));
  }

  remove(conversationId: string): void {
    if (!this.#stored.conversations.delete(conversationId)) return;
    for (const message of this.#messagesOf(conversationId)) {
      this.#stored.messages.delete(message.id);
      this.#publish('messages', { kind: 'message', id: message.id, row: null, movedTo: null });
    }
    this.#publish('conversations', { kind: 'conversation', id: conversationId, row: null, movedTo: null });
  }

  merge(conversationId: string, into: string): void {
    const { conversations } = this.#stored;
    if (!conversations.has(conversationId) || !conversations.has(into) || conversationId === into) return;
    conversations.delete(conversationId);
    for (const message of this.#messagesOf(conversationId)) {
      this.#putMessage({ ...message, conversationId: into });
    }
    this.#publish('conversations', { kind: 'conversation', id: conversationId, row: null, movedTo: into });
    const row = conversations.get(into);
    if (row !== undefined) this.#putConversation(row);
  }

  /** @throws BackendError as the server refuses: nothing was done then */
  perform(operation: Operation, machine: string, leftAt: number): OperationProof {
    const { ref, conversationId, action, uploadIds } = operation;
    const before = this.#stored.done.get(ref);
    if (before !== undefined && this.habits.tier === 'T1' && this.habits.remembersKeys) {
      return { serverId: before.serverId, conversation: this.#conversation(before.conversationId) };
    }
    const conversation = this.#stored.conversations.get(conversationId);
    if (conversation === undefined)
      throw new BackendError('not-found', 'There is no such conversation.', 404);
    if (uploadIds.some((id) => !this.#stored.uploads.has(id))) {
      throw new BackendError('invalid', 'An upload is not there.', 422);
    }
    const serverId = this.#do(conversation, operation);
    this.#stored.done.set(ref, { serverId, conversationId });
    const commit = {
      at: this.#now(),
      ref,
      conversationId,
      action,
      uploadIds,
      serverId,
      machine,
      life: this.#lives,
      leftAt,
    };
    this.commits.push(commit);
    this.onCommit(commit, before !== undefined);
    return { serverId, conversation: this.#conversation(conversationId) };
  }

  findByRef(ref: string): OperationProof | null {
    const done = this.#stored.done.get(ref);
    if (done === undefined) return null;
    return { serverId: done.serverId, conversation: this.#conversation(done.conversationId) };
  }

  /** The newest messages of a conversation older than one, read past the feeds and their lag. */
  history(
    conversationId: string,
    before: string | null,
  ): { messages: readonly Message[]; before: string | null } {
    if (!this.#stored.conversations.has(conversationId))
      throw new BackendError('not-found', 'There is no such conversation.', 404);
    const older = this.#messagesOf(conversationId)
      .filter(({ id }) => before === null || Number(id) < Number(before))
      .sort((a, b) => Number(a.id) - Number(b.id));
    const messages = older.slice(-this.habits.pageRows);
    return { messages, before: older.length > messages.length ? (messages[0]?.id ?? null) : null };
  }

  /**
   * Half of the servers can be asked for one thread, as hosted helpdesks can: told by the parity of
   * their pages, so that no draw of an older seed moved.
   */
  get readsThreads(): boolean {
    return this.habits.pageRows % 2 === 1;
  }

  /** One thread as it is this moment, past the feeds and their lag. */
  thread(conversationId: string): ThreadHead {
    const conversation = this.#conversation(conversationId);
    const movedTo = this.#newest('conversation', conversationId)?.change.movedTo ?? null;
    if (conversation === null) return { conversation, gone: true, movedTo, messages: [] };
    const { messages } = this.history(conversationId, null);
    return { conversation, gone: false, movedTo: null, messages };
  }

  upload(ref: string): string {
    const id = `upload:${ref}`;
    this.#stored.uploads.add(id);
    return id;
  }

  /** A cursor some time earlier. */
  rewind(cursor: string, byMs: number): string {
    const [life, stamp] = placeOf(cursor);
    return `${life}:${stamp - byMs}:0`;
  }

  backUp(): void {
    this.#backup = copyOf(this.#stored);
  }

  /** Whether it ever went back to a backup. */
  get restored(): boolean {
    return this.#lives > 1;
  }

  /** Goes back to the backup: what came after it never was, and its numbers are given again. */
  restore(): void {
    if (this.#backup === null) return;
    this.#lives += 1;
    this.#stored = { ...copyOf(this.#backup), life: this.#lives };
    this.onChange(0);
  }

  /** Loses a conversation without a word in any feed. */
  vanish(conversationId: string): void {
    if (!this.#stored.conversations.delete(conversationId)) return;
    for (const message of this.#messagesOf(conversationId)) this.#stored.messages.delete(message.id);
  }

  /** Some ids of what there is, by rising number. */
  ids(kind: EntityKind, cursor: string | null): IdPage {
    const after = Number(cursor ?? 0);
    const numberOf = (id: string): number => Number(id.replace('c', ''));
    const all = [...this.#of(kind).keys()].filter((id) => numberOf(id) > after);
    const page = all.sort((a, b) => numberOf(a) - numberOf(b)).slice(0, this.habits.pageRows);
    const last = page.at(-1);
    return {
      ids: page.map((id) => ({ id, age: this.#age(this.#newest(kind, id)) })),
      next: all.length > page.length && last !== undefined ? String(numberOf(last)) : null,
    };
  }

  /** Things by id; what is gone as a tombstone. */
  rows(kind: EntityKind, ids: readonly string[]): PulledPage {
    const found = ids.map((id) => {
      const newest = this.#newest(kind, id);
      const there = this.#of(kind).has(id);
      const gone = { kind, id, row: null, movedTo: newest?.change.movedTo ?? null } as Change;
      return there && newest !== undefined
        ? { change: newest.change, age: this.#age(newest) }
        : { change: gone, age: null };
    });
    return { changes: found.map(({ change }) => change), ages: found.map(({ age }) => age), rejected: [] };
  }

  /** One page of a feed: rows by (stamp, number) after the cursor. */
  page(feed: string, cursor: string | null): FeedPage {
    const { life } = this.#stored;
    const [from, stamp, number] = placeOf(cursor ?? `${life}:0:0`);
    if (from !== life)
      throw new BackendError('invalid', 'The cursor is of another life of this server.', 400);
    const rows = this.#visible(feed as FeedName).filter(
      (row) => row.stamp > stamp || (row.stamp === stamp && row.number > number),
    );
    const page = rows.slice(0, this.habits.pageRows);
    const last = page.at(-1);
    return {
      changes: page.map((row) => row.change),
      ages: page.map((row) => this.#age(row)),
      cursor:
        page.length === 0 && cursor !== null ? cursor : `${life}:${last?.stamp ?? 0}:${last?.number ?? 0}`,
      more: rows.length > page.length,
      rejected: [],
    };
  }

  /** The newest readable state of each thing, oldest first. */
  #visible(feed: FeedName): FeedRow[] {
    const now = this.#now();
    const seen = new Set<string>();
    const rows: FeedRow[] = [];
    const all = this.#stored.feeds[feed];
    for (let at = all.length - 1; at >= 0; at -= 1) {
      const row = all[at] as FeedRow;
      if (row.visibleAt > now || seen.has(row.change.id)) continue;
      seen.add(row.change.id);
      rows.push(row);
    }
    return rows.reverse();
  }

  /** A revision where nothing comes late; else the time of the change, which no restored server gives twice. */
  #age(row: FeedRow | undefined): number | null {
    if (row === undefined) return null;
    return this.habits.lagMs > 0 ? Math.floor(row.stamp) : row.number;
  }

  #of(kind: EntityKind): ReadonlyMap<string, unknown> {
    return kind === 'message' ? this.#stored.messages : this.#stored.conversations;
  }

  #newest(kind: EntityKind, id: string): FeedRow | undefined {
    const feed = kind === 'message' ? 'messages' : 'conversations';
    return this.#stored.feeds[feed].findLast(({ change }) => change.id === id);
  }

  #conversation(id: string): Conversation | null {
    return this.#stored.conversations.get(id) ?? null;
  }

  #do(conversation: Conversation, { ref, action }: Operation): string {
    if (action.kind !== 'reply' && action.kind !== 'note') {
      this.#putConversation(applyAction(conversation, action));
      return conversation.id;
    }
    if (action.kind === 'reply')
      this.#stored.conversations.set(conversation.id, applyAction(conversation, action));
    return this.#say(conversation.id, {
      kind: action.kind,
      author: { type: 'agent', id: 'agent-1', name: 'Sample Agent' },
      body: { type: 'text', content: action.text },
      clientRef: this.habits.tier === 'T4' ? null : ref,
    });
  }

  #say(conversationId: string, parts: Partial<Message>): string {
    const conversation = this.#stored.conversations.get(conversationId);
    const number = this.#next();
    const id = String(number);
    if (conversation === undefined) return id;
    const createdAt = NOON + this.#now();
    this.#putMessage(aMessage({ id, conversationId, createdAt, ...parts }));
    const isPublic = parts.kind !== 'note';
    this.#putConversation({
      ...conversation,
      lastMessageId: id,
      lastMessageAt: createdAt,
      waitingSince: parts.kind === 'inbound' ? createdAt : isPublic ? null : conversation.waitingSince,
      messageCount: (conversation.messageCount ?? 0) + 1,
    });
    return id;
  }

  #messagesOf(conversationId: string): Message[] {
    return [...this.#stored.messages.values()].filter((message) => message.conversationId === conversationId);
  }

  #putConversation(row: Conversation): void {
    const version = String(this.#next());
    const next = { ...row, version, updatedAt: NOON + this.#now() };
    this.#stored.conversations.set(row.id, next);
    this.#publish('conversations', { kind: 'conversation', id: row.id, row: next, movedTo: null });
  }

  #putMessage(row: Message): void {
    this.#stored.messages.set(row.id, row);
    this.#publish('messages', { kind: 'message', id: row.id, row, movedTo: null });
  }

  #publish(feed: FeedName, change: Change): void {
    const stamp = this.#now();
    const visibleAt = stamp + this.#lag();
    this.#stored.feeds[feed].push({ stamp, number: this.#next(), visibleAt, change });
    this.onChange(visibleAt - stamp);
  }

  #lag(): number {
    const { lagMs } = this.habits;
    return lagMs > 0 && this.#draws.chance(0.3) ? this.#draws.int(1, lagMs) : 0;
  }

  #next(): number {
    this.#stored.numbers += 1;
    return this.#stored.numbers;
  }
}
