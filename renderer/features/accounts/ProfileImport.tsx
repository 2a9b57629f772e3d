import { FileUp } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { Banner } from '@renderer/components/Banner';
import { Button } from '@renderer/components/Button';
import { cx } from '@renderer/components/class-names';
import { useTranslation } from '@renderer/components/use-translation';
import { addProfile, failureCode, type DoorFailureCode } from '@renderer/data/account-admin';
import { useAccountScreen } from '@renderer/state/account-screen';
import { HostFailure } from './CheckPart';
import { withLines, type ShownProblem } from './profile-problems';

/** No profile is larger; a film dropped here by mistake is not read. */
const MOST_BYTES = 256 * 1024;

type Import =
  | { state: 'none' }
  | { state: 'reading' }
  | { state: 'tooLarge'; file: string }
  | { state: 'replaces'; file: File; name: string; accounts: number }
  | { state: 'wrong'; file: string; problems: readonly ShownProblem[] }
  | { state: 'notTaken'; code: DoorFailureCode };

/** Takes a profile of the team's own, dropped here or picked: a helpdesk that nobody else knows. */
export function ProfileImport({ onImported }: { onImported: (backend: string) => void }) {
  const { t } = useTranslation('accounts');
  const [found, setFound] = useState<Import>({ state: 'none' });
  const [over, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined, replace = false) => {
    if (file === undefined) return;
    if (file.size > MOST_BYTES) return setFound({ state: 'tooLarge', file: file.name });
    setFound({ state: 'reading' });
    try {
      const text = await file.text();
      const result = await addProfile(text, replace);
      if (result.kept) onImported(result.offer.id);
      else if (result.replaces !== null) setFound({ state: 'replaces', file, ...result.replaces });
      else setFound({ state: 'wrong', file: file.name, problems: withLines(text, result.problems) });
    } catch (failure) {
      setFound({ state: 'notTaken', code: failureCode(failure) });
    }
  };
  const dropped = useAccountScreen((state) => state.dropped);
  const takeDropped = useAccountScreen((state) => state.takeDropped);
  const takeNewest = useEffectEvent((file: File) => take(file));
  useEffect(() => {
    // The screen around hears of what is dropped, wherever on it.
    const file = dropped === null ? null : takeDropped();
    if (file !== null) void Promise.resolve(file).then((one) => takeNewest(one));
  }, [dropped, takeDropped]);
  return (
    <section
      aria-label={t('profile.title')}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={() => setOver(false)}
      className={cx(
        'flex flex-col gap-2 rounded-control border border-dashed px-3 py-2.5 transition-colors duration-120',
        over ? 'border-accent bg-selected' : 'border-line-control',
      )}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <FileUp size={16} strokeWidth={1.75} className="shrink-0 text-muted" aria-hidden />
        <div className="min-w-0 flex-[1_1_14rem] text-pretty">
          <p className="font-strong">{t('profile.title')}</p>
          <p className="text-muted">{t('profile.what')}</p>
        </div>
        <Button busy={found.state === 'reading'} onClick={() => picker.current?.click()}>
          {t('profile.pick')}
        </Button>
        <input
          ref={picker}
          type="file"
          accept=".yaml,.yml"
          aria-label={t('profile.pick')}
          tabIndex={-1}
          className="hidden"
          onChange={({ target }) => {
            void take(target.files?.[0]);
            // The same file, mended, is picked again.
            target.value = '';
          }}
        />
      </div>
      <div role="status" className="empty:hidden">
        {found.state === 'tooLarge' && (
          <Banner tone="danger">{t('profile.tooLarge', { file: found.file })}</Banner>
        )}
        {found.state === 'notTaken' && <HostFailure code={found.code} />}
        {found.state === 'replaces' && (
          <Banner tone="warning">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
              <p className="min-w-0 flex-[1_1_14rem] [overflow-wrap:anywhere]">
                {t('profile.replaces', { name: found.name, count: found.accounts })}
              </p>
              <Button onClick={() => void take(found.file, true)}>{t('profile.replace')}</Button>
            </div>
          </Banner>
        )}
        {found.state === 'wrong' && <Problems file={found.file} problems={found.problems} />}
      </div>
    </section>
  );
}

function Problems({ file, problems }: { file: string; problems: readonly ShownProblem[] }) {
  const { t } = useTranslation('accounts');
  return (
    <div className="flex flex-col gap-2">
      <p className="font-strong text-danger">{t('profile.wrong', { file, count: problems.length })}</p>
      <ol className="flex flex-col gap-2">
        {problems.map(({ line, column, message, lineText }, i) => (
          <li key={i} className="min-w-0 [overflow-wrap:anywhere]">
            {line !== null && (
              <span className="tabular text-meta text-muted">
                {t('profile.place', { line, column: column ?? 1 })}
              </span>
            )}
            {lineText !== null && (
              <pre className="overflow-x-auto rounded-control bg-hover px-2 py-1 font-mono text-meta">
                {lineText}
              </pre>
            )}
            <p>{message}</p>
          </li>
        ))}
      </ol>
    </div>
  );
}
