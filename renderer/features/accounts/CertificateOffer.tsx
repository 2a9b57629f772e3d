import type { ReactNode } from 'react';
import { Button } from '@renderer/components/Button';
import { formatDate } from '@renderer/components/dates';
import { useTranslation } from '@renderer/components/use-translation';
import type { SeenCertificate } from '@shared/domain/certificates';
import { Fingerprint } from './Fingerprint';

export interface CertificateOfferProps {
  certificate: SeenCertificate;
  /** Takes a fingerprint, or `null` for whatever this computer vouches for; absent: it cannot be decided here. */
  onTrust?: ((fingerprint: string | null) => void) | undefined;
}

/** A certificate that was not accepted: whose it is, what is wrong with it, and the offer to trust it. */
export function CertificateOffer({ certificate, onTrust }: CertificateOfferProps) {
  const { t, i18n } = useTranslation('accounts');
  const { host, subject, issuer, names, validFrom, validTo, fingerprint, faults, trusted } = certificate;
  const day = (at: number) => formatDate(at, i18n.language, 'dayAndYear');
  const changed = trusted !== null;
  // Another one than was trusted, and nothing else is wrong with it: this computer vouches for it.
  const vouched = changed && faults.every((fault) => fault === 'changed');
  return (
    <div className="mt-1 flex flex-col gap-2" data-certificate={fingerprint}>
      <ul className="list-disc pl-4">
        {faults.map((fault) => (
          <li key={fault}>
            {t(`certificate.fault.${fault}`, {
              host,
              issuer,
              names: names.length === 0 ? subject : names.join(', '),
              from: day(validFrom),
              to: day(validTo),
            })}
          </li>
        ))}
      </ul>
      <dl className="grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-3 gap-y-1 text-meta max-[640px]:grid-cols-1">
        <Fact label={t('certificate.subject')}>
          <bdi>{subject}</bdi>
        </Fact>
        <Fact label={t('certificate.issuer')}>
          <bdi>{issuer}</bdi>
        </Fact>
        <Fact label={t('certificate.valid')}>
          {day(validFrom)} – {day(validTo)}
        </Fact>
        {trusted !== null && (
          <Fact label={t('certificate.before')}>
            <Fingerprint value={trusted} />
          </Fact>
        )}
        <Fact label={t(changed ? 'certificate.now' : 'certificate.fingerprint')}>
          <Fingerprint value={fingerprint} />
        </Fact>
      </dl>
      <p className="text-pretty">{t(changed ? 'certificate.askAgain' : 'certificate.ask')}</p>
      {onTrust !== undefined && (
        <div className="flex flex-wrap gap-2">
          {vouched && (
            <Button wraps onClick={() => onTrust(null)}>
              {t('certificate.usual')}
            </Button>
          )}
          <Button wraps onClick={() => onTrust(fingerprint)}>
            {t(changed ? 'certificate.trustNew' : 'certificate.trust')}
          </Button>
        </div>
      )}
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-muted">{label}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
