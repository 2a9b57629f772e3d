import { describe, expect, it } from 'vitest';
import type { SignInField } from '@shared/backends/port';
import { MemoryFileSystem } from '@shared/testing/memory-file-system';
import { openAccountBook, type AccountBook } from './account-book';
import { openVault, type Vault } from './vault';

const PATH = 'console/accounts.json';
const SIGN_IN: Readonly<Record<string, readonly SignInField[]>> = {
  embedded: [{ name: 'token', secret: true }],
  rooms: [
    { name: 'workspace', secret: false },
    { name: 'token', secret: true },
  ],
  desk: [
    { name: 'login', secret: false },
    { name: 'token', secret: true },
  ],
};

async function stage(file?: unknown, fs = new MemoryFileSystem()) {
  if (file !== undefined) await fs.replace(PATH, new TextEncoder().encode(JSON.stringify(file)));
  const open = async (): Promise<{ book: AccountBook; vault: Vault }> => {
    const vault = await openVault(fs, 'console/vault.json', null);
    const signInOf = (backend: string) => SIGN_IN[backend] ?? null;
    return { vault, book: await openAccountBook({ fs, path: PATH, vault, signInOf, embedded: true }) };
  };
  const text = async () => new TextDecoder().decode((await fs.read(PATH)) ?? new Uint8Array());
  return { fs, text, open, ...(await open()) };
}

const draft = {
  name: '',
  backend: 'desk',
  url: 'desk.invalid/',
  values: { login: 'a@team.invalid', token: 'sample-secret' },
};

