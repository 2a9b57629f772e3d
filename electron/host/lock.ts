/**
 * One data folder, one host: `host.json` in the console folder names the process that owns it.
 *
 *   takeLock ── free ───────────────────────────────→ DataLock (starting)
 *      │                                                 │ announce (it listens)
 *      ├── owner gone, or its pid is another process ──→ taken over
 *      ├── owner answers, another build, not newer ────→ asked to drain and exit ─→ taken
 *      └── owner answers, same or newer version ───────→ AlreadyRunningError (address and token)
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { askRunning } from './transport/ask-running';

const LOCK_FILE = 'host.json';
const TAKEOVER_FILE = 'host.json.takeover';

/** Where a host can be reached by a second start. */
const endpointSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tcp'), port: z.number().int() }),
  z.object({ kind: z.literal('socket'), path: z.string() }),
]);
export type Endpoint = z.infer<typeof endpointSchema>;

const ownerSchema = z.object({
  /** Tells this lock from any other, also of the same process. */
  id: z.string(),
  pid: z.number().int().positive(),
  /** What the system knows the process by besides its pid, where it can be told; pids are used again. */
  process: z.string().nullable(),
  build: z.string(),
  /** `null` until it listens. */
  at: z.object({ origin: z.string(), token: z.string(), endpoint: endpointSchema }).nullable(),
});
type Owner = z.infer<typeof ownerSchema>;

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
  /** Gives up waiting once aborted, with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What the lock asks of the world; tests replace it. */
export interface LockWorld {
  now(): number;
  sleep(ms: number): Promise<void>;
  isAlive(pid: number): boolean;
  /** A name of the process that a later process of the same pid does not have; `null` if unknown. */
  processName(pid: number): Promise<string | null>;
  /** `answers` when it is the host the lock names, `silent` when nothing of it listens. */
  ping(owner: RunningElsewhere): Promise<'answers' | 'silent'>;
  /** Asks it to drain and exit; never rejects. */
  askToExit(owner: RunningElsewhere): Promise<void>;
}

/** An owner that has not announced itself, or is silent while alive, gets this long. */
const PATIENCE_MS = 15_000;
/** Drain (5 s), close the helpdesk (5 s), and some. */
const EXIT_PATIENCE_MS = 15_000;
const POLL_MS = 100;
/** A takeover is a few file operations; one this old died in between. */
const TAKEOVER_LIFE_MS = 5_000;
const TAKEOVER_POLL_MS = 5;

/**
 * Makes this process the owner of a console folder (which it makes when absent).
 * @throws AlreadyRunningError, StuckOwnerError, or the file system's error when the folder cannot be
 * written.
 */
export async function takeLock(
  folder: string,
  options: LockOptions,
  world: LockWorld = realWorld,
): Promise<DataLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const mine: Owner = {
    id: randomUUID(),
    pid: options.pid,
    process: await world.processName(options.pid),
    build: options.build,
    at: null,
  };
  const started = world.now();
  for (;;) {
    options.signal?.throwIfAborted();
    if (await create(folder, mine)) return lockOf(folder, mine, world);
    const owner = await readOwner(folder);
    if (owner === null) {
      // Gone again, or torn by a crash while it was written (it is written whole, so: by hand).
      await removeOwner(folder, null, world);
      continue;
    }
    if (!(await isSameProcess(owner, world))) {
      await removeOwner(folder, owner.id, world);
      continue;
    }
    const running = runningOf(owner);
    if (running !== null && (await world.ping(running)) === 'answers') {
      if (options.takeOver !== true && !supersedes(options.build, owner.build)) {
        throw new AlreadyRunningError(running);
      }
      await world.askToExit(running);
      await untilGone(folder, owner, world, options.signal);
      continue;
    }
    if (world.now() - started >= PATIENCE_MS) throw new StuckOwnerError(owner.pid);
    await world.sleep(POLL_MS);
  }
}

/**
 * The process that owns a console folder; `null` when there is none. Changes nothing. It need not
 * answer: a host that is starting, closing or stopped still writes to its folder.
 */
export async function findOwner(folder: string, world: LockWorld = realWorld): Promise<number | null> {
  const owner = await readOwner(folder);
  return owner !== null && (await isSameProcess(owner, world)) ? owner.pid : null;
}

/**
 * Whether a build just started replaces a running one: another build of the same or a later version.
 * A build id is `version+hash`; hashes have no order, and the one started last is the one wanted.
 */
