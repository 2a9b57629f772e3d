import { CircleAlert, CircleCheck, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '@renderer/components/class-names';
import { formatFigure } from '@renderer/components/figures';
import { Spinner } from '@renderer/components/Progress';
import { useTranslation } from '@renderer/components/use-translation';
import type { CheckStep } from '@shared/contract/accounts';
import { isPrivateHost } from '@shared/domain/private-host';
import { CertificateOffer, type CertificateOfferProps } from './CertificateOffer';
import { isWarning, skewOf, type askedNow, type FailedStep } from './check-result';

export interface CheckStepsProps {
  steps: readonly CheckStep[];
  address: string;
  /** What is asked at this moment; `null`: nothing any more. */
  asked: ReturnType<typeof askedNow>;
  onTrust?: CertificateOfferProps['onTrust'];
}

/** How far a check got, step by step; what failed with what to do about it. */
export function CheckSteps({ steps, address, asked, onTrust }: CheckStepsProps) {
  const { t } = useTranslation('accounts');
  return (
    <ol aria-label={t('check.label')} className="flex flex-col gap-1.5">
      {steps.map((step, i) =>
        step.step === 'failed' ? (
          <Failed key={i} failed={step} address={address} onTrust={onTrust} />
        ) : (
          <Done key={i} step={step} />
        ),
      )}
      {asked !== null && (
        <li data-result="asked" className="flex items-start gap-2 text-muted">
          <span className="mt-0.5 flex shrink-0">
            <Spinner size={15} />
          </span>
          <p className="min-w-0 flex-1 text-pretty">{t(`check.now.${asked}`)}</p>
        </li>
      )}
    </ol>
  );
}

/** Not encrypted, and out of the own network. */
function isReadAlong(origin: string): boolean {
  return origin.startsWith('http:') && !isPrivateHost(origin);
}

type DoneStep = Exclude<CheckStep, FailedStep>;

function Done({ step }: { step: DoneStep }) {
  const { t } = useTranslation(['accounts', 'delivery']);
  switch (step.step) {
    case 'address':
      return isReadAlong(step.origin) ? (
        <Line look="warned" help={t('help.plain')}>
          {t('check.address', { origin: step.origin })}
        </Line>
      ) : (
        <Line>{t('check.address', { origin: step.origin })}</Line>
      );
    case 'helpdesk':
      return <Line>{t('check.helpdesk', { name: step.name })}</Line>;
    case 'signIn':
      return (
        <Line>
          {t('check.signIn', { name: step.agent.name })}
          {step.agent.email !== null && step.agent.email !== '' && (
            <bdi className="text-muted"> {step.agent.email}</bdi>
          )}
          {step.speaker !== undefined && <> {t('speaker:youAnswerAs', { name: step.speaker })}</>}
        </Line>
      );
    case 'read':
      return (
        <>
          <Line>{t(step.all ? 'check.read' : 'check.readAtLeast', { count: step.open })}</Line>
          {step.setAside > 0 && (
            <Line look="warned" detail={step.problem}>
              {t('check.setAside', { count: step.setAside })}
            </Line>
          )}
        </>
      );
    case 'tier':
      return (
        <Line>
          {t('check.tier', { tier: step.tier })} {t(`delivery:tier.${step.tier}`)}
        </Line>
      );
    case 'clock':
      // A clock that goes right is no news.
      return null;
  }
}

interface FailedProps extends Pick<CheckStepsProps, 'address'> {
  failed: FailedStep;
  onTrust: CertificateOfferProps['onTrust'];
}

function Failed({ failed, address, onTrust }: FailedProps) {
  const { t, i18n } = useTranslation('accounts');
  const { problem, detail, certificate } = failed;
  if (problem === 'clock-skew') {
    const { minutes, ahead } = skewOf(detail);
    return (
      <Line look="warned" help={t('help.clock-skew')}>
        {t(ahead ? 'check.clockAhead' : 'check.clockBehind', {
          count: minutes,
          figure: formatFigure(minutes, i18n.language),
        })}
      </Line>
    );
  }
  if (certificate !== undefined) {
    return (
      <Line look="failed" after={<CertificateOffer certificate={certificate} onTrust={onTrust} />}>
        {t(certificate.trusted === null ? `problem.${problem}` : 'certificate.changed', { address })}
      </Line>
    );
  }
  return (
    <Line look={isWarning(failed) ? 'warned' : 'failed'} help={t(`help.${problem}`)} detail={detail}>
      {t(`problem.${problem}`, { address })}
    </Line>
  );
}

const LOOK: Readonly<Record<'good' | 'warned' | 'failed', { icon: LucideIcon; colour: string }>> = {
  good: { icon: CircleCheck, colour: 'text-good' },
  warned: { icon: TriangleAlert, colour: 'text-warning' },
  failed: { icon: CircleAlert, colour: 'text-danger' },
};

interface LineProps {
  look?: keyof typeof LOOK;
  /** What to do about it. */
  help?: string;
  /** The server's own words. */
  detail?: string | null;
  /** What stands below. */
  after?: ReactNode;
  children: ReactNode;
}

function Line({ look = 'good', help, detail = null, after, children }: LineProps) {
  const { t } = useTranslation('accounts');
  const { icon: Icon, colour } = LOOK[look];
  return (
    <li data-result={look} className="flex items-start gap-2">
      <Icon size={15} strokeWidth={2} className={cx('mt-0.5 shrink-0', colour)} aria-hidden />
      <div className="min-w-0 flex-1 text-pretty [overflow-wrap:anywhere]">
        <p className={cx(look === 'failed' && 'font-strong')}>{children}</p>
        {help !== undefined && <p className="text-muted">{help}</p>}
        {detail !== null && detail !== '' && (
          <p className="mt-0.5 text-meta text-muted">
            {t('check.theirWords')} <bdi>{detail}</bdi>
          </p>
        )}
        {after}
      </div>
    </li>
  );
}
