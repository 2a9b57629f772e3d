import { describe, expect, it } from 'vitest';
import { MemoryFileSystem } from '@shared/testing/memory-file-system';
import { openVault, type Keychain } from './vault';

const PATH = 'console/vault.json';
const SECRET = { token: 'sample-token-of-a-helpdesk', login: 'agent@team.invalid' };

/** A keychain that knows only what it wrapped itself. */
function sampleKeychain(): Keychain {
  const known = new Map<string, Uint8Array>();
  return {
    wrap(key) {
      const handle = `wrapped-${known.size}`;
      known.set(handle, key);
      return Promise.resolve(new TextEncoder().encode(handle));
    },
    unwrap(wrapped) {
      const key = known.get(new TextDecoder().decode(wrapped));
      return key === undefined ? Promise.reject(new Error('not mine')) : Promise.resolve(key);
    },
  };
}

async function textOf(fs: MemoryFileSystem, path = PATH): Promise<string> {
  return new TextDecoder().decode((await fs.read(path)) ?? new Uint8Array());
}

describe('the vault', () => {
  it('gives back what it was given, also after a restart, and shows nothing of it on the disk', async () => {
    const fs = new MemoryFileSystem();
    const vault = await openVault(fs, PATH, null);
    await vault.set('a1', SECRET);
    expect((await openVault(fs, PATH, null)).get('a1')).toEqual(SECRET);
    const text = await textOf(fs);
    expect(text).toContain('a1');
    expect(text).not.toContain('sample-token');
    expect(text).not.toContain(Buffer.from(SECRET.token).toString('base64').slice(0, 16));
  });

  it('forgets an account and keeps the others', async () => {
    const fs = new MemoryFileSystem();
    const vault = await openVault(fs, PATH, null);
    await Promise.all([vault.set('a1', SECRET), vault.set('a2', { token: 'other' })]);
    await vault.delete('a1');
    const again = await openVault(fs, PATH, null);
    expect([again.get('a1'), again.get('a2')]).toEqual([null, { token: 'other' }]);
    expect(again.isLocked('a1')).toBe(false);
  });

  it('has its key wrapped as soon as there is a keychain', async () => {
    const fs = new MemoryFileSystem();
    const keychain = sampleKeychain();
    await (await openVault(fs, PATH, null)).set('a1', SECRET);
    const first = JSON.parse(await textOf(fs)) as { key: { bytes: string } };
    const vault = await openVault(fs, PATH, keychain);
    expect(vault.kind).toBe('keychain');
    await vault.set('a2', { token: 'other' });
    expect(await textOf(fs)).not.toContain(first.key.bytes);
    expect((await openVault(fs, PATH, keychain)).get('a1')).toEqual(SECRET);
  });

  it('says that it is locked where the keychain is another one, and begins anew beside what it cannot open', async () => {
    const fs = new MemoryFileSystem();
    await (await openVault(fs, PATH, sampleKeychain())).set('a1', SECRET);
    for (const keychain of [null, sampleKeychain()]) {
      const vault = await openVault(fs, PATH, keychain);
      expect([vault.get('a1'), vault.isLocked('a1'), vault.isLocked('a2')]).toEqual([null, true, false]);
    }
    const before = await textOf(fs);
    const vault = await openVault(fs, PATH, null);
    await vault.set('a1', { token: 'typed again' });
    expect([vault.get('a1'), vault.isLocked('a1')]).toEqual([{ token: 'typed again' }, false]);
    expect((await openVault(fs, PATH, null)).get('a1')).toEqual({ token: 'typed again' });
    expect(JSON.parse(await textOf(fs, `${PATH}.locked`))).toEqual(JSON.parse(before));
  });

  it('keeps both of two credentials that are typed at once while it is locked', async () => {
    const fs = new MemoryFileSystem();
    await (await openVault(fs, PATH, sampleKeychain())).set('a1', SECRET);
    const vault = await openVault(fs, PATH, null);
    await Promise.all([vault.set('a1', { token: 'one' }), vault.set('a2', { token: 'two' })]);
    const again = await openVault(fs, PATH, null);
    expect([again.get('a1'), again.get('a2')]).toEqual([{ token: 'one' }, { token: 'two' }]);
  });

  it('opens no entry that was changed or moved under another account', async () => {
    const fs = new MemoryFileSystem();
    await (await openVault(fs, PATH, null)).set('a1', SECRET);
    const file = JSON.parse(await textOf(fs)) as { entries: Record<string, { sealed: string }> };
    const entry = file.entries['a1']!;
    file.entries['a2'] = entry;
    file.entries['a1'] = { ...entry, sealed: `AAAA${entry.sealed.slice(4)}` };
    await fs.replace(PATH, new TextEncoder().encode(JSON.stringify(file)));
    const vault = await openVault(fs, PATH, null);
    expect([vault.get('a1'), vault.get('a2'), vault.isLocked('a1')]).toEqual([null, null, true]);
  });

  it('says what to do about a file that is not its own', async () => {
    const fs = new MemoryFileSystem();
    await fs.replace(PATH, new TextEncoder().encode('{"version":1}'));
    await expect(openVault(fs, PATH, null)).rejects.toThrow(/damaged/);
  });
});
