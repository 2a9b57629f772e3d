/** One account at work: its spool, its backend once known, and the puller between them. */
import type { Clock } from '@shared/backends/clock';
import type { HttpClient } from '@shared/backends/http';
import type { Backend } from '@shared/backends/port';
import type { Backends } from '@shared/backends/registry';
import type { Account } from '@shared/contract/door';
import { agentSchema } from '@shared/contract/entity-schemas';
import type { Agent } from '@shared/domain/entities';
import type { Speaker } from '@shared/domain/speaker';
import type { FileSystem } from '@shared/storage/file-system';
import type { Random } from '@shared/sync/ports';
import { LinkProbe, probeEveryMs } from '@shared/sync/link-probe';
import { createPuller, NOTHING_CAME, type Pulled, type Puller, type PullState } from '@shared/sync/pull';
import { RollbackWatch } from '@shared/sync/rollback-watch';
import type { Spool } from '@shared/sync/spool';
import { z } from 'zod';
import type { Credentials } from './accounts/vault';
import type { DoorAccount } from './door/deps';
import { readJson, writeJson } from './json-file';

export interface AccountLinkOptions {
  id: string;
  name: string;
  backendId: string;
  /** The embedded helpdesk of this host. */
  own: boolean;
  /** The part of the server it works in; '' or left out where it is one whole. */
  workspace?: string;
  backends: Backends;
  spool: Spool;
  fs: FileSystem;
  /** Where it remembers what the last run knew; beside the spool's segments. */
  memoryPath: string;
  clock: Clock;
  random: Random;
  http: HttpClient;
  onAccount(account: Account): void;
  onPulled(pulled: Pulled): void;
  /** The helpdesk at an address replaced credentials: they are kept before they are used. */
  onRenewed(url: string, credentials: Credentials): Promise<void>;
  /**
   * The helpdesk may have been restored from a backup, as seen at a time: ids and answers of yesterday
   * may be gone. Called again at each start until it has resolved with true.
   */
  reverify(at: number): Promise<boolean>;
  /** One English sentence for the host's log. */
  log(sentence: string): void;
}

/** Where an account's helpdesk is, and what it signs in with. */
export interface AccountPlace {
  url: string;
  /** By the names of its backend's sign-in; the token is one of them. */
  credentials: Credentials;
}

export interface AccountLink extends DoorAccount {
  /** Connects, or connects anew when address or credentials changed; ends a pause. */
  connect(at: AccountPlace): void;
  /** Stops pulling and sending until it is connected again. @param url where its helpdesk is */
  pause(url: string): void;
  /** Its credentials cannot be read here; the sentence says what to do. */
  locked(url: string, detail: string): void;
  rename(name: string): void;
  /** Who speaks at this console; `null`: whoever the credentials belong to. */
  speakAs(speaker: Speaker | null): void;
  /** Tells how it stands with its removal. */
  leaving(state: Account['leaving']): void;
  /** Its helpdesk does not come up; told until it is connected for the first time. */
  unreachable(detail: string): void;
  /** Pull now. */
  kick(): void;
  /** See `Puller.freshen`; false while its helpdesk is not known. */
  freshen(maxAgeMs: number): Promise<boolean>;
  /** An agent does something that needs the link: asks whether it still stands, where nothing else tells soon. */
  attended(): void;
  /** Stops pulling; resolves once nothing is in flight. */
  close(): Promise<void>;
}

/** Kept over a restart, so that a console without its helpdesk still knows who works here. */
const memorySchema = z.object({
  agent: agentSchema.nullable(),
  asOf: z.number().int().nullable(),
  /** How far the first pull got, while it has not ended. */
  firstSync: z
    .object({ rows: z.number().int(), conversations: z.number().int(), left: z.number().int().nullable() })
    .nullish(),
  /** A rollback was seen then, and what it cost is still being looked for. */
  rolledBackAt: z.number().int().nullable().default(null),
});
type Memory = z.infer<typeof memorySchema>;

/** The "as of" time is written at most this often; after a crash it may say less than is true. */
const REMEMBER_INTERVAL_MS = 60_000;
/** Stands for the address of a helpdesk that has not started yet; nothing is ever asked of it. */
const NOWHERE: AccountPlace = { url: 'http://127.0.0.1:9', credentials: {} };

export async function openAccountLink(options: AccountLinkOptions): Promise<AccountLink> {
  // A damaged memory costs nothing that the next pull does not bring.
  const memory = await readJson(options.fs, options.memoryPath, memorySchema).catch(() => null);
  return new PullingAccount(options, memory ?? { agent: null, asOf: null, rolledBackAt: null });
}

