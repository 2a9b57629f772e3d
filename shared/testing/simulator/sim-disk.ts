/**
 * A machine's disk as one process sees it: {@link MemoryFileSystem} with time. Every changing
 * operation takes a moment, in which the process may be killed: what was not synced is then lost
 * or torn, and a replaced or removed file is the old or the new one.
 */
import type { AppendFile, FileSystem } from '../../storage/file-system';
import { diskError, type MemoryFileSystem } from '../memory-file-system';
import type { Draws } from './draws';
import type { Life } from './machine';

/** How much later than it says a lying disk replaces a file. */
const LIE_MS = 1_500;

export interface DiskHabits {
  /** Whether an fsync does what it says. */
  syncs: boolean;
  /** Whether a replaced file is the new one once that was said. */
  replaces: boolean;
}

export class SimDisk implements FileSystem {
  readonly #memory: MemoryFileSystem;
  readonly #life: Life;
  readonly #draws: Draws;
  readonly #habits: DiskHabits;
  readonly #isFull: () => boolean;
  readonly #onChange: (path: string) => void;

  constructor(parts: {
    memory: MemoryFileSystem;
    life: Life;
    draws: Draws;
    habits: DiskHabits;
    isFull(): boolean;
    /** Told when a change of a file begins. */
    onChange(path: string): void;
  }) {
    this.#memory = parts.memory;
    this.#life = parts.life;
    this.#draws = parts.draws;
    this.#habits = parts.habits;
    this.#isFull = parts.isFull;
    this.#onChange = parts.onChange;
  }

  list(folder: string): Promise<string[]> {
    return this.#life.alive(this.#memory.list(folder));
  }

  makeFolder(): Promise<void> {
    return this.#life.alive(this.#memory.makeFolder());
  }

  read(path: string): Promise<Uint8Array | null> {
    return this.#life.alive(this.#memory.read(path));
  }

  readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#life.alive(this.#memory.readRange(path, offset, length));
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    if (this.#isFull()) throw diskError('ENOSPC');
    if (!this.#habits.replaces) {
      void this.#life.machine.time
        .wait(LIE_MS)
        .then(() => (this.#life.over ? undefined : this.#memory.replace(path, bytes)));
      return this.#change(path, () => Promise.resolve());
    }
    await this.#change(path, () => this.#memory.replace(path, bytes));
  }

  remove(path: string): Promise<void> {
    return this.#change(path, () => this.#memory.remove(path));
  }

  async append(path: string): Promise<AppendFile> {
    const file = await this.#life.alive(this.#memory.append(path));
    return {
      get size() {
        return file.size;
      },
      write: async (bytes) => {
        if (this.#isFull()) {
          await this.#life.alive(file.write(bytes.subarray(0, this.#draws.int(0, bytes.length))));
          throw diskError('ENOSPC');
        }
        await this.#life.alive(file.write(bytes));
      },
      sync: () => this.#change(path, () => (this.#habits.syncs ? file.sync() : Promise.resolve())),
      truncate: (size) => this.#change(path, () => file.truncate(size)),
      close: () => this.#life.alive(file.close()),
    };
  }

  /** Done early or late within its moment: a kill in between finds the one or the other. */
  async #change(path: string, perform: () => Promise<void>): Promise<void> {
    this.#onChange(path);
    const early = this.#draws.chance(0.5);
    const ms = this.#draws.int(1, 6);
    if (early) await this.#life.alive(perform());
    await this.#life.alive(this.#life.machine.time.wait(ms));
    if (!early) await this.#life.alive(perform());
  }
}
