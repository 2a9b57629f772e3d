import type { UploadedFile } from '@shared/domain/intents';
import { useCallback, useEffect, useMemo, useState } from 'react';
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

/** Links live 60 s and are good for one GET each: ask again for each use. */
export interface AttachmentLinks {
  /** URL by attachment id; an id is missing while its link is asked for. */
  urls: Readonly<Record<string, string>>;
  /** Set when the host could not give them. */
  failed: boolean;
  refresh(): void;
}

const NO_URLS: Readonly<Record<string, string>> = {};

/** Links for the inline images of one message. */
export function useAttachmentLinks(accountId: string, attachmentIds: readonly string[]): AttachmentLinks {
  const wanted = attachmentIds.join('\n');
  const [turn, setTurn] = useState(0);
  const question = `${accountId}\n${wanted}\n${turn}`;
  const [answer, setAnswer] = useState({ question: '', urls: NO_URLS, failed: false });
  useEffect(() => {
    if (wanted === '') return;
    let current = true;
    const ids = wanted.split('\n');
    void pageData()
      .door.links(ids.map((attachmentId) => ({ accountId, attachmentId, download: false })))
      .then(
        (links) => {
          const urls = Object.fromEntries(links.map(({ url }, i) => [ids[i]!, url]));
          if (current) setAnswer({ question, urls, failed: false });
        },
        () => {
          if (current) setAnswer({ question, urls: NO_URLS, failed: true });
        },
      );
    return () => {
      current = false;
    };
  }, [accountId, wanted, question]);
  const refresh = useCallback(() => setTurn((before) => before + 1), []);
  return useMemo(() => {
    const fresh = answer.question === question;
    return { urls: fresh ? answer.urls : NO_URLS, failed: fresh && answer.failed, refresh };
  }, [answer, question, refresh]);
}

/** One link to an attachment. Throws {@link DoorFailure}. */
export function attachmentLink(
  accountId: string,
  attachmentId: string,
  { download }: { download: boolean },
): Promise<string> {
  return oneLink({ accountId, attachmentId, download });
}

/** One link to a file the agent added (a draft's or a pending reply's). Throws {@link DoorFailure}. */
export function uploadedFileLink(
  { hash, mediaType }: UploadedFile,
  { download }: { download: boolean },
): Promise<string> {
  return oneLink({ hash, mediaType, download });
}

type WantedLink = Parameters<ReturnType<typeof pageData>['door']['links']>[0][number];

async function oneLink(wanted: WantedLink): Promise<string> {
  const [link] = await pageData().door.links([wanted]);
  if (link === undefined) throw new DoorFailure('not-found', 'The host gave no link');
  return link.url;
}
