/**
 * What the leading window's worker does: holds the only event stream, brings changes into the
 * cache, and tells all windows.
 *
 *   connecting ──▶ live ⇄ lost · wrong-token (tried again with whatever token comes)
 */
import type { DoorEvent } from '@shared/contract/door';
import type { CacheDb } from '../cache/cache-db';
import { CacheWriter } from '../cache/cache-writer';
import type { Codec } from '../cache/codec';
import { isBeyondOpening, isFull } from '../cache/store-bucket';
import { CacheLostError, LostLeadError } from '../cache/store-changes';
import type { Clock } from '../clock';
import type { DoorClient } from '../door/door-client';
import { readEvents, SILENT_AFTER_MS } from '../door/event-stream';
import { DoorFailure } from '../door/failure';
import type { CacheState, FillReason, HostLinkState } from '../shapes';
import type { WindowChannel } from './channel';
import { FULL_RETRY_MS, Puller, RETRY_MS } from './puller';

const BEAT_EVERY_MS = 2_000;
const RECONNECT_FIRST_MS = 250;
const RECONNECT_AT_MOST_MS = 5_000;
/** With a refused token nothing leaves for the host: this only looks whether another has come. */
const LOOK_FOR_TOKEN_MS = 500;
/** How long the news of a delivery waits for the rows that show it. */
const ROWS_FIRST_MS = 2_000;
const AFTER_BROKEN_CACHE_MS = 1_000;

export interface LeaderDeps {
  db: CacheDb;
  codec: Codec;
  door: DoorClient;
  channel: WindowChannel;
  clock: Clock;
  /** Uniform in [0, 1). */
  random(): number;
  /** Whether this origin once had a cache. */
  hadCache: boolean;
}

export class Leader {
  readonly #deps: LeaderDeps;
  #leaderEpoch = 0;
  #link: HostLinkState = 'connecting';
  #linkSince = 0;
  #cache: CacheState = { state: 'ready', reason: null, rows: 0, full: false };
  #hadCache: boolean;
  /** That are pulled here. */
  #accounts = new Set<string>();
  #signal: AbortSignal = AbortSignal.abort();
  #breakTerm: (failure: unknown) => void = () => undefined;

  constructor(deps: LeaderDeps) {
    this.#deps = deps;
    this.#hadCache = deps.hadCache;
  }

  /** Leads until the signal aborts or another takes over. Never rejects. */
  async lead(signal: AbortSignal): Promise<void> {
    const { channel, clock, db } = this.#deps;
    const stopListening = channel.listen((message) => {
      if (message.type === 'hello') this.#beat();
    });
    this.#linkSince = clock.now();
    let broken = 0;
    while (!signal.aborted) {
      const term = new AbortController();
      const end = (): void => term.abort();
      signal.addEventListener('abort', end);
      try {
        await this.#term(term.signal);
      } catch (failure) {
        if (failure instanceof LostLeadError) break;
        if (isFull(failure)) {
          // What is there can still be read: nothing is thrown away for want of room.
          this.#setFull(true);
          await clock.sleep(FULL_RETRY_MS, signal);
        } else if (!(failure instanceof CacheLostError)) {
          // The database itself fails: a new one costs a refill, never work.
          broken += 1;
          await db.delete({ disableAutoOpen: false }).catch((beyond: unknown) => {
            if (isBeyondOpening(beyond)) channel.send({ type: 'cache-broken' });
          });
          await clock.sleep(AFTER_BROKEN_CACHE_MS * Math.min(broken, 10), signal);
        }
      } finally {
        term.abort();
        signal.removeEventListener('abort', end);
      }
    }
    stopListening();
  }

  /** To be called when the database was replaced from outside: looks whether it still is ours. */
  readonly lookAgain = (): void => {
    this.#lookAgain();
  };

  #lookAgain: () => void = () => undefined;

