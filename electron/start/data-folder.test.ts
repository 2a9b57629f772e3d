import { access, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderProblem, defaultDataFolder, moveAside, prepareDataFolder } from './data-folder';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-data-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the data folder', () => {
  it.each([
    ['linux', {}, '/home/ann', '/home/ann/.local/share/holdfast'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/home/ann', '/data/holdfast'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/ann', '/home/ann/.local/share/holdfast'],
    ['darwin', {}, '/Users/ann', '/Users/ann/Library/Application Support/Holdfast'],
    ['win32', { LOCALAPPDATA: 'D:\\Local' }, 'C:\\Users\\ann', 'D:\\Local\\Holdfast'],
    ['win32', {}, 'C:\\Users\\ann', 'C:\\Users\\ann\\AppData\\Local\\Holdfast'],
  ] as const)('lies by default where %s keeps application data (%j)', (platform, env, home, expected) => {
    expect(defaultDataFolder(platform, env, home)).toBe(expected);
  });

  it('is made for this user alone', async () => {
    await prepareDataFolder(join(folder, 'a', 'b'));
    expect((await stat(join(folder, 'a', 'b'))).mode & 0o077).toBe(0);
  });

  it('is refused with a sentence when it is a file', async () => {
    await writeFile(join(folder, 'file'), '');
    for (const path of ['file', join('file', 'below')]) {
      const failed = await prepareDataFolder(join(folder, path)).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(DataFolderProblem);
      expect(String(failed)).toContain('is not a folder. Choose another with --data.');
    }
  });

  it('is moved aside whole, under a name that says when', async () => {
    const data = join(folder, 'data');
    await mkdir(data);
    await writeFile(join(data, 'journal'), 'typed');
    const aside = await moveAside(data, new Date('2026-03-04T05:06:07.089Z'));
    expect(aside).toBe(`${data}.before-20260304T050607Z`);
    expect(await readdir(aside ?? '')).toEqual(['journal']);
    await expect(access(data)).rejects.toThrow();
  });

  it('needs no moving when there is none', async () => {
    expect(await moveAside(join(folder, 'none'), new Date(0))).toBeNull();
  });
});
