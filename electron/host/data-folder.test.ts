import { DEFAULT_SETTINGS } from '@shared/contract/door';
import { aConversation } from '@shared/testing/builders';
import { diskError, MemoryFileSystem } from '@shared/testing/memory-file-system';
import { describe, expect, it } from 'vitest';
import { LAYOUT, openInstall, unusableFolder } from './install';
import { DataFolderError } from './json-file';
import { openSettings } from './settings-store';
import { openSpools } from './spools';

const write = (fs: MemoryFileSystem, path: string, value: unknown): Promise<void> =>
  fs.replace(path, new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)));

describe('install.json', () => {
  it('gives a new data folder an install id and keeps it', async () => {
    const fs = new MemoryFileSystem();
    const first = await openInstall(fs, 'console');
    expect(first.data.installId).toMatch(/^[0-9a-f]{8}$/);
    await first.update({ ports: { page: 1234, mail: 1235 }, helpdeskPort: 99 });
    const again = await openInstall(fs.afterCrash(0), 'console');
    expect(again.data).toEqual({ ...first.data, ports: { page: 1234, mail: 1235 }, helpdeskPort: 99 });
  });

  it('refuses a folder of a newer layout, also one whose fields it cannot read, and leaves it alone', async () => {
    const fs = new MemoryFileSystem();
    await write(fs, 'console/install.json', { layout: LAYOUT + 1, other: true });
    await expect(openInstall(fs, 'console')).rejects.toThrow('newer version of Holdfast');
    expect(Buffer.from((await fs.read('console/install.json')) ?? []).toString()).toContain('other');
  });

  it('is never overwritten when it is damaged: it holds the install id', async () => {
    const fs = new MemoryFileSystem();
    await write(fs, 'console/install.json', '{"layout":1,"installId":');
    await expect(openInstall(fs, 'console')).rejects.toThrow('install.json is damaged');
  });

  it('says in a sentence when the disk is full or may not be written', async () => {
    const fs = new MemoryFileSystem();
    fs.failing.set('replace', diskError('ENOSPC'));
    await expect(openInstall(fs, 'console')).rejects.toThrow('(ENOSPC). Free some space');
    fs.failing.set('replace', diskError('EACCES'));
    await expect(openInstall(fs, 'console')).rejects.toThrow('(EACCES). Check its permissions');
  });

  it('leaves errors alone that are not the disk’s', () => {
    const error = new Error('something else');
    expect(unusableFolder('console', error)).toBe(error);
    const told = new DataFolderError('told already');
    expect(unusableFolder('console', told)).toBe(told);
  });
});

describe('settings.json', () => {
  it('gives the defaults when absent or damaged, and is made anew by saving', async () => {
    const fs = new MemoryFileSystem();
    expect((await openSettings(fs, 'settings.json')).current).toEqual(DEFAULT_SETTINGS);
    await write(fs, 'settings.json', '{"theme":');
    const settings = await openSettings(fs, 'settings.json');
    expect(settings.current).toEqual(DEFAULT_SETTINGS);
    await settings.save({ ...DEFAULT_SETTINGS, theme: 'dark' });
    expect((await openSettings(fs, 'settings.json')).current.theme).toBe('dark');
  });

  it('stays as it was when saving fails', async () => {
    const fs = new MemoryFileSystem();
    const settings = await openSettings(fs, 'settings.json');
    fs.failing.set('replace', diskError('ENOSPC'));
    await expect(settings.save({ ...DEFAULT_SETTINGS, theme: 'dark' })).rejects.toThrow('ENOSPC');
    expect(settings.current.theme).toBe('system');
  });
});

describe('the epoch told to pages', () => {
  const open = async (fs: MemoryFileSystem, ids: readonly string[]): Promise<string> => {
    const install = await openInstall(fs, 'console');
    await openSpools(ids, { fs, folder: 'spool', install, onConversation: () => undefined });
    return install.data.epoch;
  };

  it('stays over restarts and when an account is added', async () => {
    const fs = new MemoryFileSystem();
    const first = await open(fs, ['a1']);
    expect(await open(fs, ['a1'])).toBe(first);
    expect(await open(fs, ['a1', 'a2'])).toBe(first);
  });

  it('changes when a spool had to be made anew', async () => {
    const fs = new MemoryFileSystem();
    const first = await open(fs, ['a1', 'a2']);
    for (const path of fs.paths()) if (path.startsWith('spool/a2/')) await fs.remove(path);
    const second = await open(fs, ['a1', 'a2']);
    expect(second).not.toBe(first);
    expect(await open(fs, ['a1', 'a2'])).toBe(second);
  });

  it('begins anew with an account whose removal was cut off halfway', async () => {
    const fs = new MemoryFileSystem();
    await open(fs, ['a1', 'a2']);
    const install = await openInstall(fs, 'console');
    const options = { fs, folder: 'spool', install, onConversation: () => undefined };
    const spools = await openSpools(['a1', 'a2'], options);
    await fs.replace('spool/a2/left', new Uint8Array([1]));
    const before = spools.get('a2')?.epoch;
    const remove = fs.remove.bind(fs);
    fs.remove = () => Promise.reject(diskError('EIO'));
    await expect(spools.drop('a2')).rejects.toThrow('EIO');
    fs.remove = remove;
    const again = await spools.open('a2');
    expect(again.epoch).not.toBe(before);
    expect(fs.paths()).not.toContain('spool/a2/left');
  });

  it('lets a page that slept through a removal begin anew, however far the account has come again', async () => {
    for (const wasSound of [true, false]) {
      const fs = new MemoryFileSystem();
      const install = await openInstall(fs, 'console');
      const options = { fs, folder: 'spool', install, onConversation: () => undefined };
      const spools = await openSpools(['a1'], options);
      const pulled = async (count: number): Promise<number> => {
        const rows = Array.from({ length: count }, (_, i) => aConversation({ id: `c${i}` }));
        const changes = rows.map((row) => ({
          kind: 'conversation' as const,
          id: row.id,
          row,
          movedTo: null,
        }));
        return (await spools.get('a1')?.commit('conversations', String(count), changes)) ?? 0;
      };
      const page = { epoch: install.data.epoch, seq: await pulled(3) };
      if (!wasSound) await fs.remove('spool/a1/sound');
      await spools.drop('a1');
      await spools.open('a1');
      await pulled(9);
      const known = spools.get('a1')?.knows(page.seq) ?? false;
      expect(known && page.epoch === install.data.epoch).toBe(false);
    }
  });

  it('stays when an account is removed and added again with nothing left of its rows', async () => {
    const fs = new MemoryFileSystem();
    const first = await open(fs, ['a1', 'a2']);
    const install = await openInstall(fs, 'console');
    const spools = await openSpools(['a1', 'a2'], {
      fs,
      folder: 'spool',
      install,
      onConversation: () => undefined,
    });
    const before = spools.get('a2')?.epoch;
    await spools.drop('a2');
    expect(fs.paths().filter((path) => path.startsWith('spool/a2/'))).toEqual(['spool/a2/sound']);
    const again = await spools.open('a2');
    expect([install.data.epoch, again.epoch === before]).toEqual([first, false]);
  });
});