  async #term(signal: AbortSignal): Promise<void> {
    const { db, codec, clock } = this.#deps;
    this.#signal = signal;
    const { writer, emptied } = await CacheWriter.takeOver(db, codec, this.#hadCache, clock.now());
    this.#leaderEpoch = writer.leaderEpoch;
    this.#hadCache = true;
    if (emptied !== null) this.#emptied(emptied, null);
    const broken = new Promise<never>((_, reject) => {
      this.#breakTerm = reject;
    });
    this.#lookAgain = () => void writer.assertLeads().catch(this.#breakTerm);
    await Promise.race([broken, Promise.all([this.#beatRegularly(writer), this.#stayConnected(writer)])]);
  }

  async #beatRegularly(writer: CacheWriter): Promise<void> {
    const { clock } = this.#deps;
    while (!this.#signal.aborted) {
      this.#beat();
      await clock.sleep(BEAT_EVERY_MS, this.#signal);
      if (this.#signal.aborted) return;
      try {
        await writer.flushIfDue(clock.now());
      } catch (failure) {
        if (!isFull(failure)) throw failure;
        this.#setFull(true);
      }
    }
  }

  async #stayConnected(writer: CacheWriter): Promise<void> {
    const signal = this.#signal;
    const { clock, random } = this.#deps;
    let failures = 0;
    while (!signal.aborted) {
      let wrongToken = false;
      const connection = new AbortController();
      const end = (): void => connection.abort();
      signal.addEventListener('abort', end);
      try {
        await this.#connect(writer, connection, () => {
          failures = 0;
        });
        this.#setLink('lost');
      } catch (failure) {
        if (signal.aborted) return;
        if (!(failure instanceof DoorFailure) && !connection.signal.aborted) throw failure;
        wrongToken = failure instanceof DoorFailure && failure.code === 'no-token';
        this.#setLink(wrongToken ? 'wrong-token' : 'lost');
      } finally {
        connection.abort();
        signal.removeEventListener('abort', end);
      }
      if (wrongToken) {
        await clock.sleep(LOOK_FOR_TOKEN_MS, signal);
        continue;
      }
      const ceiling = Math.min(RECONNECT_AT_MOST_MS, RECONNECT_FIRST_MS * 2 ** failures);
      failures += 1;
      await clock.sleep(ceiling * (0.5 + random() / 2), signal);
    }
  }

  /** One connection: from the session to the end of the stream. */
  async #connect(writer: CacheWriter, connection: AbortController, onLive: () => void): Promise<void> {
    const { door, clock } = this.#deps;
    const signal = connection.signal;
    const session = await door.session();
    if (writer.hostEpoch !== session.epoch) await this.#changeHost(writer, session.epoch);
    const events = await door.events(signal);
    const puller = new Puller(
      {
        ...this.#deps,
        writer,
        onReplaced: (accountId) => this.#emptied('other-host', accountId),
        onStored: (rows) => {
          if (this.#cache.state === 'filling') {
            this.#cache = { ...this.#cache, rows: this.#cache.rows + rows };
          }
          this.#setFull(false);
        },
        onFull: () => this.#setFull(true),
        onBroken: this.#breakTerm,
      },
      signal,
    );
    onLive();
    this.#setLink('live');
    let heardAt = clock.monotonic();
    void this.#endWhenSilent(connection, () => heardAt);
    // The stream is open before the first pull begins: no change falls between the two.
    void this.#catchUp(writer, puller, signal).catch((failure: unknown) => {
      if (failure instanceof DoorFailure) connection.abort();
      else if (!signal.aborted) this.#breakTerm(failure);
    });
    for await (const event of readEvents(events)) {
      heardAt = clock.monotonic();
      this.#take(event, writer, puller, signal);
    }
  }

  async #endWhenSilent(connection: AbortController, heardAt: () => number): Promise<void> {
    const { clock } = this.#deps;
    while (!connection.signal.aborted) {
      await clock.sleep(1_000, connection.signal);
      if (clock.monotonic() - heardAt() >= SILENT_AFTER_MS) connection.abort();
    }
  }

  async #catchUp(writer: CacheWriter, puller: Puller, signal: AbortSignal): Promise<void> {
    const accounts = (await this.#deps.door.accounts()).map((account) => account.id);
    this.#accounts = new Set(accounts);
    for (const known of await writer.accountIds()) {
      if (accounts.includes(known)) continue;
      await this.#drop(known, writer);
    }
    const pullAll = (): Promise<boolean[]> => Promise.all(accounts.map((id) => puller.pull(id)));
    while (!(await pullAll()).every(Boolean) && !signal.aborted) {
      await this.#deps.clock.sleep(RETRY_MS, signal);
    }
    if (signal.aborted || this.#cache.state === 'ready') return;
    this.#cache = { ...this.#cache, state: 'ready' };
    this.#beat();
  }

  #take(event: DoorEvent, writer: CacheWriter, puller: Puller, signal: AbortSignal): void {
    const { channel, clock } = this.#deps;
    switch (event.type) {
      case 'ping':
        return;
      case 'changes':
        void puller.pull(event.accountId);
        return;
      case 'outbox': {
        if (event.row.state !== 'delivered') {
          channel.send({ type: 'event', event });
          return;
        }
        // Its effect is in the spool: the rows come first, else the old state would flash up.
        const rows = puller.pull(event.row.intent.accountId);
        void Promise.race([rows, clock.sleep(ROWS_FIRST_MS, signal)]).then(() =>
          channel.send({ type: 'event', event }),
        );
        return;
      }
      case 'account-removed':
        this.#accounts.delete(event.accountId);
        void this.#drop(event.accountId, writer).catch(this.#breakTerm);
        channel.send({ type: 'event', event });
        return;
      case 'account':
        // One that was just added is pulled from its first row on.
        if (!this.#accounts.has(event.account.id)) void puller.pull(event.account.id);
        this.#accounts.add(event.account.id);
        channel.send({ type: 'event', event });
        return;
      case 'draft':
      case 'settings':
        channel.send({ type: 'event', event });
        return;
    }
  }

  async #drop(accountId: string, writer: CacheWriter): Promise<void> {
    await writer.dropAccount(accountId);
    this.#deps.channel.send({ type: 'emptied', leaderEpoch: this.#leaderEpoch, accountId });
  }

  async #changeHost(writer: CacheWriter, hostEpoch: string): Promise<void> {
    if (writer.hostEpoch === null) {
      await writer.adopt(hostEpoch);
      return;
    }
    await writer.empty(hostEpoch);
    this.#emptied('other-host', null);
  }

  #emptied(reason: FillReason, accountId: string | null): void {
    this.#cache = { ...this.#cache, state: 'filling', reason, rows: 0 };
    this.#deps.channel.send({ type: 'emptied', leaderEpoch: this.#leaderEpoch, accountId });
    this.#beat();
  }

  #setFull(full: boolean): void {
    if (full === this.#cache.full) return;
    this.#cache = { ...this.#cache, full };
    this.#beat();
  }

  #setLink(link: HostLinkState): void {
    if (link !== this.#link) {
      this.#link = link;
      this.#linkSince = this.#deps.clock.now();
    }
    this.#beat();
  }

  #beat(): void {
    this.#deps.channel.send({
      type: 'beat',
      leaderEpoch: this.#leaderEpoch,
      link: this.#link,
      since: this.#linkSince,
      cache: this.#cache,
    });
  }
}
