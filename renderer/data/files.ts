import type { UploadedFile } from '@shared/domain/intents';
import { systemClock } from './clock';
import { pageData } from './current';
import { upload } from './door/upload';
import { DoorFailure } from './door/failure';

/**
 * Stores a file in the host in chunks of 1 MB; continues where it stopped when the host was away.
 * @param onProgress share of the bytes stored, 0 to 1
 * @throws DoorFailure `too-large` or `disk-full`; the signal's reason when aborted
 */
export function uploadFile(
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<UploadedFile> {
  const { door } = pageData();
  return upload(file, onProgress, signal, { door, clock: systemClock, newId: () => crypto.randomUUID() });
}

/** One link to an attachment; it lives 60 s and is good for one GET. Throws {@link DoorFailure}. */
export async function attachmentLink(
  accountId: string,
  attachmentId: string,
  { download }: { download: boolean },
): Promise<string> {
  const [link] = await pageData().door.links([{ accountId, attachmentId, download }]);
  if (link === undefined) throw new DoorFailure('not-found', 'The host gave no link');
  return link.url;
}
