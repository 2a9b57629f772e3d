import { ChevronDown, ChevronRight } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { Button } from '@renderer/components/Button';
import { Select } from '@renderer/components/Select';
import { useTranslation } from '@renderer/components/use-translation';
import type { TypedAccount, TypedWay } from '@renderer/state/typed-account';
import type { Connection } from '@shared/contract/accounts';
import { PROXY_PASSWORD, shownWay, STRAIGHT } from './connection';
import { Fingerprint } from './Fingerprint';
import type { FieldName } from './sign-in-fields';
import { Field } from './SignInForm';

export interface ConnectionFieldsProps {
  filled: TypedAccount;
  onFill: (patch: Partial<TypedAccount>) => void;
  /** As it is kept; `null`: of an account that is not there yet, or not known. */
  kept: Connection | null;
  /** A check ended at what stands here. */
  ended: boolean;
  /** Fields that were asked for and are still empty. */
  missing: readonly FieldName[];
}

const PROXIES = ['none', 'system', 'address'] as const;

/** How the helpdesk is reached: closed, because mostly there is nothing to say. */
export function ConnectionFields({ filled, onFill, kept, ended: endedHere, missing }: ConnectionFieldsProps) {
  const { t } = useTranslation('accounts');
  const ended = endedHere || missing.includes('proxyUrl');
  const [isOpen, setOpen] = useState(ended);
  const [wasEnded, setWasEnded] = useState(ended);
  if (ended !== wasEnded) {
    setWasEnded(ended);
    // It stays open then: what comes of the next check moves nothing away.
    if (ended) setOpen(true);
  }
  const fields = useId();
  const head = useRef<HTMLButtonElement>(null);
  const way = filled.way ?? (kept === null ? STRAIGHT : shownWay(kept));
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <div className="rounded-control border">
      <button
        ref={head}
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? fields : undefined}
        onClick={() => setOpen(!isOpen)}
        className="flex min-h-8 w-full items-center gap-2 rounded-control px-2.5 py-1 text-left transition-colors duration-120 hover:bg-hover"
      >
        <Chevron size={14} className="shrink-0 text-faint" aria-hidden />
        <span className="flex-1">{t('connection.title')}</span>
        <span className="text-meta text-muted">{t(`connection.short.${shortOf(way)}`)}</span>
      </button>
      {isOpen && (
        <div id={fields} className="flex flex-col gap-3 border-t px-3 py-3">
          <Certificate
            way={way}
            onFill={(patch) => {
              // The button goes with the trust.
              head.current?.focus();
              onFill(patch);
            }}
          />
          <ProxyFields way={way} filled={filled} onFill={onFill} kept={kept} missing={missing} />
        </div>
      )}
    </div>
  );
}

function shortOf({ trusted, proxy }: TypedWay): 'straight' | 'trusted' | 'proxy' | 'both' {
  if (proxy === 'none') return trusted === null ? 'straight' : 'trusted';
  return trusted === null ? 'proxy' : 'both';
}

interface PartProps {
  way: TypedWay;
  onFill: ConnectionFieldsProps['onFill'];
}

function Certificate({ way, onFill }: PartProps) {
  const { t } = useTranslation('accounts');
  return (
    <div className="flex flex-col items-start gap-1">
      <p className="text-meta text-muted">{t('connection.certificate')}</p>
      {way.trusted === null ? (
        <p className="text-pretty">{t('connection.usual')}</p>
      ) : (
        <>
          <p className="text-pretty">{t('connection.onlyThis')}</p>
          <Fingerprint value={way.trusted} />
          <Button size="small" onClick={() => onFill({ way: { ...way, trusted: null } })} className="mt-1">
            {t('connection.stopTrusting')}
          </Button>
        </>
      )}
    </div>
  );
}

function ProxyFields({
  way,
  filled,
  onFill,
  kept,
  missing,
}: PartProps & Pick<ConnectionFieldsProps, 'filled' | 'kept' | 'missing'>) {
  const { t } = useTranslation('accounts');
  const fill = (patch: Partial<TypedWay>) => onFill({ way: { ...way, ...patch } });
  const keeps = kept?.proxy.use === 'address' && kept.proxy.signsIn && kept.proxy.url === way.proxyUrl.trim();
  const signInHint = t(keeps ? 'field.keeps' : 'connection.proxySignInHint');
  return (
    <>
      <div className="flex flex-col items-start gap-1">
        <p className="text-meta text-muted" aria-hidden>
          {t('connection.proxy')}
        </p>
        <Select
          label={t('connection.proxy')}
          value={way.proxy}
          onChange={(proxy) => fill({ proxy })}
          options={PROXIES.map((value) => ({ value, label: t(`connection.use.${value}`) }))}
          className="max-w-full"
        />
        {way.proxy === 'system' && (
          <p className="text-meta text-pretty text-muted">{t('connection.systemHint')}</p>
        )}
      </div>
      {way.proxy === 'address' && (
        <>
          <Field
            field="proxyUrl"
            label={t('connection.proxyUrl')}
            value={way.proxyUrl}
            onChange={(proxyUrl) => fill({ proxyUrl })}
            hint={t('field.urlExample', { example: 'http://proxy.example:3128' })}
            missing={missing.includes('proxyUrl')}
            inputMode="url"
          />
          <Field
            field="proxyLogin"
            label={t('connection.proxyLogin')}
            value={way.proxyLogin}
            onChange={(proxyLogin) => fill({ proxyLogin })}
            hint={signInHint}
            missing={false}
          />
          <Field
            field={PROXY_PASSWORD}
            label={t('connection.proxyPassword')}
            value={filled.secrets[PROXY_PASSWORD] ?? ''}
            onChange={(password) =>
              onFill({ way, secrets: { ...filled.secrets, [PROXY_PASSWORD]: password } })
            }
            hint={filled.lost.includes(PROXY_PASSWORD) ? t('field.lost') : signInHint}
            missing={false}
            secret
          />
        </>
      )}
    </>
  );
}
