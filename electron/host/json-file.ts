import type { z } from 'zod';
import type { FileSystem } from '@shared/storage/file-system';

/** A small file of the data folder is not what it should be; the sentence says which and what to do. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

/**
 * Reads a small JSON file; `null` when there is none.
 * @throws DataFolderError when it cannot be read or is not of the schema
 */
export async function readJson<S extends z.ZodType>(
  fs: FileSystem,
  path: string,
  schema: S,
): Promise<z.output<S> | null> {
  let bytes: Uint8Array | null;
  try {
    bytes = await fs.read(path);
  } catch (error) {
    throw new DataFolderError(`Cannot read ${path} (${codeOf(error)}). Check its permissions.`, {
      cause: error,
    });
  }
  if (bytes === null) return null;
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new DataFolderError(`${path} is damaged. Repair it, or move it away to start without it.`, {
      cause: error,
    });
  }
}

/** Replaces a small JSON file, durably. */
export async function writeJson(fs: FileSystem, path: string, value: unknown): Promise<void> {
  await fs.replace(path, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
}

/** The short name of a file system error, for a sentence. */
export function codeOf(error: unknown): string {
  return (error as { code?: string } | null)?.code ?? String(error);
}
