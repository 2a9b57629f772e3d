/**
 * Keeps one account's spool up to date. Pages of all feeds are read in turn, so that the queue
 * fills while long feeds still run; each page is durable with its cursor before the next is asked.
 *
 *   connecting ──whole pull──▶ online ⇄ offline          (wait: hint, poll, kick, or a clock jump)
 *        └────────401, 403────▶ refused ──answered──▶ online
 *
 * A cut link is told within 10 s, whatever cut it: requests fail within 8 s; a silent event stream
 * is dead after 6.5 s and the pull that checks on it has 3 s; the same after the machine slept. Where
 * pulls are rare and there is no stream, that holds from the moment somebody uses the link (`link-probe.ts`).
 * A server that answers anything at all is slow and not cut off, however long a pull takes.
 */
import { asBackend, BackendError } from '../backends/backend-error';
import type { Backend } from '../backends/port';
import type { Agent, Change } from '../domain/entities';
import type { FailureKind } from '../domain/failures';
import { fullJitter } from './backoff';
import { FeedWalk } from './feed-walk';
import type { HeldRows } from './merge';
import type { Clock, Random, SpoolPort } from './ports';
import { PullFreshness } from './pull-freshness';
import { PulledRows } from './pulled-rows';
import { PushWatch } from './push-watch';
import { PROBLEMS_TOLD, SetAside } from './set-aside';
import { SilenceWatch } from './silence-watch';
import { SweepWatch } from './sweep-watch';
import { UnreadThreads } from './unread-threads';
import { WakefulWait } from './wakeful-wait';

/** Between pulls when hints arrive by themselves, and when they do not. */
const POLL_WITH_PUSH_MS = 15_000;
const POLL_WITHOUT_PUSH_MS = 2_000;
const LINK_BASE_MS = 500;
const LINK_CAP_MS = 10_000;
/** Wrong credentials are not tried more often than this, unless kicked. */
const REFUSED_WAIT_MS = 60_000;

/** How far a first pull got. */
export interface FirstSync {
  /** Rows of every kind that came so far. */
  rows: number;
  /** Conversations among them. */
  conversations: number;
  /** Conversations that are still to come, as far as the server tells. */
  left: number | null;
}

/** How an account stands, in the words of the door's account. */
export interface PullState {
  state: 'connecting' | 'online' | 'offline' | 'refused';
  /** Since when it is in this state, wall clock. */
  stateSince: number;
  /** When the last whole pull began: nothing that is shown is older. `null` before the first ended. */
  asOf: number | null;
  failure: { kind: FailureKind; detail: string } | null;
  /** Until the first pull reached the end. */
  firstSync: FirstSync | null;
  /** Rows that cannot be understood now, as far as this run knows. */
  rejectedRows: number;
  /** What is wrong with those told last, each once. */
  rejectedBecause: readonly string[];
  agent: Agent | null;
  /** When the server was last found restored from a backup or set up anew; `null` while it was not. */
  rolledBack: { at: number } | null;
}

/** A first pull that has only begun. */
export const NOTHING_CAME: FirstSync = { rows: 0, conversations: 0, left: null };

/** Told after each page is durable in the spool, and once more at the end of a whole pull. */
export interface Pulled {
  changes: readonly Change[];
  /** Newest seq of the spool; `null` when this page brought nothing. */
  seq: number | null;
  /** True at the end of a pull: every feed was read to its end. */
  caughtUp: boolean;
}

