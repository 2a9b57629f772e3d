/** Files go to the host in chunks and go on where they stopped. */
import { UPLOAD_CHUNK_BYTES, type UploadProgress } from '@shared/contract/door';
import type { UploadedFile } from '@shared/domain/intents';
import type { Clock } from '../clock';
import type { DoorClient } from './door-client';
import { DoorFailure } from './failure';

const RETRY_FIRST_MS = 500;
const RETRY_AT_MOST_MS = 5_000;
const NAME_AT_MOST = 255;

export interface UploadDeps {
  door: Pick<DoorClient, 'putChunk' | 'uploadProgress'>;
  clock: Clock;
  newId(): string;
}

/**
 * Stores a file. While the host is away it tries again until the signal aborts.
 * @param onProgress share of the bytes stored, 0 to 1
 * @throws DoorFailure `too-large`, `disk-full`, `bad-request`; the signal's reason when aborted
 */
export async function upload(
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
  { door, clock, newId }: UploadDeps,
): Promise<UploadedFile> {
  const uploadId = newId();
  const about = {
    name: file.name.slice(0, NAME_AT_MOST) || 'file',
    type: file.type || 'application/octet-stream',
    size: file.size,
  };
  let offset = 0;
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    let progress: UploadProgress;
    try {
      progress =
        failures === 0
          ? await door.putChunk(
              uploadId,
              about,
              offset,
              file.slice(offset, offset + UPLOAD_CHUNK_BYTES),
              signal,
            )
          : await door.uploadProgress(uploadId, signal);
      failures = 0;
    } catch (failure) {
      signal.throwIfAborted();
      if (!(failure instanceof DoorFailure)) throw failure;
      if (failure.code === 'not-found' && failures > 0) {
        // The host knows nothing of it yet: from the beginning.
        offset = 0;
        failures = 0;
        continue;
      }
      if (failure.code !== 'unreachable' && failure.code !== 'closing' && failure.code !== 'no-token') {
        throw failure;
      }
      failures += 1;
      await clock.sleep(Math.min(RETRY_AT_MOST_MS, RETRY_FIRST_MS * 2 ** (failures - 1)), signal);
      continue;
    }
    if (progress.file !== null) {
      onProgress(1);
      return progress.file;
    }
    offset = progress.received;
    onProgress(file.size === 0 ? 0 : offset / file.size);
  }
}
