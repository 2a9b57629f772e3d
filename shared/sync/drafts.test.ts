import { describe, expect, it } from 'vitest';
import type { Draft } from '../domain/drafts';
import { diskError, MemoryFileSystem } from '../testing/memory-file-system';
import { openDrafts, type Drafts } from './drafts';

const folder = 'data/drafts';
const DAY_MS = 24 * 3_600_000;

/** A clock that stands still; sleeping advances it. */
class StillClock {
  wall = Date.UTC(2026, 2, 1, 12);
  elapsed = 0;
  slept: number[] = [];
  now = (): number => this.wall;
  monotonic = (): number => this.elapsed;
  sleep = async (ms: number): Promise<void> => {
    this.slept.push(ms);
    this.elapsed += ms;
  };
}

function draft(text: string, typedAt: number, conversationId = 'c1'): Draft {
  return { accountId: 'a1', conversationId, mode: 'reply', text, files: [], typedAt };
}
const open = (fs: MemoryFileSystem, clock = new StillClock()): Promise<Drafts> =>
  openDrafts({ fs, folder, clock });
const textsOf = (drafts: Drafts): string[] => drafts.list().map((one) => one.text);

describe('the drafts of the host', () => {
  it('are there again after a crash, once saving was answered', async () => {
    const fs = new MemoryFileSystem();
    const drafts = await open(fs);
    await drafts.save(draft('Dear customer', 1));
    expect(textsOf(await open(fs.afterCrash(0)))).toEqual(['Dear customer']);
  });

  it('let the later typing win, whatever order it comes in', async () => {
    const drafts = await open(new MemoryFileSystem());
    await drafts.save(draft('later', 20));
    expect(await drafts.save(draft('earlier', 10))).toMatchObject({ text: 'later' });
    expect(textsOf(drafts)).toEqual(['later']);
  });

  it('share one fsync a second', async () => {
    const fs = new MemoryFileSystem();
    const clock = new StillClock();
    const drafts = await open(fs, clock);
    await drafts.save(draft('first', 1));
    const before = fs.syncCount;
    await Promise.all(Array.from({ length: 30 }, (_, n) => drafts.save(draft(`${n}`, 2 + n, `c${n}`))));
    expect(fs.syncCount - before).toBe(1);
    expect(clock.slept).toEqual([1_000]);
  });

  it('are taken after a clock that was far ahead is set right', async () => {
    const clock = new StillClock();
    const drafts = await open(new MemoryFileSystem(), clock);
    await drafts.save(draft('typed under the wrong clock', clock.wall + DAY_MS));
    await drafts.save(draft('typed now', clock.wall));
    expect(textsOf(drafts)).toEqual(['typed now']);
  });

  it('are not acknowledged on a full disk', async () => {
    const fs = new MemoryFileSystem();
    const drafts = await open(fs);
    fs.failing.set('write', diskError('ENOSPC'));
    await expect(drafts.save(draft('lost', 1))).rejects.toThrow('ENOSPC');
    fs.failing.clear();
    expect(await drafts.save(draft('lost', 1))).toMatchObject({ text: 'lost' });
  });

  it('keep an emptied draft for a week, so that an older one cannot come back', async () => {
    const fs = new MemoryFileSystem();
    const clock = new StillClock();
    const drafts = await open(fs, clock);
    await drafts.save(draft('', clock.wall));
    clock.wall += 6 * DAY_MS;
    expect(await (await open(fs, clock)).save(draft('older', clock.wall - 6 * DAY_MS - 1))).toMatchObject({
      text: '',
    });
    clock.wall += 2 * DAY_MS;
    expect((await open(fs, clock)).list()).toEqual([]);
  });

  it('do not grow the log for ever', async () => {
    const fs = new MemoryFileSystem();
    const drafts = await open(fs);
    const text = 'x'.repeat(50_000);
    for (let n = 0; n < 60; n++) await drafts.save(draft(`${n} ${text}`, n));
    const sizes = await Promise.all(fs.paths().map(async (path) => (await fs.read(path))?.length ?? 0));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_000_000);
    expect(textsOf(await open(fs))).toEqual([`59 ${text}`]);
  });

  it('write at once what waits when the host closes', async () => {
    const fs = new MemoryFileSystem();
    const clock = new StillClock();
    let wake = (): void => undefined;
    clock.sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise((resolve) => {
        wake = resolve;
        signal?.addEventListener('abort', () => resolve());
      });
    const drafts = await open(fs, clock);
    await drafts.save(draft('first', 1));
    const saving = drafts.save(draft('second', 2));
    await drafts.close();
    await saving;
    expect(wake).toBeTypeOf('function');
    expect(textsOf(await open(fs))).toEqual(['second']);
  });
});