export interface PullerOptions {
  accountId: string;
  backend: Backend;
  spool: SpoolPort & HeldRows;
  clock: Clock;
  random: Random;
  /** How far a first pull got that was broken off by a pause or the end of a run; left out: there was none. */
  brokenOff?: FirstSync;
  onState(state: PullState): void;
  /** Hand on to `outbox.pulled(accountId, pulled)` and to the pages. */
  onChanges(pulled: Pulled): void;
  /** The spool could not store what was pulled; it is pulled again later. */
  onStorageProblem?(error: unknown): void;
  /**
   * The server does not know any more what it told us: rows it confirmed may be gone. Awaited before
   * anything of its new life is stored; called again when that was cut short.
   */
  onRollback?(): void | Promise<void>;
  /**
   * A feed is read from its very beginning, for the first time, once more after a first time that took
   * long, or because the spool has lost what it knew: whether the server went back meanwhile cannot be noticed. Awaited before anything is asked.
   */
  onBeginning?(): void | Promise<void>;
  /**
   * After either of them: the first answer is stored with its cursor, so that a server that goes back
   * from here on is noticed. What was looked for before that may have been taken away meanwhile.
   */
  onAnchored?(): void;
}

export interface Puller {
  /** Pulls until the signal is aborted; never rejects for what a backend does. */
  run(signal: AbortSignal): Promise<void>;
  /** Pull now, whatever it was waiting for. */
  kick(): void;
  /**
   * True once a whole pull has ended that began at most `maxAgeMs` before this call: what was at the
   * backend then lies in the spool. Pulls now if none is that young; many callers share one pull.
   * False as soon as a pull fails or the puller ends, and while it rests after a failure: ask again
   * when the account is online or caught up. What was pulled before a failure or before the machine
   * slept counts for nothing, so with `Infinity` it says: caught up since start, reconnect and wake.
   */
  freshen(maxAgeMs: number): Promise<boolean>;
  /** Something else asked the server and got no answer for so long: pulls now, with little time to prove the contrary. */
  suspect(quietMs: number): void;
  /** The server has answered anything, to anybody. */
  heard(): void;
  /** True while a hint channel would tell of a cut link by its silence. */
  readonly watched: boolean;
}

/** Makes the puller of one account. Makes no request before `run`. */
export function createPuller(options: PullerOptions): Puller {
  return new FeedPuller(options);
}

class FeedPuller implements Puller {
  readonly #options: PullerOptions;
  readonly #push: PushWatch;
  readonly #freshness: PullFreshness;
  readonly #rows: PulledRows;
  readonly #sweeps: SweepWatch;
  readonly #aside = new SetAside();
  readonly #unread: UnreadThreads;
  readonly #silence: SilenceWatch;
  readonly #waiting: WakefulWait;
  /** Where the last whole walk of each feed began. */
  readonly #begun = new Map<string, string | null>();
  #state: PullState;
  /** Something happened that a pull would show. */
  #wanted = false;
  #failures = 0;

