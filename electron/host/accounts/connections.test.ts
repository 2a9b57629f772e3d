import { describe, expect, it } from 'vitest';
import { MemoryFileSystem } from '@shared/testing/memory-file-system';
import { openAccountBook } from './account-book';
import { toldConnection, wayOf } from './connections';
import { openVault } from './vault';

const ONE = Array.from({ length: 32 }, () => '0A').join(':');
const PATH = 'console/accounts.json';
const draft = {
  name: '',
  backend: 'desk',
  url: 'https://desk.invalid:8443',
  values: { token: 'sample-token' },
};
const through = (url: string, signIn?: string | null) => ({
  connection: {
    trusted: ONE,
    proxy: { use: 'address' as const, url, ...(signIn !== undefined && { signIn }) },
  },
});

async function stage(file?: unknown) {
  const fs = new MemoryFileSystem();
  if (file !== undefined) await fs.replace(PATH, new TextEncoder().encode(JSON.stringify(file)));
  const open = async () => {
    const vault = await openVault(fs, 'console/vault.json', null);
    const signInOf = () => [{ name: 'token' as const, secret: true }];
    const book = await openAccountBook({ fs, path: PATH, vault, signInOf, embedded: false });
    const way = (id: string) =>
      wayOf(book.connectionOf(id), book.list().find((one) => one.id === id)?.url ?? '');
    const told = (id: string) => toldConnection(book.connectionOf(id));
    return { book, way, told };
  };
  const text = async () => new TextDecoder().decode((await fs.read(PATH)) ?? new Uint8Array());
  return { fs, text, open, ...(await open()) };
}

describe('how an account reaches its helpdesk', () => {
  it('is straight and by what this computer vouches for, until somebody says otherwise', async () => {
    const { book, way } = await stage();
    const { id } = await book.add(draft);
    expect(way(id)).toEqual({ trusted: null, proxy: 'none' });
  });

  it('keeps what signs in at a proxy in the vault: neither the file nor a page has it', async () => {
    const { book, told, text, open } = await stage();
    const { id } = await book.add({ ...draft, ...through('ann:pass%20word@proxy.invalid:3128') });
    expect(told(id)).toEqual({
      trusted: ONE,
      proxy: { use: 'address', url: 'http://proxy.invalid:3128', signsIn: true },
    });
    expect(await text()).toContain('proxy.invalid:3128');
    expect(await text()).not.toMatch(/pass/);
    expect((await open()).way(id)).toEqual({
      trusted: { host: 'desk.invalid', port: 8443, fingerprint: ONE },
      proxy: { url: 'http://proxy.invalid:3128', signIn: 'ann:pass word' },
    });
  });

  it('shows what was kept for one proxy to no other, and forgets it with the account', async () => {
    const { book, way } = await stage();
    const { id } = await book.add({ ...draft, ...through('http://proxy.invalid:3128', 'ann:secret') });
    await book.change(id, through('http://proxy.invalid:3128'));
    expect(way(id).proxy).toMatchObject({ signIn: 'ann:secret' });
    await book.change(id, through('http://proxy.invalid:3128', null));
    expect(way(id).proxy).toMatchObject({ signIn: null });
    await book.change(id, through('http://proxy.invalid:3128', 'ann:secret'));
    await book.change(id, { name: 'Renamed' });
    await book.change(id, through('http://other.invalid:3128'));
    expect(way(id).proxy).toEqual({ url: 'http://other.invalid:3128', signIn: null });
    await book.change(id, through('http://other.invalid:3128', 'ann:secret'));
    await book.remove(id);
    await book.add(draft);
    await book.change(id, through('http://other.invalid:3128'));
    expect(way(id).proxy).toMatchObject({ signIn: null });
  });

  it('leaves a proxy’s sign-in with its proxy when the disk fails in the middle of a change', async () => {
    const { book, way, fs, open } = await stage();
    const { id } = await book.add({ ...draft, ...through('http://proxy.invalid:3128', 'ann:secret') });
    // The vault is written first, then the account; the third write would be the vault again.
    fs.failing.set('replace', new Error('No room.'));
    await expect(book.change(id, through('http://other.invalid:3128', 'bob:other'))).rejects.toThrow();
    fs.failing.clear();
    expect(way(id).proxy).toMatchObject({ url: 'http://proxy.invalid:3128' });
    expect((await open()).way(id).proxy).not.toMatchObject({ signIn: 'bob:other' });
  });

  it('trusts a certificate of the server it was shown by, not of the next one', async () => {
    const { book, way } = await stage();
    const { id } = await book.add({ ...draft, connection: { trusted: ONE, proxy: { use: 'system' } } });
    await book.change(id, { url: 'https://desk.invalid:8443/support' });
    expect(way(id).trusted).toMatchObject({ fingerprint: ONE });
    await book.change(id, { url: 'https://elsewhere.invalid' });
    expect(way(id)).toEqual({ trusted: null, proxy: 'system' });
  });

  it.each(['', 'ftp://proxy.invalid', 'socks5://proxy.invalid:1080', 'http://', 'two words'])(
    'does not take %j for a proxy, and changes nothing',
    async (url) => {
      const { book, way } = await stage();
      const { id } = await book.add(draft);
      await expect(book.change(id, through(url))).rejects.toMatchObject({ kind: 'bad-proxy' });
      expect(way(id)).toEqual({ trusted: null, proxy: 'none' });
    },
  );

  it('moves a sign-in that was written into the file by hand into the vault', async () => {
    const connection = { proxy: { use: 'address', url: 'http://ann:secret@proxy.invalid:3128' } };
    const { way, text } = await stage([{ id: 'a', name: 'A', backend: 'desk', url: draft.url, connection }]);
    expect(way('a').proxy).toEqual({ url: 'http://proxy.invalid:3128', signIn: 'ann:secret' });
    expect(await text()).not.toContain('secret');
  });
});
