import { Download } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@renderer/components/Button';
import { useSizeFormat } from '@renderer/components/file-size';
import { useTranslation } from '@renderer/components/use-translation';
import { isUnreachable, readLogFile } from '@renderer/data/delivery-log';
import { exportName } from './export-name';

type Format = 'csv' | 'json';
type Exporting =
  | { step: 'idle' }
  | { step: 'running'; format: Format; bytes: number }
  | { step: 'saved'; name: string }
  | { step: 'failed'; unreachable: boolean };

/** The browser has taken the bytes long before; a minute is for slow disks. */
const REVOKE_AFTER_MS = 60_000;

/** Saves the whole log as a file: fetched with the token in a header, never in an address. */
export function ExportButtons() {
  const { t } = useTranslation('delivery');
  const size = useSizeFormat();
  const [state, setState] = useState<Exporting>({ step: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (format: Format) => {
    const stop = new AbortController();
    running.current = stop;
    setState({ step: 'running', format, bytes: 0 });
    try {
      const file = await readLogFile(
        format,
        (bytes) => setState({ step: 'running', format, bytes }),
        stop.signal,
      );
      setState({ step: 'saved', name: save(file, format) });
    } catch (failure) {
      if (stop.signal.aborted) setState({ step: 'idle' });
      else setState({ step: 'failed', unreachable: isUnreachable(failure) });
    }
  };

  const busy = state.step === 'running';
  return (
    <>
      <div className="flex gap-1.5">
        {(['csv', 'json'] as const).map((format) => (
          <Button
            key={format}
            icon={Download}
            busy={busy && state.format === format}
            disabled={busy && state.format !== format}
            onClick={() => void run(format)}
          >
            {t(`export.${format}`)}
          </Button>
        ))}
      </div>
      <div role="status" className="basis-full empty:-mt-2">
        {state.step === 'running' && (
          <span className="flex items-center gap-2 text-meta text-muted">
            <span className="tabular">{t('export.running', { size: size(state.bytes) })}</span>
            <Button size="small" onClick={() => running.current?.abort()}>
              {t('export.stop')}
            </Button>
          </span>
        )}
        {state.step === 'saved' && (
          <span className="text-meta text-good [overflow-wrap:anywhere]">
            {t('export.done', { name: state.name })}
          </span>
        )}
        {state.step === 'failed' && (
          <span className="text-meta text-danger">
            {t(state.unreachable ? 'export.unreachable' : 'export.failed')}
          </span>
        )}
      </div>
    </>
  );
}

/** @returns what the file is called */
function save(file: Blob, format: Format): string {
  const name = exportName(Date.now(), format);
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
  return name;
}
