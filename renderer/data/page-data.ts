/**
 * Everything one window knows, put together: stores over the cache and the door, fed by the
 * leader over the channel. Knows no React and no globals of the browser.
 */
import { CONTRACT_VERSION, DEFAULT_SETTINGS, type Session } from '@shared/contract/door';
import { conversationKey, splitConversationKey, type ConversationKey } from '@shared/domain/entities';
import { asSpoken, speakerOf } from '@shared/domain/speaker';
import { verdictsOf } from '@shared/domain/team-data';
import { isLive } from '@shared/domain/thread-moved';
import type { IntentAction, IntentBase } from '@shared/domain/intents';
import type { CacheDb } from './cache/cache-db';
import { CacheReader } from './cache/cache-reader';
import type { Codec } from './cache/codec';
import type { WorkDb } from './cache/work-db';
import type { Clock } from './clock';
import type { DoorClient } from './door/door-client';
import type { ChannelMessage, PageEvent, WindowChannel } from './leader/channel';
import { KnownAccounts } from './known-accounts';
import { RowLoading } from './row-loading';
import type { CacheState, HostLink } from './shapes';
import { AgentStore, ContactStore, SavedReplyStore } from './stores/contact-store';
import { DraftStore } from './stores/draft-store';
import { KeptSignal, markCached, type LocalText } from './stores/kept-locally';
import { OutboxStore } from './stores/outbox-store';
import { ReadMarks } from './stores/read-marks';
import { RowStore } from './stores/row-store';
import { Signal } from './stores/signal';
import { PeopleStore } from './stores/people-store';
import { linksOf, TeamStore } from './stores/team-store';
import { Timelines } from './stores/timeline-store';

const NO_INSTALL = '00000000';
const NO_SESSION: Session = {
  build: '',
  contract: CONTRACT_VERSION,
  installId: NO_INSTALL,
  epoch: '',
  mailFrameUrl: '',
  hostTime: 0,
  tryIt: null,
};
/** Stands for the agent while an account has never told who that is. */
const UNKNOWN_AGENT = 'self';
const SAY_READING_EVERY_MS = 500;

export interface PageDataDeps {
  door: DoorClient;
  channel: WindowChannel;
  cache: CacheDb;
  work: WorkDb;
  codec: Codec;
  clock: Clock;
  local: LocalText;
  newId(): string;
  /** Resolves once what is known was painted and nothing more urgent is to be done. */
  whenIdle(): Promise<void>;
  /** The host does not know our token: look for another one. */
  onWrongToken(): void;
  /** The host is of another build: flush and reload. */
  onOtherBuild(): void;
}

export class PageData {
  readonly door: DoorClient;
  readonly session: KeptSignal<'session'>;
  readonly accounts: KeptSignal<'accounts'>;
  readonly removedNames: KeptSignal<'removedNames'>;
  readonly settings: KeptSignal<'settings'>;
  readonly accountLooks: KnownAccounts['looks'];
  readonly agentIds: Signal<Readonly<Record<string, string>>>;
  readonly speaking: KnownAccounts['speaking'];
  readonly link: Signal<HostLink>;
  readonly cacheState = new Signal<CacheState>({ state: 'ready', reason: null, rows: 0, full: false });
  readonly rows: RowStore;
  readonly outbox: OutboxStore;
  readonly drafts: DraftStore;
  readonly reads: ReadMarks;
  readonly timelines: Timelines;
  readonly contacts: ContactStore;
  readonly agents: AgentStore;
  readonly savedReplies: SavedReplyStore;
  readonly team: TeamStore;
  readonly people: PeopleStore;
  readonly #deps: PageDataDeps;
  readonly #reader: CacheReader;
  readonly #known: KnownAccounts;
  readonly #loading: RowLoading;
  #leaderEpoch: number | null = null;
  #saidReadingAt = 0;

