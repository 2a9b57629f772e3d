/** Where the data of one person lies, and how `--fresh` sets it aside. */
import { mkdir, rename, stat } from 'node:fs/promises';
import { posix, win32 } from 'node:path';

/** The data folder cannot be used; the sentence says why and what to do. */
export class DataFolderProblem extends Error {
  override readonly name = 'DataFolderProblem';
}

/** This user's folder for application data, by the convention of the system. */
export function defaultDataFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home: string): string {
  switch (platform) {
    case 'win32':
      return win32.join(env['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local'), 'Holdfast');
    case 'darwin':
      return posix.join(home, 'Library', 'Application Support', 'Holdfast');
    default: {
      // The XDG specification: a relative path is to be ignored.
      const given = env['XDG_DATA_HOME'] ?? '';
      return posix.join(given.startsWith('/') ? given : posix.join(home, '.local', 'share'), 'holdfast');
    }
  }
}

/**
 * Makes the folder when absent.
 * @throws DataFolderProblem
 */
export async function prepareDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new DataFolderProblem(sentenceFor(folder, (error as NodeJS.ErrnoException).code ?? ''), {
      cause: error,
    });
  }
}

/**
 * Moves an existing data folder aside.
 * @returns where it lies now; `null` when there was none.
 * @throws DataFolderProblem
 */
export async function moveAside(folder: string, now: Date): Promise<string | null> {
  const there = await stat(folder).catch(() => null);
  if (there === null) return null;
  const time = now.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
  const aside = `${folder}.before-${time}`;
  try {
    await rename(folder, aside);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new DataFolderProblem(
      `Cannot move the data folder ${folder} aside (${code}). Close what uses it, or choose another with --data.`,
      { cause: error },
    );
  }
  return aside;
}

function sentenceFor(folder: string, code: string): string {
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return `The data folder ${folder} is not a folder. Choose another with --data.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `The data folder ${folder} cannot be written (${code}). Check its permissions, or choose another with --data.`;
    case 'ENOSPC':
      return `There is no space left for the data folder ${folder}. Free some, or choose another with --data.`;
    default:
      return `The data folder ${folder} cannot be used (${code}). Choose another with --data.`;
  }
}
