/**
 * Files by the SHA-256 of their bytes: what agents add and what was once opened. One content is
 * kept once, under `<folder>/<first two digits>/<hash>`; parts of files that are still coming lie
 * in `<folder>/parts/`.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppendFile, FileSystem } from '@shared/storage/file-system';
import type { FilePort } from '@shared/sync/ports';

/** There is no room for more: the quota is used up or the disk is full. */
export class DiskFullError extends Error {
  override readonly name = 'DiskFullError';
}

export interface FileStoreOptions {
  fs: FileSystem;
  folder: string;
  /** Most bytes kept over all files. */
  quotaBytes: number;
}

/** Left free on the disk for the journal, whatever the quota allows. */
const RESERVED_BYTES = 64 * 1024 * 1024;

export interface FileStore extends FilePort {
  /** Size in bytes; `null` when it is not here. */
  sizeOf(hash: string): Promise<number | null>;
  /** Every file here with its size and when it came. */
  list(): Promise<{ hash: string; size: number; since: number }[]>;
  /** Bytes over all files. */
  readonly bytes: number;
  /** @throws DiskFullError unless so many more bytes fit */
  reserve(bytes: number): Promise<void>;
  /** Where a part with this id lies. */
  partPath(id: string): string;
  /** Hashes a finished part and makes it a file. */
  adopt(partPath: string): Promise<{ hash: string; size: number }>;
  /** Stores a stream whole. @throws DiskFullError, RangeError when longer than `maxBytes` */
  put(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<{ hash: string; size: number }>;
  remove(hash: string): Promise<void>;
  /** Removes parts of files that nobody continued since a time. */
  removePartsBefore(time: number): Promise<void>;
}

export async function openFileStore(options: FileStoreOptions): Promise<FileStore> {
  await options.fs.makeFolder(join(options.folder, 'parts'));
  const store = new HashedFiles(options);
  store.bytes = (await store.list()).reduce((sum, file) => sum + file.size, 0);
  return store;
}

class HashedFiles implements FileStore {
  bytes = 0;

  constructor(private readonly options: FileStoreOptions) {}

  private path(hash: string): string {
    return join(this.options.folder, hash.slice(0, 2), hash);
  }

  partPath(id: string): string {
    return join(this.options.folder, 'parts', id);
  }

  async sizeOf(hash: string): Promise<number | null> {
    return (await statOf(this.path(hash)))?.size ?? null;
  }

  async open(hash: string): Promise<(() => AsyncIterable<Uint8Array>) | null> {
    if ((await this.sizeOf(hash)) === null) return null;
    return () => createReadStream(this.path(hash));
  }

  async list(): Promise<{ hash: string; size: number; since: number }[]> {
    const found: { hash: string; size: number; since: number }[] = [];
    for (const folder of await readdir(this.options.folder)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const hash of await readdir(join(this.options.folder, folder))) {
        const known = await statOf(this.path(hash));
        if (known !== null) found.push({ hash, size: known.size, since: known.mtimeMs });
      }
    }
    return found;
  }

  async reserve(bytes: number): Promise<void> {
    const disk = await statfs(this.options.folder);
    const free = disk.bavail * disk.bsize;
    if (this.bytes + bytes <= this.options.quotaBytes && bytes + RESERVED_BYTES <= free) return;
    throw new DiskFullError('There is no room for this file. Free some space on the disk and add it again.');
  }

  async adopt(partPath: string): Promise<{ hash: string; size: number }> {
    const sum = createHash('sha256');
    let size = 0;
    for await (const chunk of createReadStream(partPath) as AsyncIterable<Buffer>) {
      sum.update(chunk);
      size += chunk.length;
    }
    const hash = sum.digest('hex');
    if ((await this.sizeOf(hash)) === size) {
      await rm(partPath);
      return { hash, size };
    }
    await mkdir(join(this.options.folder, hash.slice(0, 2)), { recursive: true, mode: 0o700 });
    await rename(partPath, this.path(hash));
    this.bytes += size;
    return { hash, size };
  }

  async put(bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<{ hash: string; size: number }> {
    const path = this.partPath(randomUUID());
    const file = await this.options.fs.append(path);
    try {
      await writeCapped(file, bytes, maxBytes);
      await file.sync();
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw asDiskFull(error);
    }
    await file.close();
    return this.adopt(path);
  }

  async remove(hash: string): Promise<void> {
    const size = await this.sizeOf(hash);
    if (size === null) return;
    await rm(this.path(hash), { force: true });
    this.bytes -= size;
  }

  async removePartsBefore(time: number): Promise<void> {
    for (const id of await readdir(this.partPath(''))) {
      const part = await statOf(this.partPath(id));
      if (part !== null && part.mtimeMs < time) await rm(this.partPath(id), { force: true });
    }
  }
}

async function writeCapped(
  file: AppendFile,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<void> {
  for await (const chunk of bytes) {
    if (file.size + chunk.length > maxBytes)
      throw new RangeError(`The file is larger than ${maxBytes} bytes.`);
    await file.write(chunk);
  }
}

/** A full disk under its own name, so the door can say it; anything else as it was. */
export function asDiskFull(error: unknown): unknown {
  const { code } = error as { code?: string };
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new DiskFullError('The disk is full. Free some space and try again.', { cause: error });
}

async function statOf(path: string): Promise<Stats | null> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