  constructor(deps: PageDataDeps) {
    const { door, work, codec, local, channel, clock } = deps;
    this.#deps = deps;
    this.door = door;
    this.session = new KeptSignal('session', local, NO_SESSION);
    this.#known = new KnownAccounts(local, () => this.#reachChanged());
    this.accounts = this.#known.accounts;
    this.removedNames = this.#known.removedNames;
    this.accountLooks = this.#known.looks;
    this.agentIds = this.#known.agentIds;
    this.speaking = this.#known.speaking;
    this.settings = new KeptSignal('settings', local, DEFAULT_SETTINGS);
    this.link = new Signal<HostLink>({ state: 'connecting', since: clock.now() });
    const reader = new CacheReader(deps.cache, codec);
    this.#reader = reader;
    const onChange = (key: ConversationKey): void => {
      this.rows.factsChanged(key);
      this.timelines.known(key)?.outboxChanged();
    };
    this.outbox = new OutboxStore({ door, work, codec, onChange });
    this.drafts = new DraftStore({
      door,
      work,
      codec,
      now: clock.now,
      announce: (draft) => channel.send({ type: 'draft-typed', draft }),
      onChange,
    });
    this.reads = new ReadMarks(work, onChange);
    this.rows = new RowStore({
      facts: {
        // In a live chat that is cut off the customer goes on waiting, whatever is written here.
        pendingActions: (key, channel) =>
          this.outbox.pendingActions(
            key,
            !isLive(channel) || !this.#known.isCutOff(splitConversationKey(key).accountId),
          ),
        worstOf: (key) => this.outbox.worstOf(key),
        hasDraft: (key) => this.drafts.has(key),
        readUpTo: (key) => this.reads.upTo(key),
      },
      read: (keys) => {
        this.#sayReading();
        return reader.conversations(keys);
      },
      moved: (keys) => reader.moved(keys),
    });
    this.#loading = new RowLoading({ rows: this.rows, reader, clock, whenIdle: deps.whenIdle });
    this.rows.setAgentIds(this.agentIds.get());
    this.agentIds.subscribe(() => this.rows.setAgentIds(this.agentIds.get()));
    this.timelines = new Timelines({
      messages: (key, before, limit) => {
        this.#sayReading();
        return reader.messages(key, before, limit);
      },
      messagesFrom: (key, oldest) => reader.messagesFrom(key, oldest),
      history: (key, before) => door.history(key, before),
      messageCount: (key) => {
        const conversation = this.rows.baseConversation(key);
        // Where nobody counts, only the history's end tells that all is there.
        return conversation === null ? null : (conversation.messageCount ?? Infinity);
      },
      outbox: this.outbox,
    });
    this.contacts = new ContactStore(reader);
    this.agents = new AgentStore(reader);
    this.savedReplies = new SavedReplyStore(reader);
    this.team = new TeamStore(door);
    this.people = new PeopleStore(reader, {
      get: () => verdictsOf(linksOf(this.team.state.get(), this.accounts.get()), this.accounts.get()),
      // Which helpdesk an account is may be known only once it answers.
      subscribe: (listener) => {
        const stops = [this.team.state.subscribe(listener), this.accounts.subscribe(listener)];
        return () => stops.forEach((stop) => stop());
      },
    });
  }

