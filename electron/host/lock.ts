/**
 * One data folder, one host: `host.json` in the console folder names the process that owns it.
 *
 *   takeLock ── free ──────────────────────────────→ DataLock (starting)
 *      │                                                │ announce (it listens)
 *      ├── owner gone, or its pid is another process ─→ taken over
 *      ├── owner answers, older build ─→ asked to drain and exit ─→ taken
 *      └── owner answers, same or newer ─→ AlreadyRunningError (its address and token)
 */

/** Where a host can be reached by a second start. */
export type Endpoint = { kind: 'tcp'; port: number } | { kind: 'socket'; path: string };

/** A host that owns the folder and answered. */
export interface RunningElsewhere {
  pid: number;
  build: string;
  /** `http://127.0.0.1:PORT` or the desktop's `holdfast://console`. */
  origin: string;
  token: string;
  endpoint: Endpoint;
}

/** The folder belongs to a live host of the same or a newer build. */
export class AlreadyRunningError extends Error {
  override readonly name = 'AlreadyRunningError';
  constructor(readonly running: RunningElsewhere) {
    super(`Holdfast already runs with this data folder (process ${running.pid}).`);
  }
}

/** The folder belongs to a process that is alive but does not answer. */
export class StuckOwnerError extends Error {
  override readonly name = 'StuckOwnerError';
  constructor(readonly pid: number) {
    super(
      `Process ${pid} holds this data folder but does not answer. End it, or choose another folder with --data.`,
    );
  }
}

export interface DataLock {
  /** Tells later starts where this host listens; call it once it does. */
  announce(at: { origin: string; token: string; endpoint: Endpoint }): Promise<void>;
  /** Gives the folder up; does nothing when another process owns it by now. */
  release(): Promise<void>;
}

export interface LockOptions {
  pid: number;
  build: string;
  /**
   * Ask a running host to leave even when it is not older: the desktop app, whose single instance is
   * already guarded, does so with a host left in browser mode.
   */
  takeOver?: boolean;
}

/**
 * Makes this process the owner of a console folder (which it makes when absent).
 * @throws AlreadyRunningError, StuckOwnerError, or the file system's error when the folder cannot be written.
 */
export async function takeLock(_folder: string, _options: LockOptions): Promise<DataLock> {
  throw new Error('not built yet');
}
