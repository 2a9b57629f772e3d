import { useEffect, useRef } from 'react';
import { Banner } from '@renderer/components/Banner';
import { Button } from '@renderer/components/Button';
import { useDelayed } from '@renderer/components/use-delayed';
import { useTranslation } from '@renderer/components/use-translation';
import type { DoorFailureCode } from '@renderer/data/account-admin';
import type { CertificateOfferProps } from './CertificateOffer';
import { CheckSteps } from './CheckSteps';
import { askedNow, verdictOf } from './check-result';
import type { Checking } from './use-check';

export interface CheckPartProps {
  checking: Checking;
  /** The agent decided which certificate stands for the helpdesk. */
  onTrust?: CertificateOfferProps['onTrust'];
}

/** What a check is doing and what it found, for eye and ear. */
export function CheckPart({ checking, onTrust }: CheckPartProps) {
  const { t } = useTranslation('accounts');
  const { result, reset } = checking;
  const isRunning = result.state === 'running';
  // What is over at once flashes nothing.
  const shown = useDelayed(isRunning, 300);
  const late = useDelayed(isRunning, 5_000);
  const count = result.state === 'none' ? 0 : result.steps.length;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // In a small window it would come below what is seen, and a failed check look like none.
    if (shown || result.state === 'done' || result.state === 'broken')
      box.current?.scrollIntoView({ block: 'nearest' });
  }, [shown, late, count, result.state]);
  // What is pressed in here goes with the check: the focus returns to what asked for it.
  const focusAsker = () =>
    box.current
      ?.closest('form, [data-checks]')
      ?.querySelector<HTMLElement>('[type="submit"], [data-asks-check]')
      ?.focus();
  const stop = () => {
    focusAsker();
    reset();
  };
  const trust =
    onTrust &&
    ((fingerprint: string | null) => {
      focusAsker();
      onTrust(fingerprint);
    });
  return (
    // The margin keeps it clear of the buttons, which stay at the foot.
    // Each step is read out when it comes, not all of them again.
    <div
      ref={box}
      role="status"
      aria-atomic={false}
      className="flex scroll-mb-16 flex-col gap-2 empty:hidden"
    >
      {(shown || result.state === 'done' || (result.state === 'broken' && count > 0)) && (
        <div className="flex flex-col gap-2 rounded-control border px-3 py-2.5">
          {result.state === 'running' && (
            <div className="flex items-start gap-3">
              <p className="min-w-0 flex-1 font-strong [overflow-wrap:anywhere]">
                {t('check.running', { address: result.address })}
              </p>
              <Button size="small" onClick={stop}>
                {t('check.stop')}
              </Button>
            </div>
          )}
          {result.state === 'done' && (
            <p className="font-strong">{t(`check.verdict.${verdictOf(result.steps)}`)}</p>
          )}
          {result.state !== 'none' && (isRunning || count > 0) && (
            <CheckSteps
              steps={result.steps}
              address={result.address}
              asked={isRunning ? askedNow(result.steps) : null}
              onTrust={trust}
            />
          )}
          {late && <p className="text-meta text-pretty text-muted">{t('check.runningHelp')}</p>}
        </div>
      )}
      {result.state === 'broken' && <HostFailure code={result.code} />}
    </div>
  );
}

const WORDED: readonly DoorFailureCode[] = [
  'bad-address',
  'bad-proxy',
  'already-there',
  'unreachable',
  'disk-full',
];

/** Which of the words for failures fits one. */
export function wordedFailure(code: DoorFailureCode): DoorFailureCode | 'other' {
  return WORDED.includes(code) ? code : 'other';
}

/** Why this computer did not take it. */
export function HostFailure({ code }: { code: DoorFailureCode }) {
  const { t } = useTranslation('accounts');
  return (
    <div className="overflow-hidden rounded-control">
      <Banner tone="danger" role="alert">
        {t(`failure.${wordedFailure(code)}`)}
      </Banner>
    </div>
  );
}
