/** Files coming from the page in chunks; a chunk may come twice, late, or after a restart. */
import { rm, stat } from 'node:fs/promises';
import type { UploadProgress } from '@shared/contract/door';
import type { FileSystem } from '@shared/storage/file-system';
import { asDiskFull, type FileStore } from './file-store';

export interface ChunkHead {
  /** Made by the page, a uuid. */
  uploadId: string;
  offset: number;
  /** Size of the whole file. */
  total: number;
  name: string;
  mediaType: string;
}

/** The chunk does not fit the file it belongs to. */
export class BadChunkError extends Error {
  override readonly name = 'BadChunkError';
}

export interface Uploads {
  /**
   * Takes a chunk and resolves after its fsync. One that does not continue where the file stands
   * changes nothing: the answer says where to go on.
   * @throws DiskFullError, BadChunkError
   */
  take(head: ChunkHead, bytes: Uint8Array): Promise<UploadProgress>;
  progress(uploadId: string): Promise<UploadProgress>;
}

export function createUploads(
  fs: FileSystem,
  store: FileStore,
  makeRoom: (bytes: number) => Promise<void>,
): Uploads {
  const finished = new Map<string, UploadProgress>();
  const inTurn = new Map<string, Promise<unknown>>();

  const progress = async (uploadId: string): Promise<UploadProgress> => {
    const done = finished.get(uploadId);
    if (done !== undefined) return done;
    const part = await stat(store.partPath(uploadId)).catch(() => null);
    return { received: part?.size ?? 0, file: null };
  };

  const take = async (head: ChunkHead, bytes: Uint8Array): Promise<UploadProgress> => {
    const before = await progress(head.uploadId);
    if (before.file !== null || before.received !== head.offset) return before;
    if (head.offset + bytes.length > head.total)
      throw new BadChunkError('The chunk is longer than its file.');
    if (head.offset === 0) await makeRoom(head.total);
    const path = store.partPath(head.uploadId);
    await appendDurably(fs, path, head.offset, bytes);
    const received = head.offset + bytes.length;
    if (received < head.total) return { received, file: null };
    const { hash, size } = await store.adopt(path);
    const done = { received: size, file: { hash, size, name: head.name, mediaType: head.mediaType } };
    finished.set(head.uploadId, done);
    return done;
  };

  return {
    progress,
    take(head, bytes) {
      const done = (inTurn.get(head.uploadId) ?? Promise.resolve()).then(() => take(head, bytes));
      const settled = done
        .catch(() => undefined)
        .finally(() => {
          if (inTurn.get(head.uploadId) === settled) inTurn.delete(head.uploadId);
        });
      inTurn.set(head.uploadId, settled);
      return done;
    },
  };
}

async function appendDurably(fs: FileSystem, path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const file = await fs.append(path);
  try {
    await file.write(bytes);
    await file.sync();
  } catch (error) {
    // Half a chunk must not count as received.
    if (offset === 0) await rm(path, { force: true });
    else await file.truncate(offset);
    throw asDiskFull(error);
  } finally {
    await file.close();
  }
}
