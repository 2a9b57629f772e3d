import { execFileSync } from 'node:child_process';
import { constants, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { threadsEnd } from '../threads';
import { asProcess, asThread, openShare, SHARE_LIMITS, type Share } from './share';
import { deadShare } from './team.test-data';

let folder: string;
let share: Share;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-share-'));
});
afterEach(async () => {
  share.close();
  await rm(folder, { recursive: true, force: true });
});
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (error: { code?: unknown }) => error.code,
  );
const isWindows = process.platform === 'win32';

describe.each([
  ['a process', asProcess],
  ['a thread', asThread],
])('a shared folder, worked in by %s', (_name, start) => {
  beforeEach(() => {
    share = openShare(SHARE_LIMITS, start);
  });

  it('gives a file as it is, and takes one in a single step that colleagues can read', async () => {
    const path = join(folder, 'team.json');
    const bytes = Uint8Array.from({ length: 200_000 }, (_one, i) => i % 256);
    await share.write(path, bytes, 0o644);
    expect(Buffer.compare(await share.read(path, 200_000), bytes)).toBe(0);
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
    if (!isWindows) expect((await stat(path)).mode & 0o777).toBe(0o644);
    await share.write(path, new Uint8Array(), 0o644);
    expect((await share.read(path, 10)).length).toBe(0);
    expect(await readdir(folder)).toEqual(['team.json']);
  });

  it('says what the system says, and what is larger than it may be', async () => {
    const path = join(folder, 'team.json');
    expect(await codeOf(share.read(path, 10))).toBe('ENOENT');
    expect(await codeOf(share.write(join(folder, 'gone', 'x'), new Uint8Array(1), 0o644))).toBe('ENOENT');
    expect(await codeOf(share.read(folder, 10))).toBe('EINVAL');
    await writeFile(path, 'eleven byte');
    expect(await codeOf(share.read(path, 10))).toBe('EFBIG');
  });
});

it.skipIf(isWindows)('a thread in a dead folder is known to hold up the end of the process', async () => {
  const path = join(folder, 'team.json');
  execFileSync('mkfifo', [path]);
  const hangs = `process.stdout.write('.', () => require('node:fs').readFileSync(process.argv.at(-2)));`;
  share = openShare({ startMs: 15_000, workMs: 50 }, asThread, hangs);
  expect(await codeOf(share.read(path, 10))).toBe('ETIMEDOUT');
  share.close();
  expect(await threadsEnd(20)).toBe(false);
  // The other end of the pipe lets it go.
  await (await open(path, constants.O_WRONLY)).close();
  expect(await threadsEnd(30_000)).toBe(true);
});

describe.skipIf(isWindows)('a folder that does not answer', () => {
  const pipe = (): string => {
    const path = join(folder, 'team.json');
    execFileSync('mkfifo', [path]);
    return path;
  };

  it('is told so, while more is asked of it than Node has threads for files', async () => {
    share = deadShare();
    const path = pipe();
    const asked = [1, 2, 3, 4, 5, 6, 7, 8].map(() => codeOf(share.read(path, 10)));
    // Each of these needs one of the four.
    await Promise.all([1, 2, 3, 4].map(() => writeFile(join(folder, 'own'), 'x')));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['ETIMEDOUT']));
    // Once killed it is asked again.
    expect(await codeOf(share.read(path, 10))).toBe('ETIMEDOUT');
  });

  it('a pipe in the place of the file is told at once', async () => {
    share = openShare();
    expect(await codeOf(share.read(pipe(), 10))).toBe('EINVAL');
  });

  it('is left alone when the share is closed, and when who asked goes', async () => {
    share = openShare({ startMs: 600_000, workMs: 600_000 }, asProcess, `setInterval(() => 0, 1000)`);
    const gone = new AbortController();
    const asked = share.read(join(folder, 'a'), 10, gone.signal);
    gone.abort(new Error('gone'));
    await expect(asked).rejects.toThrow('gone');
    const other = codeOf(share.read(join(folder, 'b'), 10));
    share.close();
    expect(await other).toBe('closing');
    expect(await codeOf(share.read(join(folder, 'c'), 10))).toBe('closing');
  });

  it('holds up one thread alone where only threads can be had', async () => {
    let threads = 0;
    share = deadShare((text, args) => {
      threads += 1;
      return asThread(text, args);
    });
    const path = pipe();
    expect(await codeOf(share.read(path, 10))).toBe('ETIMEDOUT');
    expect(await codeOf(share.read(path, 10))).toBe('ETIMEDOUT');
    expect(threads).toBe(1);
    // Lets the thread go.
    await writeFile(path, '');
  });
});
