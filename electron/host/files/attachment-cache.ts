/**
 * Attachments once opened, kept so that they open again offline. A small log says which attachment
 * has which content; the least recently used go first when room is needed.
 */
import type { Backend } from '@shared/backends/port';
import type { FileSystem } from '@shared/storage/file-system';
import { openRecordLog, type RecordLog } from '@shared/storage/record-log';
import type { FileStore } from './file-store';

/** Larger ones are never fetched into the host's store. */
export const MAX_ATTACHMENT_BYTES = 100 * 1024 * 1024;

interface CachedAttachment {
  key: string;
  /** `null`: no longer kept. */
  hash: string | null;
}

export interface AttachmentCacheOptions {
  fs: FileSystem;
  folder: string;
  store: FileStore;
  backendOf(accountId: string): Backend | null;
  /** Files of drafts and of unsent replies, which must stay whatever the quota says. */
  pinned(): ReadonlySet<string>;
}

export interface AttachmentCache {
  /**
   * Hash of an attachment's content in the store, fetched from its backend when it is not there.
   * @throws BackendError, DiskFullError, RangeError when it is too large; `null` without such an account
   */
  fetch(accountId: string, attachmentId: string, signal: AbortSignal): Promise<string | null>;
  /** Makes room, dropping attachments last used longest ago. @throws DiskFullError */
  makeRoom(bytes: number): Promise<void>;
  /** Removes files that nothing names, and unfinished ones, a week after they came. */
  sweep(now: number): Promise<void>;
  close(): Promise<void>;
}

/** A file just added is named by nothing until its draft is saved. */
const ORPHAN_MS = 7 * 24 * 3_600_000;
const SEGMENT_BYTES = 1024 * 1024;

export async function openAttachmentCache(options: AttachmentCacheOptions): Promise<AttachmentCache> {
  const hashes = new Map<string, string>();
  const log = await openRecordLog<CachedAttachment>(
    { fs: options.fs, folder: options.folder, segmentBytes: SEGMENT_BYTES },
    ({ key, hash }) => {
      hashes.delete(key);
      if (hash !== null) hashes.set(key, hash);
    },
  );
  if (log.bytes > 2 * SEGMENT_BYTES) await log.rewrite([...hashes].map(([key, hash]) => ({ key, hash })));
  return new LoggedCache(options, log, hashes);
}

class LoggedCache implements AttachmentCache {
  private fetching = new Map<string, Promise<string | null>>();

  constructor(
    private readonly options: AttachmentCacheOptions,
    private readonly log: RecordLog<CachedAttachment>,
    /** Least recently used first. */
    private readonly hashes: Map<string, string>,
  ) {}

  fetch(accountId: string, attachmentId: string, signal: AbortSignal): Promise<string | null> {
    const key = `${accountId}/${attachmentId}`;
    const running = this.fetching.get(key);
    if (running !== undefined) return running;
    const started = this.fetchNow(key, accountId, attachmentId, signal).finally(() =>
      this.fetching.delete(key),
    );
    this.fetching.set(key, started);
    return started;
  }

  private async fetchNow(
    key: string,
    accountId: string,
    attachmentId: string,
    signal: AbortSignal,
  ): Promise<string | null> {
    const known = this.hashes.get(key);
    if (known !== undefined && (await this.options.store.sizeOf(known)) !== null) {
      this.hashes.delete(key);
      this.hashes.set(key, known);
      return known;
    }
    const backend = this.options.backendOf(accountId);
    if (backend === null) return null;
    // Before it comes: what is stored and then refused would lie there unnamed and fill the disk.
    await this.makeRoom(0);
    const bytes = await backend.download(attachmentId, signal);
    const { hash } = await this.options.store.put(bytes, MAX_ATTACHMENT_BYTES);
    this.hashes.set(key, hash);
    await this.log.append([{ key, hash }]);
    await this.makeRoom(0, hash);
    return hash;
  }

  async makeRoom(bytes: number, justStored?: string): Promise<void> {
    const pinned = this.options.pinned();
    for (const [key, hash] of this.hashes) {
      if (await this.fits(bytes)) return;
      if (pinned.has(hash) || hash === justStored) continue;
      this.hashes.delete(key);
      await this.options.store.remove(hash);
      await this.log.append([{ key, hash: null }]);
    }
    await this.options.store.reserve(bytes);
  }

  private async fits(bytes: number): Promise<boolean> {
    return this.options.store.reserve(bytes).then(
      () => true,
      () => false,
    );
  }

  async sweep(now: number): Promise<void> {
    await this.options.store.removePartsBefore(now - ORPHAN_MS);
    const named = new Set([...this.options.pinned(), ...this.hashes.values()]);
    for (const { hash, since } of await this.options.store.list()) {
      if (!named.has(hash) && now - since > ORPHAN_MS) await this.options.store.remove(hash);
    }
  }

  close(): Promise<void> {
    return this.log.close();
  }
}
