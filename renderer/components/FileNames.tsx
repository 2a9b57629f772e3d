import { Paperclip } from 'lucide-react';
import type { UploadedFile } from '@shared/domain/intents';
import { cx } from './class-names';

export interface FileNamesProps {
  files: readonly UploadedFile[];
  /** One under the other, where there is little width. */
  stacked?: boolean;
}

/** The files of a message that has not arrived yet, by name; nothing when there are none. */
export function FileNames({ files, stacked = false }: FileNamesProps) {
  if (files.length === 0) return null;
  return (
    <ul className={cx('mt-1.5 text-muted', stacked ? 'space-y-1' : 'flex flex-wrap gap-x-3 gap-y-1')}>
      {files.map((file) => (
        <li key={`${file.hash}/${file.name}`} className="flex min-w-0 items-center gap-1.5">
          <Paperclip size={13} aria-hidden className="shrink-0 text-faint" />
          <bdi className="truncate">{file.name}</bdi>
        </li>
      ))}
    </ul>
  );
}
