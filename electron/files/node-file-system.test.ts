import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecordLog } from '@shared/storage/record-log';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem as fs } from './node-file-system';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('the file system of Node', () => {
  it.skipIf(process.platform === 'win32')('keeps everything private to the user', async () => {
    await fs.makeFolder(join(folder, 'a', 'b'));
    await fs.replace(join(folder, 'a', 'whole'), bytes('x'));
    await (await fs.append(join(folder, 'a', 'log'))).close();
    expect(await modeOf(join(folder, 'a', 'b'))).toBe(0o700);
    expect(await modeOf(join(folder, 'a', 'whole'))).toBe(0o600);
    expect(await modeOf(join(folder, 'a', 'log'))).toBe(0o600);
  });

  it('replaces a file and leaves nothing temporary behind', async () => {
    const path = join(folder, 'file');
    await fs.replace(path, bytes('old and longer'));
    await fs.replace(path, bytes('new'));
    expect(await fs.read(path)).toEqual(Buffer.from('new'));
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('keeps the old file and no temporary one when a replacement fails', async () => {
    await fs.makeFolder(join(folder, 'taken'));
    await expect(fs.replace(join(folder, 'taken'), bytes('x'))).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it('appends after what is there, cuts, and goes on at the cut', async () => {
    const path = join(folder, 'log');
    await writeFile(path, 'abc');
    const file = await fs.append(path);
    expect(file.size).toBe(3);
    await file.write(bytes('defg'));
    await file.sync();
    expect(file.size).toBe(7);
    await file.truncate(4);
    await file.write(bytes('!'));
    await file.close();
    expect(await fs.read(path)).toEqual(Buffer.from('abcd!'));
  });

  it('reads a range, shorter at the end of the file', async () => {
    const path = join(folder, 'file');
    await writeFile(path, '0123456789');
    expect(Buffer.from(await fs.readRange(path, 2, 3)).toString()).toBe('234');
    expect(Buffer.from(await fs.readRange(path, 8, 100)).toString()).toBe('89');
    expect(await fs.readRange(path, 50, 10)).toHaveLength(0);
  });

  it('takes an absent folder as empty and an absent file as none', async () => {
    expect(await fs.list(join(folder, 'none'))).toEqual([]);
    expect(await fs.read(join(folder, 'none'))).toBeNull();
    await fs.remove(join(folder, 'none'));
  });

  it('lists files, not folders', async () => {
    await fs.makeFolder(join(folder, 'sub'));
    await writeFile(join(folder, 'file'), '');
    expect(await fs.list(folder)).toEqual(['file']);
  });

  it('carries a record log over segments, a rewrite and a restart', async () => {
    const open = async () => {
      const found: number[] = [];
      const log = await openRecordLog<number>({ fs, folder, segmentBytes: 60 }, (n) => found.push(n));
      return { log, found };
    };
    const { log } = await open();
    for (let n = 0; n < 20; n++) await log.append([n]);
    await log.rewrite([18, 19]);
    await log.append([20]);
    await log.close();
    expect((await open()).found).toEqual([18, 19, 20]);
  });
});