class PullingAccount implements AccountLink {
  readonly spool: Spool;
  private state: PullState;
  private current: Backend | null = null;
  private at: AccountPlace | null = null;
  /** Where its helpdesk is, also while nothing is asked of it. */
  private address = '';
  private name: string;
  private speaker: Speaker | null = null;
  private removal: NonNullable<Account['leaving']> | null = null;
  private puller: Puller | null = null;
  private probe: LinkProbe | null = null;
  /** Why nothing is pulled, while nothing is. */
  private halted: Pick<Account, 'state' | 'stateSince' | 'failure'> | null = null;
  private stop = new AbortController();
  private closed = false;
  private running: Promise<void> = Promise.resolve();
  private readonly descriptor: Backend['descriptor'];
  private rememberedAt = -Infinity;
  private readonly rollback: RollbackWatch;
  /** What an earlier run left to look for was taken up. */
  private lookedAfterRollback = false;

  constructor(
    private readonly options: AccountLinkOptions,
    private memory: Memory,
  ) {
    this.rollback = new RollbackWatch({
      left: memory.rolledBackAt,
      save: () => this.remember(),
      reverify: (at) => options.reverify(at),
    });
    this.spool = options.spool;
    this.name = options.name;
    this.descriptor = this.backendAt(NOWHERE).descriptor;
    this.state = {
      state: 'connecting',
      stateSince: options.clock.now(),
      asOf: null,
      failure: null,
      firstSync: memory.firstSync ?? null,
      rejectedRows: 0,
      rejectedBecause: [],
      agent: null,
      rolledBack: null,
    };
  }

  account(): Account {
    const { id, backendId, own, workspace = '' } = this.options;
    const { name } = this;
    const { tier, supports, statusWords, advice } = this.current?.descriptor ?? this.descriptor;
    const { state, stateSince, failure } = this.halted ?? this.state;
    const { rejectedRows, rejectedBecause } = this.state;
    const asOf = this.state.asOf ?? this.memory.asOf;
    return {
      id,
      name,
      backend: backendId,
      state,
      stateSince,
      asOf,
      failure,
      firstSync: asOf === null ? (this.state.firstSync ?? NOTHING_CAME) : null,
      leaving: this.removal,
      rejectedRows,
      rejectedBecause: [...rejectedBecause],
      rolledBack: this.state.rolledBack,
      agent: actingAgent(this.signedIn(), this.speaker, id),
      signedIn: this.signedIn(),
      speaker: this.speaker,
      tier,
      supports,
      url: this.address,
      ...(workspace !== '' && { workspace }),
      ownHelpdesk: own,
      statusWords,
      ...(advice !== undefined && { advice: [...advice] }),
    };
  }

  backend(): Backend | null {
    return this.current;
  }

  connect(at: AccountPlace): void {
    // A helpdesk that comes up while the host closes must not start a pull that nobody ends.
    if (this.closed) return;
    const same = this.at !== null && JSON.stringify(this.at) === JSON.stringify(at);
    if (same && this.puller !== null) return this.kick();
    this.at = at;
    this.address = at.url;
    this.halted = null;
    this.stop.abort();
    this.stop = new AbortController();
    const { signal } = this.stop;
    const { id: accountId, spool, clock, random, http, onPulled, log } = this.options;
    const probe = new LinkProbe({
      clock,
      everyMs: probeEveryMs(this.descriptor),
      ask: (cut) => backend.whoAmI(cut),
      onSuspect: (quietMs) => puller.suspect(quietMs),
      onAnswer: () => puller.heard(),
      signal,
    });
    this.probe = probe;
    const backend = this.backendAt(at, probe.watch(http));
    this.current = backend;
    const { name } = this;
    let problem: string | null = null;
    const puller = createPuller({
      accountId,
      backend,
      spool,
      clock,
      random,
      ...(this.account().asOf === null && { brokenOff: this.state.firstSync ?? NOTHING_CAME }),
      onRollback: () => {
        log(`"${name}" was restored from a backup. What it confirmed lately is looked for again.`);
        return this.rollback.suspect(clock.now());
      },
      onBeginning: () => this.rollback.suspect(clock.now()),
      onAnchored: () => void this.rollback.look(),
      onState: (state) => {
        if (!signal.aborted) this.take(state);
      },
      onChanges: (pulled) => {
        problem = null;
        onPulled(pulled);
      },
      onStorageProblem: (error) => {
        // Never the message: it might hold what a customer wrote.
        const { code, name: kind } = error as NodeJS.ErrnoException;
        const what = code ?? kind;
        if (what === problem) return;
        problem = what;
        log(`What came for "${name}" could not be stored (${what}). It is asked for again until it can be.`);
      },
    });
    this.puller = puller;
    if (!this.lookedAfterRollback) void this.rollback.look();
    this.lookedAfterRollback = true;
    // One after the other: two pullers must not move the same cursor.
    this.running = this.running.then(() => puller.run(signal));
  }

