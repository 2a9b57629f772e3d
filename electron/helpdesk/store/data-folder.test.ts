import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '@electron/files/node-file-system';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginLife, openDataFolder, openTokens } from './data-folder';
import { lockFolder } from './folder-lock';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-folder-'));
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

const openFolder = () => openDataFolder(nodeFileSystem, folder);

describe('the data folder', () => {
  it('keeps its identity and its token, readable by the owner only', async () => {
    const first = await openFolder();
    const tokens = await openTokens(nodeFileSystem, first, { id: 'a1', name: 'Sample Agent' });
    expect((await openFolder()).identity).toEqual(first.identity);
    expect(await openTokens(nodeFileSystem, first, { id: 'a1', name: 'Sample Agent' })).toEqual(tokens);
    expect(tokens.agent.token.length).toBeGreaterThanOrEqual(43);
    for (const name of ['tokens.json', 'helpdesk.json']) {
      expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600);
    }
  });

  it('remembers each start with the revision it began at, also when one could not be written down', async () => {
    await beginLife(nodeFileSystem, await openFolder(), 0);
    await chmod(folder, 0o500);
    const full = { ...nodeFileSystem, replace: () => Promise.reject(new Error('ENOSPC')) };
    const unwritten = await beginLife(full, await openFolder(), 7);
    await chmod(folder, 0o700);
    const lives = await beginLife(nodeFileSystem, await openFolder(), 9);
    expect(unwritten.map(({ from }) => from)).toEqual([0, 7]);
    expect(lives.map(({ from }) => from)).toEqual([0, 9]);
    expect(new Set([...lives, ...unwritten].map(({ id }) => id)).size).toBe(3);
  });

  it('is refused when a newer version wrote it, and left as it is', async () => {
    await openFolder();
    const path = join(folder, 'helpdesk.json');
    const newer = (await readFile(path, 'utf8')).replace('"format": 1', '"format": 9');
    await writeFile(path, newer);
    await expect(openFolder()).rejects.toThrow(/newer version \(format 9.*another folder with --data/u);
    expect(await readFile(path, 'utf8')).toBe(newer);
  });

  it.each(['helpdesk.json', 'tokens.json'])('is refused with advice when %s is damaged', async (name) => {
    const opened = await openFolder();
    await writeFile(join(folder, name), '{"format": 1,');
    const opening =
      name === 'tokens.json'
        ? openTokens(nodeFileSystem, opened, { id: 'a1', name: 'Sample' })
        : openFolder();
    await expect(opening).rejects.toThrow(new RegExp(`${name} is damaged.*(?:Delete|Restore)`, 'u'));
  });

  it('is refused with advice when it is a file', async () => {
    const path = join(folder, 'file');
    await writeFile(path, '');
    await expect(openDataFolder(nodeFileSystem, path)).rejects.toThrow(
      /cannot be used.*choose another with --data/u,
    );
  });

  it('belongs to one helpdesk at a time, and is free again when that one ends', async () => {
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(/already using the data folder/u);
    await unlock();
    const again = await lockFolder(folder);
    await again();
  });
});
