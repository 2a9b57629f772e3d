import { Paperclip, RotateCcw, X } from 'lucide-react';
import { useTranslation } from '@renderer/components/use-translation';
import type { UploadedFile } from '@shared/domain/intents';
import { cx } from '@renderer/components/class-names';
import { useSizeFormat } from '@renderer/components/file-size';
import { IconButton } from '@renderer/components/IconButton';
import { Progress } from '@renderer/components/Progress';
import type { Upload } from './uploads';

export interface FileChipsProps {
  files: readonly UploadedFile[];
  uploads: readonly Upload[];
  /** What the helpdesk takes, bytes. */
  mostBytes: number;
  onRemoveFile: (index: number) => void;
  onRemoveUpload: (id: string) => void;
  onRetry: (id: string) => void;
}

const CHIP =
  'flex h-8 w-fit max-w-72 min-w-0 items-center gap-2 rounded-control border bg-surface pl-2 pr-0.5';

/** What goes along: stored files, and those on their way with how far they are. */
export function FileChips(props: FileChipsProps) {
  const { files, uploads, mostBytes, onRemoveFile, onRemoveUpload, onRetry } = props;
  const { t } = useTranslation('composer');
  const size = useSizeFormat();
  if (files.length === 0 && uploads.length === 0) return null;
  return (
    <ul aria-label={t('file.list')} className="flex flex-wrap gap-1.5 px-3 pb-2">
      {files.map((file, index) => (
        <li key={`${file.hash}/${index}`} className={CHIP}>
          <Paperclip size={13} className="shrink-0 text-faint" aria-hidden />
          <bdi className="truncate">{file.name}</bdi>
          <span className="tabular shrink-0 text-meta text-faint">{size(file.size)}</span>
          <IconButton
            icon={X}
            size="small"
            label={t('file.remove', { name: file.name })}
            onClick={() => onRemoveFile(index)}
          />
        </li>
      ))}
      {uploads.map((upload) => (
        <li key={upload.id} className={cx(upload.state === 'failed' && 'w-full')}>
          <div className={CHIP}>
            <Paperclip size={13} className="shrink-0 text-faint" aria-hidden />
            <bdi className="truncate">{upload.name}</bdi>
            {upload.state === 'storing' && (
              <span className="w-16 shrink-0">
                <Progress value={upload.share} label={t('file.storing', { name: upload.name })} />
              </span>
            )}
            {upload.state === 'failed' && upload.failure !== 'too-large' && (
              <IconButton
                icon={RotateCcw}
                size="small"
                label={t('file.retry', { name: upload.name })}
                onClick={() => onRetry(upload.id)}
              />
            )}
            <IconButton
              icon={X}
              size="small"
              label={t(upload.state === 'storing' ? 'file.cancel' : 'file.remove', { name: upload.name })}
              onClick={() => onRemoveUpload(upload.id)}
            />
          </div>
          {upload.failure !== null && (
            <p role="alert" className="mt-1 text-meta text-danger">
              {t(`file.failure.${upload.failure}`, {
                name: upload.name,
                size: size(upload.size),
                most: size(mostBytes),
              })}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