  constructor(options: PullerOptions) {
    const { backend, spool, clock, random } = options;
    const begun = backend.descriptor.feeds.every((feed) => spool.cursorOf(feed) !== null);
    this.#options = options;
    this.#rows = new PulledRows(spool);
    this.#freshness = new PullFreshness(clock);
    this.#state = {
      state: 'connecting',
      stateSince: clock.now(),
      asOf: null,
      failure: null,
      firstSync: options.brokenOff ?? (begun ? null : NOTHING_CAME),
      rejectedRows: 0,
      rejectedBecause: [],
      agent: null,
      rolledBack: null,
    };
    const onNews = (changes: readonly Change[], seq: number): void =>
      options.onChanges({ changes, seq, caughtUp: false });
    this.#unread = new UnreadThreads({
      backend,
      rows: this.#rows,
      clock,
      random,
      onNews,
      onChanged: () => this.#tell(this.#setAside()),
    });
    this.#state = { ...this.#state, ...this.#setAside() };
    this.#sweeps = new SweepWatch({
      backend,
      rows: this.#rows,
      clock,
      random,
      onNews,
      onAnswer: async (page) => {
        await this.#unread.note(page);
        this.#aside.swept(page);
        this.#tell(this.#setAside());
      },
      onWentBack: async () => {
        await this.#rolledBack();
        options.onAnchored?.();
      },
    });
    this.#silence = new SilenceWatch({
      clock,
      isOnline: () => this.#state.state === 'online',
      onSilent: (patienceMs) => {
        const detail = `No answer for ${patienceMs} ms.`;
        this.#tell({ state: 'offline', failure: { kind: 'no-answer', detail } });
      },
    });
    this.#waiting = new WakefulWait(clock, () => this.#wokeUp());
    this.#push = new PushWatch({
      backend,
      clock,
      random,
      onHint: () => this.kick(),
      onBroken: () => this.#distrust(),
    });
  }

  kick(): void {
    this.#wanted = true;
    this.#waiting.interrupt();
  }

  freshen(maxAgeMs: number): Promise<boolean> {
    this.#waiting.noticeSleep();
    return this.#freshness.wait(maxAgeMs, () => this.kick());
  }

  suspect(quietMs: number): void {
    // A pull that is running finds out by its own rules; one that failed is tried again anyway.
    if (this.#silence.pulling || this.#state.state !== 'online') return;
    this.#distrust(quietMs);
  }

  heard(): void {
    this.#silence.heard();
  }

  get watched(): boolean {
    return this.#push.proven;
  }

  async run(signal: AbortSignal): Promise<void> {
    const wake = (): void => {
      this.#freshness.close();
      this.#waiting.interrupt();
    };
    signal.addEventListener('abort', wake, { once: true });
    this.#options.onState(this.#state);
    while (!signal.aborted) {
      try {
        await this.#pullAll(signal);
        await this.#idle(signal);
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, signal);
      }
    }
    signal.removeEventListener('abort', wake);
    this.#freshness.close();
    this.#push.drop();
    await Promise.all([this.#sweeps.close(), this.#unread.close()]);
  }

  async #pullAll(signal: AbortSignal): Promise<void> {
    const { backend, spool, onChanges, onBeginning, clock } = this.#options;
    this.#silence.begin(this.#push.proven);
    try {
      this.#wanted = false;
      this.#freshness.begin();
      if (this.#state.agent === null) {
        this.#answered({ agent: await asBackend(backend.whoAmI(signal)) });
      }
      const { feeds } = backend.descriptor;
      const open = new Map(feeds.map((feed) => [feed, this.#walk(feed)]));
      let begins = false;
      while (open.size > 0) {
        for (const [feed, walk] of [...open]) {
          const wasBegun = begins;
          begins ||= walk.begins || spool.cursorOf(feed) === null;
          if (begins && !wasBegun) {
            this.#sweeps.begin();
            await onBeginning?.();
          }
          const more = await this.#pullPage(walk, signal);
          if (!more) open.delete(feed);
        }
        // A hint during a long pull: the feeds already read to their end have news, and late rows.
        if (this.#wanted && open.size > 0) {
          this.#wanted = false;
          begins = false;
          this.#freshness.begin();
          for (const feed of feeds) if (!open.has(feed)) open.set(feed, this.#walk(feed));
        }
      }
    } finally {
      this.#silence.end();
    }
    this.#failures = 0;
    this.#waiting.noticeSleep();
    this.#tell({ asOf: this.#freshness.since ?? clock.now(), firstSync: null, failure: null });
    onChanges({ changes: [], seq: null, caughtUp: true });
    this.#freshness.ended();
    this.#sweeps.caughtUp();
    this.#unread.caughtUp();
  }

  #walk(feed: string): FeedWalk {
    const { backend } = this.#options;
    const onForgotten = (): Promise<void> => {
      // What it lost no feed tells of.
      this.#sweeps.begin();
      return this.#rolledBack();
    };
    return new FeedWalk({ feed, backend, rows: this.#rows, begun: this.#begun, onForgotten });
  }

  /** Pulls and stores one page; true when the feed has more. */
  async #pullPage(walk: FeedWalk, signal: AbortSignal): Promise<boolean> {
    const page = await walk.ask(signal);
    const { firstSync } = this.#state;
    this.#aside.pulled(walk.feed, page);
    // The cursor may move past them only because they are kept.
    await this.#unread.note(page);
    this.#answered({
      firstSync: firstSync && {
        rows: firstSync.rows + page.changes.length,
        conversations:
          firstSync.conversations + page.changes.filter(({ kind }) => kind === 'conversation').length,
        left: page.left ?? firstSync.left,
      },
      ...this.#setAside(),
    });
    const { news, seq, more, anchored } = await walk.store(page);
    await this.#unread.came(page);
    if (anchored) this.#options.onAnchored?.();
    if (seq !== null) this.#options.onChanges({ changes: news, seq, caughtUp: false });
    return more;
  }

  #setAside(): Pick<PullState, 'rejectedRows' | 'rejectedBecause'> {
    const because = [...this.#unread.because, ...this.#aside.because];
    return {
      rejectedRows: this.#unread.count + this.#aside.count,
      rejectedBecause: [...new Set(because)].slice(0, PROBLEMS_TOLD),
    };
  }

  /** The server went back: all is read again, and whoever relies on what it confirmed is told first. */
  async #rolledBack(): Promise<void> {
    await this.#options.onRollback?.();
    this.#tell({ rolledBack: { at: this.#options.clock.now() } });
  }

  #answered(news: Partial<PullState>): void {
    this.#silence.answered();
    // An answer says nothing about the disk; only a pull that was stored to its end does.
    const { failure } = this.#state;
    this.#tell({ ...news, state: 'online', failure: failure?.kind === 'storage' ? failure : null });
  }

  async #idle(signal: AbortSignal): Promise<void> {
    const opened = this.#push.ensure();
    // What changed while the channel was being opened was announced to nobody.
    const { pollMs = POLL_WITHOUT_PUSH_MS } = this.#options.backend.descriptor;
    // What hints do not tell of is looked for as often as where there are none, or seldomer.
    const pause = this.#push.alive && !opened ? Math.max(POLL_WITH_PUSH_MS, pollMs) : pollMs;
    await this.#wait(pause, signal);
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, random, onStorageProblem } = this.#options;
    this.#failures += 1;
    this.#freshness.fail();
    this.#sweeps.begin();
    this.#unread.cut();
    const backoff = fullJitter(this.#failures, LINK_BASE_MS, LINK_CAP_MS, random);
    if (!(error instanceof BackendError)) {
      onStorageProblem?.(error);
      this.#tell({ failure: { kind: 'storage', detail: 'What came could not be stored.' } });
      return this.#wait(backoff, signal);
    }
    const failure = { kind: error.kind, detail: error.message };
    switch (error.kind) {
      case 'unauthorized':
      case 'forbidden':
        this.#push.drop();
        this.#tell({ state: 'refused', failure, agent: null });
        return this.#wait(REFUSED_WAIT_MS, signal);
      case 'rate-limited':
        this.#tell({ failure });
        // The server's wish stands against every hint.
        return clock.sleep(error.retryAfterMs ?? backoff, signal);
      default:
        this.#push.drop();
        this.#tell({ state: 'offline', failure });
        return this.#wait(error.retryAfterMs ?? backoff, signal);
    }
  }

  /** Waits until it is time, something calls, or the clocks show that the machine was asleep. */
  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return this.#waiting.wait(ms, () => this.#wanted || signal.aborted);
  }

  #wokeUp(): void {
    this.#freshness.distrust();
    this.#push.drop();
    this.#distrust();
  }

  /** @param quietMs how long something else was without an answer already */
  #distrust(quietMs?: number): void {
    this.#silence.distrust(quietMs);
    this.kick();
  }

  #tell(news: Partial<PullState>): void {
    const before = this.#state;
    const changed = news.state !== undefined && news.state !== before.state;
    const stateSince = changed ? this.#options.clock.now() : before.stateSince;
    this.#state = { ...before, ...news, stateSince };
    if (JSON.stringify(this.#state) !== JSON.stringify(before)) this.#options.onState(this.#state);
  }
}
