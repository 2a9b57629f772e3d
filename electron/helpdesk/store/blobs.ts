/** Bytes kept under the SHA-256 of their content, each written once and never changed. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface KeptBytes {
  hash: string;
  /** Size in bytes. */
  size: number;
}

/** A stream was longer than allowed. What was read is thrown away. */
export class TooLargeError extends Error {
  constructor(readonly limit: number) {
    super(`More than ${limit} bytes`);
    this.name = 'TooLargeError';
  }
}

export class Blobs {
  constructor(private readonly folder: string) {}

  /** Makes the folder and drops what an interrupted write left. */
  async prepare(): Promise<void> {
    await rm(join(this.folder, 'tmp'), { recursive: true, force: true });
    await mkdir(join(this.folder, 'tmp'), { recursive: true, mode: 0o700 });
  }

  /**
   * Keeps a whole buffer, or a stream of at most `limit` bytes; durable when it resolves.
   * @throws TooLargeError once the stream is longer; it has then been read to its end
   */
  async put(source: Uint8Array | AsyncIterable<Uint8Array>, limit = Infinity): Promise<KeptBytes> {
    const temporary = join(this.folder, 'tmp', randomUUID());
    const file = await open(temporary, 'wx', 0o600);
    const digest = createHash('sha256');
    let size = 0;
    try {
      for await (const chunk of source instanceof Uint8Array ? [source] : source) {
        size += chunk.byteLength;
        if (size > limit) continue;
        digest.update(chunk);
        await file.writeFile(chunk);
      }
      if (size > limit) throw new TooLargeError(limit);
      await file.sync();
      await file.close();
      const hash = digest.digest('hex');
      await this.moveIn(temporary, hash);
      return { hash, size };
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** The whole of a kept file. Rejects when it is missing. */
  async read(hash: string): Promise<Buffer> {
    return readFile(this.pathOf(hash));
  }

  /** The file as a stream, or `null` when it is missing. */
  async stream(hash: string): Promise<AsyncIterable<Uint8Array> | null> {
    const found = await stat(this.pathOf(hash)).catch(() => null);
    return found === null ? null : createReadStream(this.pathOf(hash));
  }

  private pathOf(hash: string): string {
    return join(this.folder, hash.slice(0, 2), hash);
  }

  private async moveIn(temporary: string, hash: string): Promise<void> {
    const folder = join(this.folder, hash.slice(0, 2));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(temporary, this.pathOf(hash));
    const entry = await open(folder, 'r').catch(() => null);
    await entry?.sync().catch(() => undefined);
    await entry?.close();
  }
}