  /** Resolves once the first rows can be drawn; the rest goes on in the background. */
  async start(): Promise<void> {
    const { channel } = this.#deps;
    channel.listen((message) => this.#hear(message));
    channel.send({ type: 'hello' });
    // What the host said last time is drawn first; its answers would only compete with the drawing.
    const known = this.session.get() !== NO_SESSION;
    if (!known) void this.refresh();
    await Promise.all([
      this.#loading.seedFirstPages(),
      this.drafts.start().catch(() => undefined),
      this.reads.start().catch(() => undefined),
      this.outbox.start().catch(() => undefined),
    ]);
    void this.agents.refresh();
    void this.#deps.whenIdle().then(() => {
      if (known) void this.refresh();
      return this.#loading.load();
    });
  }

  /** Asks the host for everything that is not in the spool. What fails is asked again when the link is back. */
  async refresh(): Promise<void> {
    const { door } = this.#deps;
    await Promise.allSettled([
      door.session().then((session) => this.session.set(session)),
      // A page whose token is refused asks as little as it can: what hangs on an answer waits for it.
      this.#known
        .ask(() => door.accounts())
        .then(() => door.removedAccounts())
        .then((removed) => this.#known.takeRemoved(removed)),
      door.settings().then((settings) => this.settings.set(settings)),
      this.outbox.refresh().then(() => this.outbox.retry()),
      this.drafts.refresh(),
      this.team.changed(),
    ]);
  }

  /** See `decide` in outbox.ts. */
  async decide(key: ConversationKey, action: IntentAction): Promise<string> {
    const { clock, newId } = this.#deps;
    const { accountId, conversationId } = splitConversationKey(key);
    let { installId } = this.session.get();
    if (installId === NO_INSTALL) {
      this.session.set(await this.door.session());
      ({ installId } = this.session.get());
    }
    const conversation =
      this.rows.baseConversation(key) ?? (await this.#reader.conversations([key]).catch(() => []))[0];
    const speaks = action.kind === 'reply' || action.kind === 'note';
    const ref = `${installId}-${newId()}`;
    const speaking = this.speaking.get()[accountId];
    const speaker = speaking === undefined ? null : speakerOf(speaking);
    await this.outbox.decide({
      ref,
      accountId,
      conversationId,
      agentId: this.agentIds.get()[accountId] ?? UNKNOWN_AGENT,
      ...(speaker && { speaker }),
      decidedAt: clock.now(),
      base: this.baseOnScreen(key, conversation ?? null),
      delayMs: speaks ? this.settings.get().undoSendMs : 0,
      action: asSpoken(action, speaker),
    });
    return ref;
  }

  /** What the agent has before the eyes of a conversation, as a decision made now is based on it. */
  baseOnScreen(key: ConversationKey, conversation = this.rows.baseConversation(key)): IntentBase {
    const newest = conversation?.lastMessageId ?? null;
    return {
      messageId: this.timelines.known(key)?.newestSeen(newest) ?? newest,
      version: conversation?.version ?? null,
      // As the server has them: the agent's own pending edits are known to the host.
      ...(conversation && { status: conversation.status, assigneeId: conversation.assigneeId }),
    };
  }

  markRead(key: ConversationKey): void {
    const conversation = this.rows.baseConversation(key);
    if (conversation !== null) this.reads.mark(key, conversation.lastMessageAt);
  }

  /** The leader writes in smaller transactions while somebody waits for a read. */
  #sayReading(): void {
    const now = this.#deps.clock.now();
    if (now - this.#saidReadingAt < SAY_READING_EVERY_MS) return;
    this.#saidReadingAt = now;
    this.#deps.channel.send({ type: 'reading' });
  }

  #hear(message: ChannelMessage): void {
    switch (message.type) {
      case 'delta':
        this.rows.takeDelta(message);
        this.timelines.takeDelta(message);
        this.contacts.takeDelta(message);
        this.people.takeDelta(message);
        if (message.agentsChanged) void this.agents.refresh();
        if (message.savedRepliesChanged) this.savedReplies.changed();
        return;
      case 'beat':
        this.#hearBeat(message);
        return;
      case 'emptied':
        this.rows.clear(message.accountId);
        this.timelines.reset();
        this.contacts.reset();
        this.people.reset();
        void this.agents.refresh();
        this.savedReplies.changed();
        if (this.#loading.isRunning && message.accountId !== null) void this.#loading.load();
        return;
      case 'event':
        this.#hearEvent(message.event);
        return;
      case 'other-build':
        this.outdated();
        return;
      case 'draft-typed':
        this.drafts.takeFromElsewhere(message.draft, false);
        return;
      case 'token-wanted':
      case 'token':
      case 'hello':
      case 'reading':
        return;
    }
  }

  /** This page is of another build than the host. */
  outdated(): void {
    if (this.link.get().state === 'outdated') return;
    this.link.set({ state: 'outdated', since: this.#deps.clock.now() });
    this.#deps.onOtherBuild();
  }

  /** The host refused the token. */
  refused(): void {
    if (this.link.get().state === 'wrong-token') return;
    this.link.set({ state: 'wrong-token', since: this.#deps.clock.now() });
    this.#deps.onWrongToken();
  }

  #hearBeat(beat: Extract<ChannelMessage, { type: 'beat' }>): void {
    const before = this.link.get();
    if (before.state !== 'outdated' && (before.state !== beat.link || before.since !== beat.since)) {
      this.link.set({ state: beat.link, since: beat.since });
    }
    if (this.#leaderEpoch !== null && this.#leaderEpoch !== beat.leaderEpoch && !this.#loading.isRunning) {
      // The leader before may have died between writing and telling.
      void this.#loading.load();
      this.timelines.reset();
    }
    this.#leaderEpoch = beat.leaderEpoch;
    this.#hearCache(beat.cache);
    if (beat.link === 'wrong-token' && before.state !== 'wrong-token') this.#deps.onWrongToken();
    if (beat.link === 'live' && before.state !== 'live') void this.refresh();
    // The leader's worker is never throttled; a hidden page's timers are.
    this.outbox.retry();
    this.drafts.retry();
    void this.#loading.keepFirstPage();
  }

  #hearCache(cache: CacheState): void {
    const known = this.cacheState.get();
    if (cache.state === 'ready') markCached(this.#deps.local);
    // A new leader knows nothing of a rebuilding that is done; the notice stays until dismissed.
    if (cache.reason === null && known.state === 'ready' && cache.full === known.full) return;
    this.cacheState.set(cache.reason === null ? { ...known, state: 'ready', full: cache.full } : cache);
  }

  #hearEvent(event: PageEvent): void {
    switch (event.type) {
      case 'outbox':
        this.outbox.take([event.row]);
        return;
      case 'account':
        this.#known.take(event.account);
        return;
      case 'account-removed':
        this.#known.remove(event.accountId);
        return;
      case 'draft':
        this.drafts.takeFromElsewhere(event.draft);
        return;
      case 'settings':
        this.settings.set(event.settings);
        return;
      case 'team':
        void this.team.changed();
        return;
    }
  }

  /** In a chat that is cut off, what waits to leave does not count as an answer. */
  #reachChanged(): void {
    for (const { intent } of [...this.outbox.unconfirmed.get(), ...this.outbox.saving.get()]) {
      this.rows.factsChanged(conversationKey(intent.accountId, intent.conversationId));
    }
  }
}
