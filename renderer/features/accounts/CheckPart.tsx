import { useEffect, useRef } from 'react';
import { Banner } from '@renderer/components/Banner';
import { Button } from '@renderer/components/Button';
import { Progress } from '@renderer/components/Progress';
import { useDelayed } from '@renderer/components/use-delayed';
import { useTranslation } from '@renderer/components/use-translation';
import type { DoorFailureCode } from '@renderer/data/account-admin';
import { CheckSteps } from './CheckSteps';
import { verdictOf } from './check-result';
import type { Checking } from './use-check';

/** What a check is doing and what it found, for eye and ear. */
export function CheckPart({ checking, address }: { checking: Checking; address: string }) {
  const { t } = useTranslation('accounts');
  const { result, reset } = checking;
  const late = useDelayed(result.state === 'running', 1_000);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // In a small window it would come below what is seen, and a failed check look like none.
    if (late || result.state === 'done' || result.state === 'notAsked')
      box.current?.scrollIntoView({ block: 'nearest' });
  }, [late, result.state]);
  return (
    // The margin keeps it clear of the buttons, which stay at the foot.
    <div ref={box} role="status" className="scroll-mb-16 empty:hidden">
      {late && (
        <div className="flex flex-wrap items-center gap-3 rounded-control border px-3 py-2">
          <div className="min-w-0 flex-1">
            <p className="[overflow-wrap:anywhere]">{t('check.running', { address })}</p>
            <p className="text-meta text-muted">{t('check.runningHelp')}</p>
          </div>
          <Button size="small" variant="quiet" onClick={reset}>
            {t('check.stop')}
          </Button>
          <Progress value={null} label={t('check.progress')} />
        </div>
      )}
      {result.state === 'done' && (
        <div className="flex flex-col gap-2 rounded-control border px-3 py-2.5">
          <p className="font-strong">{t(`check.verdict.${verdictOf(result.check)}`)}</p>
          {result.check.steps.length > 0 && <CheckSteps check={result.check} address={result.address} />}
        </div>
      )}
      {result.state === 'notAsked' && <HostFailure code={result.code} />}
    </div>
  );
}

const WORDED: readonly DoorFailureCode[] = ['bad-address', 'already-there', 'unreachable', 'disk-full'];

/** Why this computer did not take it. */
export function HostFailure({ code }: { code: DoorFailureCode }) {
  const { t } = useTranslation('accounts');
  return (
    <div className="overflow-hidden rounded-control">
      <Banner tone="danger" role="alert">
        {t(`failure.${WORDED.includes(code) ? code : 'other'}`)}
      </Banner>
    </div>
  );
}