export function supersedes(mine: string, theirs: string): boolean {
  if (mine === theirs) return false;
  const numbers = (build: string): number[] =>
    (build.split('+', 1)[0] ?? '').split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [numbers(mine), numbers(theirs)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function lockOf(folder: string, mine: Owner, world: LockWorld): DataLock {
  return {
    async announce(at) {
      if ((await readOwner(folder))?.id !== mine.id) {
        throw new Error('Another process took this data folder over.');
      }
      await write(join(folder, LOCK_FILE), { ...mine, at });
    },
    release: () => removeOwner(folder, mine.id, world),
  };
}

async function untilGone(
  folder: string,
  owner: Owner,
  world: LockWorld,
  signal: AbortSignal | undefined,
): Promise<void> {
  const until = world.now() + EXIT_PATIENCE_MS;
  while ((await readOwner(folder))?.id === owner.id && (await isSameProcess(owner, world))) {
    signal?.throwIfAborted();
    if (world.now() >= until) throw new StuckOwnerError(owner.pid);
    await world.sleep(POLL_MS);
  }
}

async function isSameProcess(owner: Owner, world: LockWorld): Promise<boolean> {
  if (!world.isAlive(owner.pid)) return false;
  const name = await world.processName(owner.pid);
  return owner.process === null || name === null || name === owner.process;
}

function runningOf({ pid, build, at }: Owner): RunningElsewhere | null {
  return at === null ? null : { pid, build, ...at };
}

/** Whether the file is now ours. It appears whole: written aside, then linked, which fails if one is there. */
async function create(folder: string, owner: Owner): Promise<boolean> {
  const aside = join(folder, `${LOCK_FILE}.${owner.id}`);
  await writeFile(aside, JSON.stringify(owner), { mode: 0o600 });
  try {
    await link(aside, join(folder, LOCK_FILE));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(codeOf(error))) throw error;
    return createWithoutLinks(folder, owner);
  } finally {
    await rm(aside, { force: true });
  }
}

/** For file systems without hard links (FAT, some network shares). */
async function createWithoutLinks(folder: string, owner: Owner): Promise<boolean> {
  try {
    await writeFile(join(folder, LOCK_FILE), JSON.stringify(owner), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes the lock if it is still the given one (`null`: if it is unreadable). Two processes that
 * both found the same stale owner must not remove each other's new lock: only one may look and remove.
 */
async function removeOwner(folder: string, id: string | null, world: LockWorld): Promise<void> {
  const takeover = join(folder, TAKEOVER_FILE);
  try {
    await writeFile(takeover, '', { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const since = await stat(takeover).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
    if (since !== null && Math.abs(Date.now() - since) > TAKEOVER_LIFE_MS)
      await rm(takeover, { force: true });
    await world.sleep(TAKEOVER_POLL_MS);
    return id === null ? undefined : removeOwner(folder, id, world);
  }
  try {
    if (((await readOwner(folder))?.id ?? null) === id) await rm(join(folder, LOCK_FILE), { force: true });
  } finally {
    await rm(takeover, { force: true });
  }
}

async function readOwner(folder: string): Promise<Owner | null> {
  try {
    const parsed = ownerSchema.safeParse(JSON.parse(await readFile(join(folder, LOCK_FILE), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error)) || error instanceof SyntaxError) return null;
    throw error;
  }
}

async function write(path: string, owner: Owner): Promise<void> {
  const aside = `${path}.${owner.id}`;
  await writeFile(aside, JSON.stringify(owner), { mode: 0o600 });
  await rename(aside, path);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

const realWorld: LockWorld = {
  now: Date.now,
  sleep: (ms) => sleep(ms),
  isAlive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return codeOf(error) === 'EPERM';
    }
  },
  async processName(pid) {
    // Linux: when it started, in ticks since boot (field 22; the name before it may hold spaces).
    const [boot, status] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null),
      readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null),
    ]);
    const ticks = status?.slice(status.lastIndexOf(')') + 2).split(' ')[19];
    return boot === null || ticks === undefined ? null : `${boot.trim()}/${ticks}`;
  },
  async ping(owner) {
    const answer = await askRunning(owner, 'GET', '/control/ping').catch(() => null);
    const said = z.object({ pid: z.number() }).safeParse(answer?.body);
    return answer?.status === 200 && said.success && said.data.pid === owner.pid ? 'answers' : 'silent';
  },
  async askToExit(owner) {
    await askRunning(owner, 'POST', '/control/exit').catch(() => null);
  },
};
