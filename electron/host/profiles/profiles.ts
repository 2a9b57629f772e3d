/**
 * The profiles of a data folder: every YAML file in `console/profiles` is a backend. One that is broken
 * keeps nothing from starting; its accounts say what is wrong with it.
 */
import { chmod, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brokenProfile } from '@shared/backends/custom/broken-profile';
import { customBackendId } from '@shared/backends/custom/profile-facts';
import type { Backends } from '@shared/backends/registry';
import { ProfileError } from './profile-error';
import type { OpenProfile } from './profile-file';

export interface Profiles {
  /**
   * Checks a profile, keeps it in the folder under its own id and registers it; resolves with its backend's
   * id. Another one in order with the same id gives way only where that is meant (`replace`): for accounts
   * that connect from now on, and whoever calls connects the others anew.
   * @throws ProfileError
   */
  add(fileName: string, text: string, replace: boolean): Promise<{ id: string; taken: boolean }>;
  /**
   * Makes sure that accounts find something under a backend's id: where there is no such profile, what
   * they find says so.
   */
  expect(backendId: string): void;
  close(): Promise<void>;
}

/** Who has no profile does not load what reads them: YAML and expressions take 60 ms of a start. */
async function openText(file: string, text: string, kept: boolean): Promise<OpenProfile> {
  return (await import('./profile-file')).openProfile(file, text, { kept });
}

const PREFIX = customBackendId('');
const MODE = 0o600;

/** Reads the folder, which need not exist, and registers what is in it. */
export async function openProfiles(options: {
  folder: string;
  backends: Backends;
  /** One English sentence for the host's log. */
  log(sentence: string): void;
}): Promise<Profiles> {
  const { folder, backends, log } = options;
  // Also those that were replaced: accounts that are connected go on with what they have.
  const open: OpenProfile[] = [];
  /** The texts of those that can be used, by their backends' ids. */
  const inOrder = new Map<string, string>();

  function register(profile: OpenProfile, text: string): string {
    const { id } = profile.definition.descriptor;
    open.push(profile);
    inOrder.set(id, text);
    backends.register(profile.definition);
    return id;
  }

  for (const name of await namesIn(folder)) {
    // Put there by hand; where that is not ours to decide it is read all the same.
    await chmod(join(folder, name), MODE).catch(() => undefined);
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    try {
      register(await openText(name, text, true), text);
    } catch (error) {
      const { sentences } =
        error instanceof ProfileError ? error : { sentences: [`${name}: ${String(error)}`] };
      for (const sentence of sentences) log(sentence);
      const said = /^id:\s*["']?([a-z0-9-]+)/m.exec(text)?.[1];
      const id = customBackendId(said ?? name.replace(/\.ya?ml$/, ''));
      // Its accounts show the first thing to mend.
      backends.register(brokenProfile(id, sentences[0] ?? name));
    }
  }

  return {
    async add(fileName, text, replace) {
      const profile = await openText(fileName, text, false);
      const { id } = profile.definition.descriptor;
      const known = inOrder.get(id);
      if (known !== undefined && known !== text && !replace) {
        await profile.close();
        return { id, taken: false };
      }
      await mkdir(folder, { recursive: true });
      const path = join(folder, `${id.slice(PREFIX.length)}.yaml`);
      // Whole or not at all, and nobody else's to read: headers of a server may hold a key.
      await writeFile(`${path}.new`, text, { mode: MODE });
      await chmod(`${path}.new`, MODE);
      await rename(`${path}.new`, path);
      return { id: register(profile, text), taken: true };
    },
    expect(backendId) {
      if (!backendId.startsWith(PREFIX) || backends.ids().includes(backendId)) return;
      const file = join(folder, `${backendId.slice(PREFIX.length)}.yaml`);
      backends.register(brokenProfile(backendId, `There is no profile for it: put it at ${file}.`));
    },
    async close() {
      await Promise.all(open.map((profile) => profile.close()));
    },
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /\.ya?ml$/.test(name)).sort();
}
