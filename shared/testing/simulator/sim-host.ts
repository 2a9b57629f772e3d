/**
 * The host on one machine: the product's journal, spool, outbox and puller, put together as
 * `electron/host/desk.ts` does it. Killed and started again as often as the plan says.
 */
import type { Backend, BackendDescriptor } from '../../backends/port';
import type { OutboxRow } from '../../domain/intents';
import { openJournal, type Journal } from '../../sync/journal';
import { createHeads } from '../../sync/heads';
import { createOutbox, type Outbox } from '../../sync/outbox';
import type { FilePort } from '../../sync/ports';
import { createPuller, type Puller } from '../../sync/pull';
import { openSpool, type Spool } from '../../sync/spool';
import { MemoryFileSystem } from '../memory-file-system';
import type { Draws } from './draws';
import { Life, type Machine } from './machine';
import { SimDisk } from './sim-disk';
import type { SimLink } from './sim-link';
import { ACCOUNT } from './sim-server';
import type { Parts, PulledInto } from './protections';

export interface SimHostOptions {
  name: string;
  machine: Machine;
  link: SimLink;
  descriptor: BackendDescriptor;
  parts: Parts;
  draws: Draws;
  files: ReadonlyMap<string, Uint8Array>;
  /** The journal was opened: what a process finds after the one before it ended. */
  onJournal(rows: readonly OutboxRow[]): void;
  /** A row is shown as durable. */
  onRow(row: OutboxRow): void;
  onChanges(): void;
}

/** What stands behind the door. */
export interface Door {
  outbox: Outbox;
  spool: Spool;
}

/** What runs while the host runs. */
interface Running {
  life: Life;
  outboxes: readonly [Outbox, ...Outbox[]];
  spool: Spool;
  journal: Journal;
  puller: Puller;
  stop: AbortController;
  /** Ends once all has stopped. */
  work: Promise<unknown>;
}

export class SimHost {
  diskFull = false;
  readonly #options: SimHostOptions;
  #memory = new MemoryFileSystem();
  #life: Life;
  #running: Running | null = null;
  #online = false;
  #armed: { left: number; then: () => void } | null = null;
  #epochs = 0;

  constructor(options: SimHostOptions) {
    this.#options = options;
    this.#life = new Life(options.machine);
  }

  /** Its door is open. */
  get running(): boolean {
    return this.#running !== null;
  }

  /** A process runs, or is about to. */
  get alive(): boolean {
    return !this.#life.over;
  }

