import type { UploadedFile } from '@shared/domain/intents';

/**
 * Stores a file in the host in chunks of 1 MB; continues where it stopped when the host was away.
 * @param onProgress share of the bytes stored, 0 to 1
 * @throws DoorFailure `too-large` or `disk-full`; the signal's reason when aborted
 */
export async function uploadFile(
  _file: File,
  _onProgress: (share: number) => void,
  _signal: AbortSignal,
): Promise<UploadedFile> {
  throw new Error('not started');
}

/** Links live 60 s and are good for one GET each: ask again for each use. */
export interface AttachmentLinks {
  /** URL by attachment id; an id is missing while its link is asked for. */
  urls: Readonly<Record<string, string>>;
  /** Set when the host could not give them. */
  failed: boolean;
  refresh(): void;
}

const EMPTY: AttachmentLinks = { urls: {}, failed: false, refresh: () => undefined };

/** Links for the inline images of one message. */
export function useAttachmentLinks(_accountId: string, _attachmentIds: readonly string[]): AttachmentLinks {
  return EMPTY;
}

/** One link to an attachment. Throws {@link DoorFailure}. */
export async function attachmentLink(
  _accountId: string,
  _attachmentId: string,
  _options: { download: boolean },
): Promise<string> {
  return '';
}

/** One link to a file the agent added (a draft's or a pending reply's). Throws {@link DoorFailure}. */
export async function uploadedFileLink(
  _file: UploadedFile,
  _options: { download: boolean },
): Promise<string> {
  return '';
}
