import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '@electron/files/node-file-system';
import type { Backend } from '@shared/backends/port';
import type { FileSystem } from '@shared/storage/file-system';
import { diskError } from '@shared/testing/memory-file-system';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAttachmentCache, type AttachmentCache } from './attachment-cache';
import { openFileStore, type FileStore } from './file-store';
import { createUploads, type Uploads } from './uploads';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
async function* streamOf(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield bytes(part);
}
const openStore = (quotaBytes = 1e9, fs: FileSystem = nodeFileSystem): Promise<FileStore> =>
  openFileStore({ fs, folder: join(folder, 'files'), quotaBytes });
async function textOf(store: FileStore, hash: string): Promise<string | null> {
  const open = await store.open(hash);
  if (open === null) return null;
  const parts: Uint8Array[] = [];
  for await (const part of open()) parts.push(part);
  return Buffer.concat(parts).toString();
}
/** A disk that is full for appended files as soon as `full` is set. */
function fullDisk(): { fs: FileSystem; full: boolean } {
  const disk = {
    full: false,
    fs: {
      ...nodeFileSystem,
      append: async (path: string) => {
        const file = await nodeFileSystem.append(path);
        return new Proxy(file, {
          get(target, name) {
            if (name === 'write' && disk.full) {
              return async (chunk: Uint8Array) => {
                await target.write(chunk.subarray(0, 2));
                throw diskError('ENOSPC');
              };
            }
            const value: unknown = Reflect.get(target, name);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
      },
    } satisfies FileSystem,
  };
  return disk;
}

describe('the file store', () => {
  it('keeps a content once, under its hash, private, also after a restart', async () => {
    const store = await openStore();
    const first = await store.put(streamOf('hel', 'lo'), 100);
    const second = await store.put(streamOf('hello'), 100);
    expect(first).toEqual({ hash: hashOf('hello'), size: 5 });
    expect(second).toEqual(first);
    const again = await openStore();
    expect(again.bytes).toBe(5);
    expect(await textOf(again, first.hash)).toBe('hello');
    const path = join(folder, 'files', first.hash.slice(0, 2), first.hash);
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('refuses a stream that is too long and leaves nothing of it', async () => {
    const store = await openStore();
    await expect(store.put(streamOf('hello', 'world'), 7)).rejects.toThrow(RangeError);
    expect([store.bytes, await store.list()]).toEqual([0, []]);
  });

  it('says so when the disk is full, and leaves nothing half written', async () => {
    const disk = fullDisk();
    const store = await openStore(1e9, disk.fs);
    disk.full = true;
    await expect(store.put(streamOf('hello'), 100)).rejects.toThrow('The disk is full');
    disk.full = false;
    expect(await store.put(streamOf('hello'), 100)).toMatchObject({ size: 5 });
  });

  it('knows no file by a hash that is not here', async () => {
    const store = await openStore();
    expect(await store.open(hashOf('none'))).toBeNull();
    await store.remove(hashOf('none'));
  });
});

describe('uploads in chunks', () => {
  const id = randomUUID();
  const head = (offset: number, total = 10, uploadId = id) => ({
    uploadId,
    offset,
    total,
    name: 'sample.txt',
    mediaType: 'text/plain',
  });
  async function start(fs: FileSystem = nodeFileSystem): Promise<{ uploads: Uploads; store: FileStore }> {
    const store = await openStore(1_000, fs);
    return { store, uploads: createUploads(fs, store, (size) => store.reserve(size)) };
  }

  it('make a file once the last byte is there', async () => {
    const { uploads, store } = await start();
    expect(await uploads.take(head(0), bytes('hello'))).toEqual({ received: 5, file: null });
    const done = await uploads.take(head(5), bytes('world'));
    expect(done.file).toEqual({
      hash: hashOf('helloworld'),
      name: 'sample.txt',
      mediaType: 'text/plain',
      size: 10,
    });
    expect(await textOf(store, hashOf('helloworld'))).toBe('helloworld');
    expect(await uploads.progress(id)).toEqual(done);
  });

  it('take an empty file', async () => {
    const { uploads } = await start();
    expect((await uploads.take(head(0, 0), bytes(''))).file).toMatchObject({ size: 0, hash: hashOf('') });
  });

  it('count a chunk that comes twice once, also when both come at the same time', async () => {
    const { uploads } = await start();
    const both = await Promise.all([
      uploads.take(head(0), bytes('hello')),
      uploads.take(head(0), bytes('hello')),
    ]);
    expect(both.map((one) => one.received)).toEqual([5, 5]);
    await uploads.take(head(5), bytes('world'));
    expect((await uploads.take(head(5), bytes('world'))).file?.hash).toBe(hashOf('helloworld'));
  });

  it('continue after a restart where they stood', async () => {
    await (await start()).uploads.take(head(0), bytes('hello'));
    const { uploads } = await start();
    expect(await uploads.progress(id)).toEqual({ received: 5, file: null });
    expect(await uploads.take(head(0), bytes('XXXXX'))).toEqual({ received: 5, file: null });
    expect((await uploads.take(head(5), bytes('world'))).file?.hash).toBe(hashOf('helloworld'));
  });

  it('refuse a chunk that is longer than its file', async () => {
    const { uploads } = await start();
    await expect(uploads.take(head(0, 3), bytes('hello'))).rejects.toThrow('longer than its file');
  });

  it('refuse a file the quota has no room for before its first byte', async () => {
    const { uploads } = await start();
    await expect(uploads.take(head(0, 5_000), bytes('hello'))).rejects.toThrow('no room');
    expect(await uploads.progress(id)).toEqual({ received: 0, file: null });
  });

  it('do not count half a chunk that a full disk cut', async () => {
    const disk = fullDisk();
    const { uploads } = await start(disk.fs);
    await uploads.take(head(0), bytes('hello'));
    disk.full = true;
    await expect(uploads.take(head(5), bytes('world'))).rejects.toThrow('The disk is full');
    disk.full = false;
    expect(await uploads.progress(id)).toEqual({ received: 5, file: null });
    expect((await uploads.take(head(5), bytes('world'))).file?.hash).toBe(hashOf('helloworld'));
  });
});

describe('the cache of attachments', () => {
  const signal = new AbortController().signal;
  let downloads: string[] = [];
  let online = true;
  const backend = {
    async download(id: string) {
      if (!online) throw new Error('cut off');
      downloads.push(id);
      return streamOf(`content of ${id}`);
    },
  } as unknown as Backend;
  beforeEach(() => {
    downloads = [];
    online = true;
  });

  async function open(
    quotaBytes = 1e9,
    pinned: ReadonlySet<string> = new Set(),
  ): Promise<{ cache: AttachmentCache; store: FileStore }> {
    const store = await openStore(quotaBytes);
    const cache = await openAttachmentCache({
      fs: nodeFileSystem,
      folder: join(folder, 'index'),
      store,
      backendOf: (accountId) => (accountId === 'a1' ? backend : null),
      pinned: () => pinned,
    });
    return { cache, store };
  }

  it('fetches once, and opens again offline after a restart', async () => {
    const { cache } = await open();
    const [first, second] = await Promise.all([
      cache.fetch('a1', 'x', signal),
      cache.fetch('a1', 'x', signal),
    ]);
    expect([first, second]).toEqual([hashOf('content of x'), hashOf('content of x')]);
    expect(downloads).toEqual(['x']);
    await cache.close();
    online = false;
    const again = await open();
    expect(await again.cache.fetch('a1', 'x', signal)).toBe(first);
    expect(await textOf(again.store, first ?? '')).toBe('content of x');
  });

  it('has nothing for an account that is not set up', async () => {
    expect(await (await open()).cache.fetch('a2', 'x', signal)).toBeNull();
  });

  it('drops what was used longest ago when room is needed, and never what is in use', async () => {
    const pinned = new Set([hashOf('content of 1')]);
    const { cache, store } = await open(36, pinned);
    for (const id of ['1', '2', '3']) await cache.fetch('a1', id, signal);
    await cache.fetch('a1', '2', signal);
    await cache.fetch('a1', '4', signal);
    const kept = (await store.list()).map((file) => file.hash).sort();
    expect(kept).toEqual(['1', '2', '4'].map((id) => hashOf(`content of ${id}`)).sort());
    await expect(cache.makeRoom(1_000)).rejects.toThrow('no room');
    expect((await store.list()).map((file) => file.hash)).toEqual([...pinned]);
  });

  it('does not fill the disk with what it has to refuse', async () => {
    const { cache, store } = await open(13, new Set([hashOf('content of 1')]));
    await cache.fetch('a1', '1', signal);
    for (const id of ['2', '3', '4', '5']) {
      await expect(cache.fetch('a1', id, signal)).rejects.toThrow('no room');
    }
    expect((await store.list()).length).toBeLessThanOrEqual(2);
  });

  it('sweeps files that nothing names and unfinished ones, a week after they came', async () => {
    const { cache, store } = await open(1e9, new Set([hashOf('named by a draft')]));
    const uploads = createUploads(nodeFileSystem, store, (size) => store.reserve(size));
    const unfinished = { uploadId: randomUUID(), offset: 0, total: 9, name: 'x', mediaType: '' };
    await uploads.take(unfinished, bytes('half'));
    await store.put(streamOf('named by a draft'), 100);
    await store.put(streamOf('left behind'), 100);
    await cache.fetch('a1', 'x', signal);
    const day = 24 * 3_600_000;
    await cache.sweep(Date.now() + 6 * day);
    expect(await store.list()).toHaveLength(3);
    expect((await uploads.progress(unfinished.uploadId)).received).toBe(4);
    await cache.sweep(Date.now() + 8 * day);
    const kept = (await store.list()).map((file) => file.hash).sort();
    expect(kept).toEqual([hashOf('named by a draft'), hashOf('content of x')].sort());
    expect((await uploads.progress(unfinished.uploadId)).received).toBe(0);
  });
});
