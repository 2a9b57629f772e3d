import {
  Download,
  File,
  FileArchive,
  FileText,
  Film,
  Image,
  ImageOff,
  Music,
  type LucideIcon,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import type { Attachment } from '@shared/domain/entities';
import { cx } from '@renderer/components/class-names';
import { Dialog } from '@renderer/components/Dialog';
import { IconButton } from '@renderer/components/IconButton';
import { useFileSize } from '@renderer/components/file-size';
import { attachmentLink } from '@renderer/data/files';
import { isPicture, usePicture } from './image-data';

const ICONS: readonly [RegExp, LucideIcon][] = [
  [/^image\//, Image],
  [/^video\//, Film],
  [/^audio\//, Music],
  [/zip|compressed|tar|rar/, FileArchive],
  [/^text\/|pdf|word|document|sheet/, FileText],
];

export interface AttachmentsProps {
  accountId: string;
  attachments: readonly Attachment[];
  /** Pictures are drawn in place (chat, social), not only listed. */
  inline: boolean;
}

/** The files of a message: pictures in place where people send pictures, everything by name and size. */
export function Attachments({ accountId, attachments, inline }: AttachmentsProps) {
  const [open, setOpen] = useState<Attachment | null>(null);
  if (attachments.length === 0) return null;
  const drawn = inline ? attachments.filter(isPicture) : [];
  const listed = attachments.filter((one) => !drawn.includes(one));
  return (
    <div className="mt-2 space-y-1.5">
      {drawn.length > 0 && (
        <div className="flex flex-wrap gap-2">
          {drawn.map((one) => (
            <Thumbnail key={one.id} accountId={accountId} attachment={one} onOpen={() => setOpen(one)} />
          ))}
        </div>
      )}
      {listed.length > 0 && (
        <ul className="flex flex-wrap gap-1.5">
          {listed.map((one) => (
            <li key={one.id} className="max-w-full">
              <FileRow
                accountId={accountId}
                attachment={one}
                {...(isPicture(one) ? { onOpen: () => setOpen(one) } : {})}
              />
            </li>
          ))}
        </ul>
      )}
      {open !== null && <Preview accountId={accountId} attachment={open} onClose={() => setOpen(null)} />}
    </div>
  );
}

function FileRow(props: { accountId: string; attachment: Attachment; onOpen?: () => void }) {
  const { accountId, attachment, onOpen } = props;
  const { t } = useTranslation('conversation');
  const size = useFileSize(attachment.size);
  const Icon = ICONS.find(([pattern]) => pattern.test(attachment.mediaType))?.[1] ?? File;
  const [failed, setFailed] = useState(false);
  const name = attachment.name.trim() === '' ? t('file.unnamed') : attachment.name;
  const download = async () => {
    setFailed(false);
    try {
      const link = document.createElement('a');
      link.href = await attachmentLink(accountId, attachment.id, { download: true });
      link.download = name;
      link.click();
    } catch {
      setFailed(true);
    }
  };
  const words = (
    <>
      <Icon size={14} className="shrink-0 text-faint" aria-hidden />
      <bdi className="truncate">{name}</bdi>
      <span className="tabular shrink-0 text-meta text-faint">{size}</span>
    </>
  );
  return (
    <div>
      <div className="flex h-8 max-w-full items-center rounded-control border bg-surface pr-0.5">
        <button
          type="button"
          onClick={onOpen ?? (() => void download())}
          title={name}
          aria-label={t(onOpen === undefined ? 'file.download' : 'file.open', { name })}
          className="flex h-full min-w-0 items-center gap-2 rounded-control px-2 hover:bg-hover"
        >
          {words}
        </button>
        <IconButton
          icon={Download}
          size="small"
          label={t('file.download', { name })}
          onClick={() => void download()}
        />
      </div>
      {failed && (
        <p role="status" className="mt-0.5 text-meta text-warning">
          {t('file.failed')}
        </p>
      )}
    </div>
  );
}

function Thumbnail(props: { accountId: string; attachment: Attachment; onOpen: () => void }) {
  const { t } = useTranslation('conversation');
  const picture = usePicture(props.accountId, props.attachment);
  const { name } = props.attachment;
  if (picture.state !== 'here') {
    return (
      <span
        className={cx(
          'inline-flex h-32 w-44 items-center justify-center rounded-control border bg-hover text-faint',
        )}
      >
        {picture.state === 'failed' && <ImageOff size={20} role="img" aria-label={t('file.failed')} />}
      </span>
    );
  }
  return (
    <button
      type="button"
      onClick={props.onOpen}
      aria-label={t('file.open', { name })}
      className="overflow-hidden rounded-control border"
    >
      <img src={picture.url} alt={name} className="block max-h-60 max-w-full" />
    </button>
  );
}

function Preview(props: { accountId: string; attachment: Attachment; onClose: () => void }) {
  const { t } = useTranslation('conversation');
  const picture = usePicture(props.accountId, props.attachment);
  const size = useFileSize(props.attachment.size);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={props.attachment.name}
      description={size}
      size="wide"
    >
      <div className="flex min-h-40 items-center justify-center">
        {picture.state === 'here' && (
          <img src={picture.url} alt={props.attachment.name} className="max-h-[60vh] max-w-full" />
        )}
        {picture.state === 'failed' && <p className="text-muted">{t('file.failed')}</p>}
      </div>
    </Dialog>
  );
}
