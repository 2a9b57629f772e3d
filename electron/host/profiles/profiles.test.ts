import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackends, type Backends } from '@shared/backends/registry';
import { scriptedHttp } from '@shared/testing/scripted-http';
import { systemClock } from '../system-clock';
import { ProfileError } from './profile-error';
import { openProfileFile } from './profile-file';
import { openProfiles, type Profiles } from './profiles';

const EXAMPLE = fileURLToPath(new URL('../../../resources/backends/parley-chat.yaml', import.meta.url));
const signal = new AbortController().signal;

let folder: string;
let backends: Backends;
let logged: string[];
let profiles: Profiles | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-profiles-'));
  backends = createBackends();
  logged = [];
});
afterEach(async () => {
  await profiles?.close();
  await rm(folder, { recursive: true, force: true });
});

const open = async (): Promise<Profiles> =>
  (profiles = await openProfiles({ folder, backends, log: (sentence) => logged.push(sentence) }));

/** What an account of a backend is told when it asks who it is. */
async function told(backendId: string, ...answers: Parameters<typeof scriptedHttp>): Promise<unknown> {
  const settings = { accountId: 'a1', url: 'https://parley.example.com', token: 'sample' };
  const backend = backends.connect(backendId, settings, scriptedHttp(...answers).http, systemClock);
  return backend.whoAmI(signal).catch((error: unknown) => error);
}

describe('the profiles of a data folder', () => {
  it('need no folder', async () => {
    folder = join(folder, 'not-there');
    await open();
    expect(backends.ids()).toEqual(createBackends().ids());
  });

  it('go on working where new ones would be asked for more, and say what that is', async () => {
    const old = (await readFile(EXAMPLE, 'utf8')).replace(/^  priority: 'Dev.*/m, '  priority: none');
    await writeFile(join(folder, 'chat.yaml'), old);
    await open();
    expect(logged).toEqual([]);
    const descriptor = backends.descriptors().find(({ id }) => id === 'custom:parley-chat');
    expect(descriptor?.advice).toEqual([expect.stringMatching(/^chat.yaml, line .*"priority" must quote/)]);
    const agent = { id: 'g-1', name: 'Sample Agent' };
    await expect(told('custom:parley-chat', { body: { agent } })).resolves.toMatchObject(agent);
    const added = profiles?.add('new.yaml', old.replace('id: parley-chat', 'id: another'), false);
    await expect(added).rejects.toThrow(/"priority" must quote/);
  });

  it('are backends that accounts connect to', async () => {
    await writeFile(join(folder, 'chat.yaml'), await readFile(EXAMPLE, 'utf8'));
    await open();
    const descriptor = backends.descriptors().find(({ id }) => id === 'custom:parley-chat');
    expect(descriptor).toMatchObject({
      name: 'Parley',
      tier: 'T2',
      signIn: [{ name: 'token', secret: true }],
    });
    const agent = { id: 'g-1', name: 'Sample Agent' };
    await expect(told('custom:parley-chat', { body: { agent } })).resolves.toMatchObject(agent);
  });

  it('that are broken stop nothing: log and account say which line to mend', async () => {
    const text = (await readFile(EXAMPLE, 'utf8')).replace('kind: header', 'kind: hedaer');
    await writeFile(join(folder, 'chat.yaml'), text);
    await writeFile(join(folder, 'empty.yaml'), '');
    await open();
    expect(logged.join('\n')).toMatch(/chat\.yaml, line \d+, column \d+: /);
    await expect(told('custom:parley-chat')).resolves.toMatchObject({
      kind: 'nonsense',
      message: expect.stringMatching(/chat\.yaml, line \d+/) as string,
    });
    await expect(told('custom:empty')).resolves.toMatchObject({ kind: 'nonsense' });
  });

  it('that an account names and nobody put there are missed in words', async () => {
    const { expect: expectBackend } = await open();
    expectBackend('custom:lost');
    await expect(told('custom:lost')).resolves.toMatchObject({
      message: expect.stringContaining(join(folder, 'lost.yaml')) as string,
    });
    expectBackend('nobody');
    expect(backends.ids()).not.toContain('nobody');
  });

  it('can be added while the host runs, and are there at the next start', async () => {
    const { add } = await open();
    const added = await add('dropped.yaml', await readFile(EXAMPLE, 'utf8'), false);
    expect(added).toEqual({ id: 'custom:parley-chat', taken: true });
    expect(backends.ids()).toContain('custom:parley-chat');
    backends = createBackends();
    await profiles?.close();
    await open();
    expect(backends.ids()).toContain('custom:parley-chat');
  });

  it.skipIf(process.platform === 'win32')('are for nobody else to read, whoever put them there', async () => {
    const text = await readFile(EXAMPLE, 'utf8');
    await writeFile(join(folder, 'chat.yaml'), text, { mode: 0o644 });
    const { add } = await open();
    await add('dropped.yaml', text, false);
    const names = await readdir(folder);
    expect(names.sort()).toEqual(['chat.yaml', 'parley-chat.yaml']);
    const modes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).mode & 0o777));
    expect(modes).toEqual([0o600, 0o600]);
  });

  it('take another one’s place only where that is meant', async () => {
    const text = await readFile(EXAMPLE, 'utf8');
    const other = text.replace('name: Parley', 'name: Parley Two');
    const { add } = await open();
    const names = () => backends.descriptors().map(({ name }) => name);
    await add('dropped.yaml', text, false);
    await expect(add('dropped.yaml', text, false)).resolves.toMatchObject({ taken: true });
    await expect(add('dropped.yaml', other, false)).resolves.toMatchObject({ taken: false });
    expect(names()).not.toContain('Parley Two');
    await expect(readFile(join(folder, 'parley-chat.yaml'), 'utf8')).resolves.toBe(text);
    await expect(add('dropped.yaml', other, true)).resolves.toMatchObject({ taken: true });
    expect(names()).toContain('Parley Two');
  });

  it('are not kept when they are broken', async () => {
    const { add } = await open();
    await expect(add('dropped.yaml', 'profile: 2\n', false)).rejects.toBeInstanceOf(ProfileError);
    expect(backends.ids()).toEqual(createBackends().ids());
    await expect(readFile(join(folder, 'dropped.yaml'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('says of a file that is not there that it cannot be read', async () => {
  await expect(openProfileFile(join(folder, 'nowhere.yaml'))).rejects.toThrow('ENOENT');
});
