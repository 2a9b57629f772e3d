/**
 * A disk in memory that can crash. What was not synced may be lost or torn at any length; after a
 * crash every operation of the old process hangs for ever, as it would for a killed one.
 */
import type { AppendFile, FileSystem } from '../storage/file-system';

/** Where the disk stops: before the operation with this number, of which `share` still happens. */
export interface CrashPlan {
  /** 0 is the first operation after {@link MemoryFileSystem.crashAt}. */
  operation: number;
  /** 0..1: how much of the operation's own bytes arrived. */
  share: number;
}

interface StoredFile {
  bytes: Uint8Array;
  /** How many of the bytes survive a power loss. */
  synced: number;
}

const never = new Promise<never>(() => undefined);

/** An error as Node's file system throws it. */
export function diskError(code: 'ENOSPC' | 'EIO' | 'EACCES'): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}

export class MemoryFileSystem implements FileSystem {
  private files = new Map<string, StoredFile>();
  private crashPlan: CrashPlan | null = null;
  private operations = 0;
  private wakeCrashed: () => void = () => undefined;
  /** Resolves when the planned crash happens. */
  crashed: Promise<void> = never;
  /** Thrown by the named operation instead of doing it, until taken away. */
  readonly failing = new Map<'write' | 'sync' | 'truncate' | 'replace', Error>();
  /** Bytes of a failing write that still reach the file. */
  partialWriteBytes = 0;
  /** How many fsyncs of appended files were asked for. */
  syncCount = 0;

  /** Plans a crash, counted from the next operation on. */
  crashAt(plan: CrashPlan): void {
    this.operations = 0;
    this.crashPlan = plan;
    this.crashed = new Promise((resolve) => {
      this.wakeCrashed = resolve;
    });
  }

  /**
   * The disk as the next process finds it. `tear` (0..1) is the share of unsynced bytes that survived;
   * `garble` may change those in place.
   */
  afterCrash(tear: number, garble: (survived: Uint8Array) => void = () => undefined): MemoryFileSystem {
    const next = new MemoryFileSystem();
    for (const [path, file] of this.files) {
      const kept = file.synced + Math.floor((file.bytes.length - file.synced) * tear);
      const bytes = file.bytes.slice(0, kept);
      garble(bytes.subarray(Math.min(file.synced, kept)));
      next.files.set(path, { bytes, synced: kept });
    }
    return next;
  }

  /** Changes stored bytes behind everybody's back, also of a file that is open. */
  scribble(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
    const file = this.must(path);
    file.bytes = change(file.bytes.slice());
    file.synced = file.bytes.length;
  }

  paths(): string[] {
    return [...this.files.keys()].sort();
  }

  async list(folder: string): Promise<string[]> {
    const inside = [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`));
    return inside.map((path) => path.slice(folder.length + 1)).filter((name) => !name.includes('/'));
  }

  async makeFolder(): Promise<void> {}

  async read(path: string): Promise<Uint8Array | null> {
    return this.files.get(path)?.bytes.slice() ?? null;
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    return this.must(path).bytes.slice(offset, offset + length);
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    await this.step('replace', (share) => {
      if (share >= 0.5) this.files.set(path, { bytes: bytes.slice(), synced: bytes.length });
    });
  }

  async remove(path: string): Promise<void> {
    await this.step(null, (share) => {
      if (share >= 0.5) this.files.delete(path);
    });
  }

  async append(path: string): Promise<AppendFile> {
    await this.step(null, () => {
      if (!this.files.has(path)) this.files.set(path, { bytes: new Uint8Array(0), synced: 0 });
    });
    const file = this.must(path);
    const grow = (bytes: Uint8Array): void => {
      const whole = new Uint8Array(file.bytes.length + bytes.length);
      whole.set(file.bytes);
      whole.set(bytes, file.bytes.length);
      file.bytes = whole;
    };
    return {
      get size() {
        return file.bytes.length;
      },
      write: async (bytes) => {
        if (this.failing.has('write')) grow(bytes.subarray(0, this.partialWriteBytes));
        await this.step('write', (share) => grow(bytes.subarray(0, Math.floor(bytes.length * share))));
      },
      sync: async () => {
        this.syncCount += 1;
        await this.step('sync', (share) => {
          if (share >= 0.5) file.synced = file.bytes.length;
        });
      },
      truncate: async (size) => {
        await this.step('truncate', (share) => {
          if (share < 0.5) return;
          file.bytes = file.bytes.slice(0, size);
          file.synced = size;
        });
      },
      close: async () => undefined,
    };
  }

  /** Does one changing operation: whole, in part (a crash), or not at all (a planned failure). */
  private async step(
    name: 'write' | 'sync' | 'truncate' | 'replace' | null,
    perform: (share: number) => void,
  ): Promise<void> {
    // A real disk answers later, never in the same turn.
    await Promise.resolve();
    const failure = name === null ? undefined : this.failing.get(name);
    if (failure !== undefined) throw failure;
    const plan = this.crashPlan;
    if (plan === null || this.operations < plan.operation) {
      this.operations += 1;
      perform(1);
      return;
    }
    if (this.operations === plan.operation) {
      this.operations += 1;
      perform(plan.share);
      this.wakeCrashed();
    }
    await never;
  }

  private must(path: string): StoredFile {
    const file = this.files.get(path);
    if (file === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return file;
  }
}
