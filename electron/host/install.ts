/** What a data folder remembers of itself: `install.json`. */
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { FileSystem } from '@shared/storage/file-system';
import { DataFolderError, readJson, writeJson } from './json-file';

/** Version of the data folder's layout that this build reads and writes. */
export const LAYOUT = 1;

const port = z.number().int().min(1).max(65_535);
const installSchema = z.object({
  layout: z.number().int(),
  /** 8 hex digits: first part of every intent reference made here. */
  installId: z.string().regex(/^[0-9a-f]{8}$/),
  /** The loopback ports that own the page's IndexedDB; `null` until the first TCP start. */
  ports: z.object({ page: port, mail: port }).nullable(),
  /** Where the embedded helpdesk listened last. */
  helpdeskPort: port.nullable(),
  /** Told to pages; another one empties their cache. */
  epoch: z.string(),
  /** Epoch of each account's spool, as last seen. */
  spools: z.record(z.string(), z.string()),
});
type Installed = z.infer<typeof installSchema>;

/** The sentence for a file system error in the data folder; any other error is returned as it is. */
export function unusableFolder(folder: string, error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string' || error instanceof DataFolderError) return error;
  const advice =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'Free some space on the disk.'
      : 'Check its permissions, or choose another with --data.';
  return new DataFolderError(`The data folder ${folder} cannot be used (${code}). ${advice}`, {
    cause: error,
  });
}

export interface Install {
  readonly data: Readonly<Installed>;
  /** Changes some fields, durably. */
  update(change: Partial<Omit<Installed, 'layout' | 'installId'>>): Promise<void>;
}

/**
 * Opens the console folder, making it when absent.
 * @throws DataFolderError with a sentence when it cannot be used or a newer version wrote it
 */
export async function openInstall(fs: FileSystem, folder: string): Promise<Install> {
  const path = `${folder}/install.json`;
  try {
    await fs.makeFolder(folder);
  } catch (error) {
    throw unusableFolder(folder, error);
  }
  const head = await readJson(fs, path, z.looseObject({ layout: z.number().int() }));
  if (head !== null && head.layout > LAYOUT) {
    throw new DataFolderError(
      `The data folder ${folder} was written by a newer version of Holdfast. Install that version, or choose another folder with --data.`,
    );
  }
  let data = await readJson(fs, path, installSchema);
  const save = async (next: Installed): Promise<void> => {
    await writeJson(fs, path, next).catch((error: unknown) => {
      throw unusableFolder(folder, error);
    });
    data = next;
  };
  if (data === null) {
    const installId = randomBytes(4).toString('hex');
    await save({
      layout: LAYOUT,
      installId,
      ports: null,
      helpdeskPort: null,
      epoch: randomUUID(),
      spools: {},
    });
  }
  return {
    get data() {
      return data as Installed;
    },
    update: (change) => save({ ...(data as Installed), ...change }),
  };
}