  unreachable(detail: string): void {
    // Once there is a puller, it finds out by itself.
    if (this.closed || this.puller !== null || this.halted !== null) return;
    const since = this.state.state === 'offline' ? this.state.stateSince : this.options.clock.now();
    this.take({ ...this.state, state: 'offline', stateSince: since, failure: { kind: 'refused', detail } });
  }

  pause(url: string): void {
    this.address = url;
    this.halt();
    this.tell('paused', null);
  }

  locked(url: string, detail: string): void {
    this.address = url;
    this.halt();
    this.tell('refused', { kind: 'unauthorized', detail });
  }

  rename(name: string): void {
    this.name = name;
    this.options.onAccount(this.account());
  }

  speakAs(speaker: Speaker | null): void {
    if (JSON.stringify(speaker) === JSON.stringify(this.speaker)) return;
    this.speaker = speaker;
    this.options.onAccount(this.account());
  }

  leaving(state: Account['leaving']): void {
    this.removal = state ?? null;
    this.options.onAccount(this.account());
  }

  kick(): void {
    this.puller?.kick();
  }

  attended(): void {
    // A stream of hints tells of a cut link by itself.
    if (this.state.state === 'online' && this.puller?.watched === false) this.probe?.needed();
  }

  async freshen(maxAgeMs: number): Promise<boolean> {
    return (await this.puller?.freshen(maxAgeMs)) ?? false;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stop.abort();
    await this.running;
    // On a full disk as well the rest has to close.
    await this.remember().catch(() => undefined);
  }

  /** What is in flight is cut; what was stored stays. */
  private halt(): void {
    this.stop.abort();
    this.puller = null;
    this.probe = null;
    this.current = null;
  }

  private tell(state: 'paused' | 'refused', failure: PullState['failure']): void {
    this.halted = { state, stateSince: this.options.clock.now(), failure };
    this.options.onAccount(this.account());
  }

  private backendAt({ url, credentials }: AccountPlace, http = this.options.http): Backend {
    const { id: accountId, backendId, backends, clock, onRenewed } = this.options;
    const { token = '', ...values } = credentials;
    const settings = {
      accountId,
      url,
      token,
      values,
      onRenewed: (renewed: Credentials) => onRenewed(url, renewed),
    };
    return backends.connect(backendId, settings, http, clock);
  }

  private take(state: PullState): void {
    const before = this.account();
    this.state = state;
    const now = this.options.clock.monotonic();
    const newFacts = !isSameSignIn(before.signedIn, this.signedIn()) || before.asOf === null;
    if (newFacts || now - this.rememberedAt > REMEMBER_INTERVAL_MS) {
      this.rememberedAt = now;
      // Losing this costs one pull; the next minute tries again.
      void this.remember().catch(() => undefined);
    }
    this.options.onAccount(this.account());
  }

  private signedIn(): Agent | null {
    return this.state.agent ?? this.memory.agent;
  }

  private async remember(): Promise<void> {
    const { asOf } = this.account();
    this.memory = { agent: this.signedIn(), asOf, rolledBackAt: this.rollback.at };
    if (asOf === null) this.memory.firstSync = this.state.firstSync;
    await writeJson(this.options.fs, this.options.memoryPath, this.memory);
  }
}

/** Who works at this console. Where only a name was typed, the helpdesk knows no other id than that of the one who is signed in. */
function actingAgent(signedIn: Agent | null, speaker: Speaker | null, accountId: string): Agent | null {
  if (speaker === null) return signedIn;
  const { id, name, email } = speaker;
  if (id !== null) return { accountId, id, name, email };
  return signedIn === null ? null : { ...signedIn, name, email };
}

function isSameSignIn(one: Agent | null | undefined, other: Agent | null): boolean {
  return one?.id === other?.id && one?.helpdesk === other?.helpdesk;
}
