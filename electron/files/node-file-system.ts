/** Durable storage on a real disk. Everything is private to the user: folders 0700, files 0600. */
import { randomUUID } from 'node:crypto';
import { open, mkdir, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AppendFile, FileSystem } from '@shared/storage/file-system';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** {@link FileSystem} over `node:fs`. Errors are Node's own, with their `code`. */
export const nodeFileSystem: FileSystem = {
  async list(folder) {
    const entries = await absentAs([], readdir(folder, { withFileTypes: true }));
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  },
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  },
  async read(path) {
    return absentAs(null, readFile(path));
  },
  async readRange(path, offset, length) {
    const handle = await open(path, 'r');
    try {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    } finally {
      await handle.close();
    }
  },
  async replace(path, bytes) {
    const temporary = `${path}.${randomUUID()}.tmp`;
    try {
      const handle = await open(temporary, 'wx', FILE_MODE);
      try {
        await writeAll(handle, bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(dirname(path));
  },
  async append(path) {
    const handle = await open(path, 'a', FILE_MODE);
    try {
      await syncFolder(dirname(path));
      return appendFile(handle, (await handle.stat()).size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
  async remove(path) {
    await rm(path, { force: true });
  },
};

function appendFile(handle: FileHandle, initialSize: number): AppendFile {
  let size = initialSize;
  return {
    get size() {
      return size;
    },
    async write(bytes) {
      await writeAll(handle, bytes, (written) => {
        size += written;
      });
    },
    sync: () => handle.datasync(),
    async truncate(length) {
      await handle.truncate(length);
      await handle.sync();
      size = length;
    },
    close: () => handle.close(),
  };
}

async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  onWritten: (count: number) => void = () => {},
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done);
    done += bytesWritten;
    onWritten(bytesWritten);
  }
}

/** Makes a new or renamed entry survive a power loss. Windows cannot open folders and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function absentAs<T, N>(fallback: N, promise: Promise<T>): Promise<T | N> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fallback;
    throw error;
  }
}