  /** Starts a process on what the disk holds; it dies with the next {@link crash}. */
  start(): void {
    void this.#start().catch(() => {
      // No room even to open: the agent sees that and tries again.
      this.#life.end();
      this.#options.machine.time.after(START_AGAIN_MS, () => this.start());
    });
  }

  async #start(): Promise<void> {
    const { machine, link, descriptor, parts, draws, files, onJournal, onRow, onChanges } = this.#options;
    const life = new Life(machine);
    this.#life = life;
    this.#online = false;
    const disk = new SimDisk({
      memory: this.#memory,
      life,
      draws,
      habits: parts.disk,
      isFull: () => this.diskFull,
      onChange: (path) => this.#countDown(path),
    });
    const journal = await openJournal(disk, JOURNAL, life.clock);
    onJournal(journal.rows);
    const spool = await openSpool({
      fs: disk,
      folder: 'spool',
      newEpoch: () => `${this.#options.name}-epoch-${(this.#epochs += 1)}`,
      onConversation: () => undefined,
      segmentBytes: SEGMENT_BYTES,
    });
    const backend = parts.backend(link.backend(descriptor, life));
    const journalPort = parts.journal(journal, life);
    let puller: Puller | null = null;
    const heads = parts.heads(createHeads({ spoolOf: () => spool, pullerOf: () => puller }));
    const make = (): Outbox => {
      return createOutbox({
        rows: journal.rows,
        journal: journalPort,
        backendOf: () => backend,
        accountOnline: () => this.#online,
        files: filePort(files),
        heads,
        chatLateMs: () => CHAT_LATE_MS,
        clock: life.clock,
        random: parts.jitter(draws),
        onRow: (row) => !life.over && onRow(row),
      });
    };
    const outboxes: [Outbox, ...Outbox[]] = [make()];
    while (outboxes.length < parts.owners) outboxes.push(make());
    puller = this.#puller(life, backend, parts.spool(spool, life), outboxes, onChanges);
    const stop = new AbortController();
    const work = Promise.all([...outboxes, puller].map((part) => part.run(stop.signal)));
    this.#running = { life, outboxes, spool, journal, puller, stop, work };
  }

  /** The process is gone, this very moment; the disk keeps what it has, or loses what it may. */
  crash(draws: Draws): void {
    this.#life.end();
    this.#running = null;
    this.#armed = null;
    const tear = draws.pick([0, 1, 1, draws.next()]);
    this.#memory = this.#memory.afterCrash(tear, this.#options.parts.garble(draws));
    if (draws.chance(SPOOL_DAMAGED)) damage(this.#memory, draws);
  }

  /** Calls back in the middle of the nth change of the journal from now. */
  onJournalChange(nth: number, then: () => void): void {
    this.#armed = { left: nth, then };
  }

  disarm(): void {
    this.#armed = null;
  }

  /** Ends as the product does when it is told to: sending stops, requests in flight have their time. */
  async quit(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    const { life, outboxes, spool, journal, stop, work } = running;
    this.#running = null;
    await Promise.all(outboxes.map((outbox) => outbox.stop()));
    stop.abort();
    await work;
    await journal.close();
    await spool.close();
    life.end();
  }

  #countDown(path: string): void {
    const armed = this.#armed;
    if (armed === null || !path.startsWith(JOURNAL)) return;
    armed.left -= 1;
    if (armed.left > 0) return;
    this.#armed = null;
    this.#options.machine.time.after(this.#options.draws.int(0, 5), armed.then);
  }

  /** The account can be reached again (new token, link back): tried at once. */
  wake(): void {
    const running = this.#running;
    if (running === null) return;
    for (const outbox of running.outboxes) outbox.wake(ACCOUNT);
    running.puller.kick();
  }

  /** One request of a page. Rejects when nobody listens, or when the host dies over it. */
  ask<T>(act: (door: Door) => Promise<T>): Promise<T> {
    const running = this.#running;
    if (running === null || this.#options.machine.asleep) return Promise.reject(new Error('Nobody listens.'));
    const { life, outboxes, spool } = running;
    return life.answer(act({ outbox: this.#options.draws.pick(outboxes), spool }));
  }

  /** Rows as the outbox screen shows them; `null` while the host is down. */
  rows(): readonly OutboxRow[] | null {
    const outboxes = this.#running?.outboxes;
    if (outboxes === undefined) return null;
    if (outboxes.length === 1) return outboxes[0].rows();
    const newest = new Map<string, OutboxRow>();
    for (const row of outboxes.flatMap((outbox) => outbox.rows())) {
      const { ref } = row.intent;
      if (row.revision >= (newest.get(ref)?.revision ?? 0)) newest.set(ref, row);
    }
    return [...newest.values()];
  }

  #puller(
    life: Life,
    backend: Backend,
    spool: PulledInto,
    outboxes: readonly Outbox[],
    onChanges: () => void,
  ): Puller {
    return createPuller({
      accountId: ACCOUNT,
      backend,
      spool,
      clock: life.clock,
      random: this.#options.parts.jitter(this.#options.draws),
      onState: ({ state }) => {
        const cameOnline = state === 'online' && !this.#online;
        this.#online = state === 'online';
        if (cameOnline && !life.over) for (const outbox of outboxes) outbox.wake(ACCOUNT);
      },
      onChanges: (pulled) => {
        for (const outbox of outboxes) outbox.pulled(ACCOUNT, pulled);
        if (pulled.seq !== null) onChanges();
      },
    });
  }
}

const JOURNAL = 'journal';
const CHAT_LATE_MS = 180_000;
const NEWLINE = 0x0a;
const START_AGAIN_MS = 2_000;
/** How often a crash takes a part of the spool with it that was good. The journal has no second copy. */
const SPOOL_DAMAGED = 0.25;
/** Small, so that sealing and compaction happen in a short life. */
const SEGMENT_BYTES = 6_000;

function filePort(files: ReadonlyMap<string, Uint8Array>): FilePort {
  return {
    open: (hash) => {
      const bytes = files.get(hash);
      if (bytes === undefined) return Promise.resolve(null);
      return Promise.resolve(async function* () {
        yield bytes;
      });
    },
  };
}

/** Some byte of some file of the spool is another one now, or the file is shorter. */
function damage(memory: MemoryFileSystem, draws: Draws): void {
  const paths = memory.paths().filter((path) => path.startsWith('spool/'));
  const path = paths[draws.int(0, paths.length - 1)];
  if (path === undefined) return;
  memory.scribble(path, (bytes) => {
    if (bytes.length === 0) return bytes;
    const at = draws.int(0, bytes.length - 1);
    // Not between two lines: what is left would be whole, and no spool can tell (0008, not simulated).
    if (draws.chance(0.3) && at > 0) return bytes.slice(0, bytes[at - 1] === NEWLINE ? at + 1 : at);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  });
}
