import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AlreadyRunningError,
  findOwner,
  StuckOwnerError,
  supersedes,
  takeLock,
  type LockWorld,
} from './lock';

const AT = {
  origin: 'http://127.0.0.1:21000',
  token: 't'.repeat(43),
  endpoint: { kind: 'tcp', port: 21_000 },
} as const;

/** A made-up computer: its clock moves only by sleeping, its processes are a list. */
class FakeWorld implements LockWorld {
  time = 0;
  readonly alive = new Map<number, string>([
    [1, 'first'],
    [2, 'second'],
    [3, 'third'],
  ]);
  readonly listening = new Set<number>();
  /** What a host does when asked to leave. */
  onExit: (pid: number) => Promise<void> = async () => {};
  readonly asked: number[] = [];
  now = (): number => this.time;
  sleep = async (ms: number): Promise<void> => {
    this.time += ms;
  };
  isAlive = (pid: number): boolean => this.alive.has(pid);
  processName = async (pid: number): Promise<string | null> => this.alive.get(pid) ?? null;
  ping: LockWorld['ping'] = async ({ pid }) => (this.listening.has(pid) ? 'answers' : 'silent');
  askToExit: LockWorld['askToExit'] = async ({ pid }) => {
    this.asked.push(pid);
    await this.onExit(pid);
  };
}

let folder: string;
let world: FakeWorld;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'holdfast-lock-')), 'console');
  world = new FakeWorld();
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

const take = (pid: number, build = '1.0.0+aa', takeOver = false) =>
  takeLock(folder, { pid, build, takeOver }, world);

async function running(pid: number, build = '1.0.0+aa') {
  const lock = await take(pid, build);
  await lock.announce(AT);
  world.listening.add(pid);
  return lock;
}

describe('the lock of a data folder', () => {
  it('is taken when free, and its file is readable by the user alone', async () => {
    await take(1);
    expect((await stat(join(folder, 'host.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['host.json']);
  });

  it('names the running host to a second start', async () => {
    await running(1);
    const second = await take(2).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(AlreadyRunningError);
    expect((second as AlreadyRunningError).running).toEqual({ pid: 1, build: '1.0.0+aa', ...AT });
    expect(await findOwner(folder, world)).toBe(1);
    expect(world.asked).toEqual([]);
  });

  it('is free again once released', async () => {
    await (await running(1)).release();
    expect(await readdir(folder)).toEqual([]);
    await take(2);
  });

  it('is taken over from a process that is gone', async () => {
    await running(1);
    world.alive.delete(1);
    await take(2);
    expect(await owner()).toBe(2);
    expect(world.time).toBe(0);
  });

  it('is taken over at once when the pid now belongs to another process', async () => {
    await running(1);
    world.listening.delete(1);
    world.alive.set(1, 'a shell that got the same pid');
    expect(await findOwner(folder, world)).toBeNull();
    await take(2);
    expect(await owner()).toBe(2);
    expect(world.time).toBe(0);
  });

  it('is owned also by a host that does not answer: one starting, closing or stopped', async () => {
    expect(await findOwner(folder, world)).toBeNull();
    await take(1);
    expect(await findOwner(folder, world)).toBe(1);
  });

  it('is not waited for any longer once the start is called off', async () => {
    await take(1);
    const calledOff = new AbortController();
    const sleep = world.sleep;
    world.sleep = async (ms) => {
      await sleep(ms);
      calledOff.abort();
    };
    const waiting = takeLock(folder, { pid: 2, build: '1.0.0+aa', signal: calledOff.signal }, world);
    await expect(waiting).rejects.toThrow('aborted');
    expect(world.time).toBeLessThan(1_000);
    expect(await owner()).toBe(1);
  });

  it('waits for a host that is still starting, then hands over to it', async () => {
    const first = await take(1);
    const sleep = world.sleep;
    world.sleep = async (ms) => {
      await sleep(ms);
      if (world.time >= 2_000 && !world.listening.has(1)) {
        await first.announce(AT);
        world.listening.add(1);
      }
    };
    await expect(take(2)).rejects.toBeInstanceOf(AlreadyRunningError);
    expect(world.time).toBe(2_000);
  });

  it('says which process to end when its owner lives but never answers', async () => {
    await take(1);
    const second = await take(2).catch((error: unknown) => error);
    expect(second).toBeInstanceOf(StuckOwnerError);
    expect(String(second)).toContain('Process 1 holds this data folder');
    expect(await owner()).toBe(1);
  });

  it('asks a host of an older build to leave and then takes its place', async () => {
    const old = await running(1, '0.9.0+aa');
    world.onExit = async () => {
      world.listening.delete(1);
      await old.release();
    };
    await take(2, '1.0.0+bb');
    expect(world.asked).toEqual([1]);
    expect(await owner()).toBe(2);
  });

  it('takes the place of an older host that dies instead of draining', async () => {
    await running(1, '0.9.0+aa');
    world.onExit = async () => {
      world.alive.delete(1);
    };
    await take(2, '1.0.0+bb');
    expect(await owner()).toBe(2);
  });

  it('leaves a newer host in peace, and hands over to it', async () => {
    await running(1, '1.1.0+aa');
    await expect(take(2, '1.0.0+bb')).rejects.toBeInstanceOf(AlreadyRunningError);
    expect(world.asked).toEqual([]);
  });

  it('lets the desktop app take over from a host of its own build', async () => {
    const browserMode = await running(1);
    world.onExit = () => browserMode.release();
    await take(2, '1.0.0+aa', true);
    expect(await owner()).toBe(2);
  });

  it('does not release or announce over a lock that another process took', async () => {
    const first = await running(1);
    world.alive.delete(1);
    await take(2);
    await first.release();
    expect(await owner()).toBe(2);
    await expect(first.announce(AT)).rejects.toThrow('took this data folder over');
  });

  it('replaces a lock file that cannot be read', async () => {
    await take(1);
    await writeFile(join(folder, 'host.json'), '{"pid": 1, "bui');
    await take(2);
    expect(await owner()).toBe(2);
  });

  it('has one winner when several starts find the same dead owner at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      world.alive.set(9, 'gone soon');
      await take(9);
      world.alive.delete(9);
      const results = await Promise.allSettled(
        [1, 2, 3].map(async (pid) => {
          const lock = await take(pid);
          await lock.announce(AT);
          world.listening.add(pid);
          return lock;
        }),
      );
      const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(won).toHaveLength(1);
      world.listening.clear();
      await won[0]?.release();
    }
  });
});

describe('which build replaces which', () => {
  it.each([
    ['1.0.0+aa', '1.0.0+aa', false],
    ['1.0.0+bb', '1.0.0+aa', true],
    ['1.0.1+aa', '1.0.0+bb', true],
    ['1.0.0+aa', '1.0.1+bb', false],
    ['1.10.0+aa', '1.9.9+aa', true],
    ['dev', '1.0.0+aa', false],
    ['1.0.0+aa', 'dev', true],
  ])('%s started while %s runs: %s', (mine, theirs, replaces) => {
    expect(supersedes(mine, theirs)).toBe(replaces);
  });
});

async function owner(): Promise<number> {
  return (JSON.parse(await readFile(join(folder, 'host.json'), 'utf8')) as { pid: number }).pid;
}
