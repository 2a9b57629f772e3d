/**
 * The host on one machine: a disk, and one life after another on what it holds (`sim-desk.ts`).
 * Killed and started again as often as the plan says.
 */
import type { BackendDescriptor } from '../../backends/port';
import type { OutboxRow } from '../../domain/intents';
import type { Outbox } from '../../sync/outbox';
import type { Spool } from '../../sync/spool';
import { MemoryFileSystem } from '../memory-file-system';
import type { Draws } from './draws';
import { Life, type Machine } from './machine';
import type { Parts } from './protections';
import { JOURNAL, openSimDesk, type SimDesk } from './sim-desk';
import { SimDisk } from './sim-disk';
import type { SimLink } from './sim-link';
import { ACCOUNT } from './sim-server';

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

export class SimHost {
  diskFull = false;
  /** A part of its spool was lost once. */
  damaged = false;
  readonly #options: SimHostOptions;
  #memory = new MemoryFileSystem();
  #life: Life;
  #desk: SimDesk | null = null;
  #armed: { left: number; then: () => void } | null = null;
  #epochs = 0;

  constructor(options: SimHostOptions) {
    this.#options = options;
    this.#life = new Life(options.machine);
  }

  /** Its door is open. */
  get running(): boolean {
    return this.#desk !== null;
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
    const { machine, parts, draws } = this.#options;
    const life = new Life(machine);
    this.#life = life;
    const disk = new SimDisk({
      memory: this.#memory,
      life,
      draws,
      habits: parts.disk,
      isFull: () => this.diskFull,
      onChange: (path) => this.#countDown(path),
    });
    const newEpoch = (): string => `${this.#options.name}-epoch-${(this.#epochs += 1)}`;
    const desk = await openSimDesk({ ...this.#options, disk, life, newEpoch });
    this.#desk = desk;
    desk.start();
  }

  /** Begins as a copy of another machine's profile, as somebody finds it on the disk of a running host. */
  copyFrom(other: SimHost, draws: Draws): void {
    this.#memory = other.#memory.afterCrash(draws.pick([0, 1]));
  }

  /** The process is gone, this very moment; the disk keeps what it has, or loses what it may. */
  crash(draws: Draws): void {
    this.#life.end();
    this.#desk = null;
    this.#armed = null;
    const tear = draws.pick([0, 1, 1, draws.next()]);
    this.#memory = this.#memory.afterCrash(tear, this.#options.parts.garble(draws));
    if (!draws.chance(SPOOL_DAMAGED)) return;
    this.damaged = true;
    damage(this.#memory, draws);
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
    const desk = this.#desk;
    if (desk === null) return;
    const life = this.#life;
    this.#desk = null;
    await desk.close();
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
    const desk = this.#desk;
    if (desk === null) return;
    for (const outbox of desk.outboxes) outbox.wake(ACCOUNT);
    desk.puller.kick();
  }

  /** One request of a page. Rejects when nobody listens, or when the host dies over it. */
  ask<T>(act: (door: Door) => Promise<T>): Promise<T> {
    const desk = this.#desk;
    if (desk === null || this.#options.machine.asleep) return Promise.reject(new Error('Nobody listens.'));
    const { outboxes, spool } = desk;
    return this.#life.answer(act({ outbox: this.#options.draws.pick(outboxes), spool }));
  }

  /** Rows as the outbox screen shows them; `null` while the host is down. */
  rows(): readonly OutboxRow[] | null {
    const outboxes = this.#desk?.outboxes;
    if (outboxes === undefined) return null;
    if (outboxes.length === 1) return outboxes[0].rows();
    const newest = new Map<string, OutboxRow>();
    for (const row of outboxes.flatMap((outbox) => outbox.rows())) {
      const { ref } = row.intent;
      if (row.revision >= (newest.get(ref)?.revision ?? 0)) newest.set(ref, row);
    }
    return [...newest.values()];
  }
}

const NEWLINE = 0x0a;
const START_AGAIN_MS = 2_000;
/** How often a crash takes a part of the spool with it that was good. The journal has no second copy. */
const SPOOL_DAMAGED = 0.25;

/** Some byte of some file of the spool is another one now, or the file is shorter. */
function damage(memory: MemoryFileSystem, draws: Draws): void {
  const paths = memory.paths().filter((path) => path.startsWith('spool/') && !path.endsWith('.json'));
  const path = paths[draws.int(0, paths.length - 1)];
  if (path === undefined) return;
  memory.scribble(path, (bytes) => {
    if (bytes.length === 0) return bytes;
    const at = draws.int(0, bytes.length - 1);
    // Often between two lines: what is left is whole.
    if (draws.chance(0.3)) return bytes.slice(0, at % 3 === 0 ? bytes.lastIndexOf(NEWLINE, at) + 1 : at);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  });
}
