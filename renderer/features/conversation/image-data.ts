/**
 * Pictures that came with a message, as addresses the page and the mail frame may show. Signed
 * links are good for one read in a minute, so a picture is read once and kept for this session.
 */
import { useEffect, useState } from 'react';
import type { Attachment } from '@shared/domain/entities';
import { attachmentLink } from '@renderer/data/files';

/** Larger pictures are offered as files, not shown in place. */
export const MAX_INLINE_BYTES = 8 * 1024 * 1024;
const MAX_KEPT_BYTES = 48 * 1024 * 1024;

/** Picture types that can hold no script and load nothing. */
const RASTER = /^image\/(png|jpe?g|gif|webp|bmp|avif)$/i;

/** Whether an attachment may be shown as a picture at all. */
export function isPicture(attachment: Pick<Attachment, 'mediaType' | 'size'>): boolean {
  return RASTER.test(attachment.mediaType) && attachment.size <= MAX_INLINE_BYTES;
}

const kept = new Map<string, { data: Promise<string>; size: number }>();
let keptBytes = 0;

async function read(accountId: string, attachment: Attachment): Promise<string> {
  const answer = await fetch(await attachmentLink(accountId, attachment.id, { download: false }));
  if (!answer.ok) throw new Error(`The picture answered ${answer.status}`);
  const bytes = await answer.arrayBuffer();
  // The declared type was checked above; what the bytes claim to be does not matter to an <img>.
  const blob = new Blob([bytes], { type: attachment.mediaType.toLowerCase() });
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(blob);
  });
}

/** A picture as a `data:` address. Rejects when the host cannot give it now; asking again tries again. */
export function pictureData(accountId: string, attachment: Attachment): Promise<string> {
  const name = `${accountId}/${attachment.id}`;
  const known = kept.get(name);
  if (known !== undefined) {
    kept.delete(name);
    kept.set(name, known);
    return known.data;
  }
  const data = read(accountId, attachment);
  kept.set(name, { data, size: attachment.size });
  keptBytes += attachment.size;
  data.catch(() => forget(name));
  for (const oldest of kept.keys()) {
    if (keptBytes <= MAX_KEPT_BYTES || oldest === name) break;
    forget(oldest);
  }
  return data;
}

function forget(name: string): void {
  keptBytes -= kept.get(name)?.size ?? 0;
  kept.delete(name);
}

export type PictureState = { state: 'loading' | 'failed'; url: null } | { state: 'here'; url: string };

/** One picture for an `<img>`. */
export function usePicture(accountId: string, attachment: Attachment): PictureState {
  const [picture, setPicture] = useState<PictureState>({ state: 'loading', url: null });
  useEffect(() => {
    let live = true;
    pictureData(accountId, attachment).then(
      (url) => live && setPicture({ state: 'here', url }),
      () => live && setPicture({ state: 'failed', url: null }),
    );
    return () => {
      live = false;
    };
  }, [accountId, attachment]);
  return picture;
}

const NONE: Readonly<Record<string, string>> = {};

/** Content-ID → address of the inline pictures of a mail, as they arrive. */
export function useCidUrls(
  accountId: string,
  attachments: readonly Attachment[],
): Readonly<Record<string, string>> {
  const [urls, setUrls] = useState(NONE);
  useEffect(() => {
    let live = true;
    const inline = attachments.filter((one) => one.contentId !== null && isPicture(one));
    // All at once: each change shows the mail anew.
    void Promise.allSettled(
      inline.map(async (one) => [one.contentId ?? '', await pictureData(accountId, one)] as const),
    ).then((found) => {
      const here = found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      if (live && here.length > 0) setUrls(Object.fromEntries(here));
    });
    return () => {
      live = false;
    };
  }, [accountId, attachments]);
  return urls;
}