describe('the accounts of a console', () => {
  it('are the embedded helpdesk alone as long as nobody set one up, and none when that was removed', async () => {
    const { book, open } = await stage();
    expect(book.list()).toMatchObject([{ id: 'embedded', url: '', paused: false }]);
    await book.remove('embedded');
    expect((await open()).book.list()).toEqual([]);
  });

  it('moves a token that was written by hand into the vault and out of the file', async () => {
    const { book, vault, text, open } = await stage([
      { id: 'team', name: 'Team', backend: 'desk', url: 'https://desk.invalid', token: 'sample-secret' },
    ]);
    expect(book.credentialsOf('team')).toEqual({ token: 'sample-secret' });
    expect(vault.get('team')).toEqual({ token: 'sample-secret' });
    expect(await text()).not.toContain('sample-secret');
    expect((await open()).book.credentialsOf('team')).toEqual({ token: 'sample-secret' });
  });

  it('keeps who speaks at this console, and knows nobody any more at another server', async () => {
    const { book, open } = await stage();
    const { id, speaker } = await book.add(draft);
    expect(speaker).toBeNull();
    const ada = { id: '7', name: 'Sample Ada', email: null };
    await book.change(id, { speaker: ada });
    await book.change(id, { name: 'Renamed', url: 'https://desk.invalid/support' });
    expect((await open()).book.list()).toMatchObject([{}, { name: 'Renamed', speaker: ada }]);
    await book.change(id, { url: 'https://elsewhere.invalid' });
    expect((await open()).book.list()).toMatchObject([{}, { speaker: null }]);
  });

  it('shows what was kept for one server to no other: there only what is given anew signs in', async () => {
    const { book, vault } = await stage();
    const { id } = await book.add(draft);
    await book.change(id, { url: 'https://desk.invalid/support' });
    expect(book.credentialsOf(id)).toMatchObject({ token: 'sample-secret' });
    await book.change(id, { url: 'https://elsewhere.invalid' });
    expect(JSON.stringify(vault.get(id))).not.toContain('sample-secret');
    await book.change(id, { url: 'https://desk.invalid', values: { token: 'second-sample' } });
    expect(book.credentialsOf(id)).toMatchObject({ login: 'a@team.invalid', token: 'second-sample' });
  });

  it('keeps what is no secret in the file and what is in the vault', async () => {
    const { book, text, open } = await stage();
    const setup = await book.add(draft);
    expect(setup).toMatchObject({ id: 'desk.invalid', name: 'desk.invalid', url: 'https://desk.invalid' });
    expect(await text()).toContain('a@team.invalid');
    expect(await text()).not.toContain('sample-secret');
    const again = (await open()).book;
    expect(again.list().map(({ id }) => id)).toEqual(['embedded', 'desk.invalid']);
    expect(again.credentialsOf('desk.invalid')).toEqual({ login: 'a@team.invalid', token: 'sample-secret' });
  });

  it('takes one helpdesk under two logins and refuses the same one twice', async () => {
    const { book } = await stage();
    await book.add(draft);
    await expect(book.add({ ...draft, name: 'Again' })).rejects.toMatchObject({ kind: 'already-there' });
    const other = await book.add({ ...draft, values: { login: 'b@team.invalid', token: 'other' } });
    expect(other.id).toBe('desk.invalid-2');
  });

  it.each(['console/vault.json', PATH])(
    'removes one wholly or not at all where %s takes nothing',
    async (full) => {
      const fs = new MemoryFileSystem();
      const { book, open } = await stage(undefined, fs);
      const { id } = await book.add(draft);
      const replace = fs.replace.bind(fs);
      fs.replace = (path, bytes, ...rest) =>
        path === full ? Promise.reject(new Error('ENOSPC')) : replace(path, bytes, ...rest);
      await expect(book.remove(id)).rejects.toThrow('ENOSPC');
      expect(book.list().map((one) => one.id)).toContain(id);
      expect([book.credentialsOf(id), book.removed()]).toEqual([draft.values, []]);
      fs.replace = replace;
      expect((await open()).book.credentialsOf(id)).toEqual(draft.values);
      await book.remove(id);
      const later = await open();
      expect([later.book.list().some((one) => one.id === id), later.vault.get(id)]).toEqual([false, null]);
    },
  );

  it('gives an account that is added again the id under which its drafts lie', async () => {
    const { book, open } = await stage();
    const { id } = await book.add(draft);
    await book.remove(id);
    expect(() => book.credentialsOf(id)).toThrow('no such account');
    const again = (await open()).book;
    expect((await again.add({ ...draft, values: { token: 'new' } })).id).toBe(id);
    expect(again.credentialsOf(id)).toEqual({ token: 'new' });
  });

  it('gives another part of the same server, or another login, an id of its own', async () => {
    const { book, open } = await stage();
    const room = (workspace: string) => ({ ...draft, backend: 'rooms', values: { workspace, token: 't' } });
    const { id } = await book.add(room('1'));
    const { id: desk } = await book.add(draft);
    await book.remove(id);
    await book.remove(desk);
    const again = (await open()).book;
    expect((await again.add(room('2'))).id).not.toBe(id);
    expect((await again.add(room('1'))).id).toBe(id);
    const other = await again.add({ ...draft, values: { login: 'b@team.invalid', token: 't' } });
    expect(other.id).not.toBe(desk);
    expect((await again.add(draft)).id).toBe(desk);
  });

  it('shows what is given for a new server not to the old one either, wherever a change is cut off', async () => {
    const fs = new MemoryFileSystem();
    const { book, vault } = await stage(undefined, fs);
    const { id } = await book.add(draft);
    const replace = fs.replace.bind(fs);
    let kept: unknown;
    fs.replace = (path, bytes) => {
      if (path !== PATH) return replace(path, bytes);
      kept = vault.get(id);
      return Promise.reject(new Error('full'));
    };
    const move = { url: 'https://elsewhere.invalid', values: { token: 'for-elsewhere' } };
    await expect(book.change(id, move)).rejects.toThrow('full');
    expect(kept).toEqual({});
    expect(book.credentialsOf(id)).toMatchObject({ token: 'sample-secret' });
    fs.replace = replace;
    await book.change(id, move);
    expect(book.credentialsOf(id)).toMatchObject({ token: 'for-elsewhere' });
  });

  it('keeps nothing that an old connection brings after the account was moved or removed', async () => {
    const { book, vault } = await stage();
    const { id } = await book.add(draft);
    await book.change(id, { url: 'https://elsewhere.invalid', values: { token: 'new' } });
    await book.renew(id, 'https://desk.invalid', { refreshToken: 'of-the-old-one' });
    expect(vault.get(id)).toEqual({ token: 'new' });
    await book.remove(id);
    await book.renew(id, 'https://elsewhere.invalid', { refreshToken: 'late' });
    expect(vault.get(id)).toBeNull();
  });

  it('is not made the same as another one by a change', async () => {
    const { book } = await stage();
    await book.add(draft);
    const { id } = await book.add({ ...draft, url: 'https://other.invalid' });
    await expect(book.change(id, { url: 'https://desk.invalid' })).rejects.toMatchObject({
      kind: 'already-there',
    });
    await book.change(id, { paused: true });
  });

  it('takes an address as it was copied, but none with credentials in it', async () => {
    const { book } = await stage();
    const wanted = { ...draft, url: 'https://a:b@desk.invalid' };
    await expect(book.add(wanted)).rejects.toMatchObject({ kind: 'bad-address' });
    const copied = await book.add({ ...draft, url: 'https://desk.invalid/support/?tab=1#/inbox' });
    expect(copied.url).toBe('https://desk.invalid/support');
  });

  it('changes name, address, credentials and pause, each by itself', async () => {
    const { book, open } = await stage();
    const { id } = await book.add(draft);
    await book.change(id, { name: 'Renamed' });
    await book.change(id, { paused: true });
    await book.change(id, { values: { token: 'second' } });
    await book.renew(id, 'https://desk.invalid', { refreshToken: 'third' });
    const again = (await open()).book;
    expect(again.list()[1]).toMatchObject({ name: 'Renamed', paused: true, url: 'https://desk.invalid' });
    expect(again.credentialsOf(id)).toEqual({
      login: 'a@team.invalid',
      token: 'second',
      refreshToken: 'third',
    });
  });

  it('refuses in kinds what cannot be an account, and changes nothing', async () => {
    const { book, text } = await stage();
    await expect(book.add({ ...draft, url: 'not an address' })).rejects.toMatchObject({
      kind: 'bad-address',
    });
    await expect(book.add({ ...draft, url: 'ftp://desk.invalid' })).rejects.toMatchObject({
      kind: 'bad-address',
    });
    await expect(book.add({ ...draft, backend: 'nobody' })).rejects.toMatchObject({
      kind: 'unknown-backend',
    });
    await expect(book.change('nobody', { paused: true })).rejects.toMatchObject({ kind: 'unknown-account' });
    expect(await text()).toBe('');
  });

  it('is as it was when the disk does not take a change', async () => {
    const fs = new MemoryFileSystem();
    const { book } = await stage(undefined, fs);
    await book.add(draft);
    const replace = fs.replace.bind(fs);
    fs.replace = (path, bytes) => (path === PATH ? Promise.reject(new Error('full')) : replace(path, bytes));
    await expect(book.change('desk.invalid', { paused: true })).rejects.toThrow('full');
    expect(book.list()[1]).toMatchObject({ paused: false });
    fs.replace = replace;
    await book.change('desk.invalid', { paused: true });
    expect(book.list()[1]).toMatchObject({ paused: true });
  });

  it('says which line of a file made by hand to correct', async () => {
    const account = { id: 'team', name: 'Team', backend: 'nobody', url: 'https://desk.invalid' };
    await expect(stage([account])).rejects.toThrow('"nobody"');
    await expect(
      stage([
        { ...account, backend: 'desk' },
        { ...account, backend: 'desk' },
      ]),
    ).rejects.toThrow('twice');
  });
});
