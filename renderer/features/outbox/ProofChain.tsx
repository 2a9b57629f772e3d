import { Check, Copy } from 'lucide-react';
import type { ReactNode } from 'react';
import { formatDate, machineTime } from '@renderer/components/dates';
import { DeliveryGlyph } from '@renderer/components/DeliveryGlyph';
import { IconButton } from '@renderer/components/IconButton';
import { useCopy } from '@renderer/components/use-copy';
import { useTranslation } from '@renderer/components/use-translation';
import { agentName, useAccounts, useNameOfAccount, useAgents } from '@renderer/data/accounts';
import { evidenceStep } from '@shared/domain/evidence';
import { targetOf, type Evidence } from '@shared/domain/intents';
import type { Row } from './explain';

/** A longer text is read in its conversation. */
const SHOWN_AT_MOST = 4_000;

/** What happened to a decision, step by step, and by what it can be found again here and there. */
export function ProofChain({ row }: { row: Row }) {
  const { t } = useTranslation(['delivery', 'outbox', 'speaker']);
  const { intent } = row;
  const { accountId, conversationId } = intent;
  const account = useAccounts().find(({ id }) => id === accountId);
  const nameOf = useNameOfAccount();
  useAgents(accountId);
  const { copied, copy } = useCopy();
  const sentTo = row.state === 'saving' ? conversationId : targetOf(row);
  // Nobody decided it.
  const isDraft = row.state !== 'saving' && evidenceStep(row.evidence[0]?.note ?? '').code === 'keptDraft';
  const text = 'text' in intent.action ? intent.action.text.trim() : '';
  return (
    <div className="grid gap-x-8 gap-y-3 pt-3 pb-1 two:grid-cols-[minmax(0,1fr)_minmax(0,1.25fr)]">
      {text !== '' && (
        <p
          dir="auto"
          className="border-l-2 pl-3 whitespace-pre-wrap text-text [overflow-wrap:anywhere] two:col-span-2"
        >
          {text.length > SHOWN_AT_MOST ? `${text.slice(0, SHOWN_AT_MOST)}…` : text}
        </p>
      )}
      <section>
        <h3 className="mb-1.5 text-meta font-strong text-muted">{t('proof.title')}</h3>
        {row.state !== 'saving' && (
          <ol className="space-y-1">
            {row.evidence.map((step, i) => (
              <Step key={i} step={step} />
            ))}
          </ol>
        )}
      </section>
      <dl className="grid content-start gap-x-4 gap-y-1 text-meta">
        <Fact name={t('proof.reference')}>
          <span className="min-w-0 flex-1 font-mono text-text select-all">{intent.ref}</span>
          <IconButton
            icon={copied ? Check : Copy}
            label={copied ? t('proof.copied') : t('proof.copy')}
            size="small"
            onClick={() => copy(intent.ref)}
          />
        </Fact>
        <Fact name={t('proof.serverId')}>
          {row.state === 'saving' || row.serverId === null ? (
            t('proof.notYet')
          ) : (
            <span className="font-mono text-text select-all">{row.serverId}</span>
          )}
        </Fact>
        <Fact name={t('proof.attempts')}>
          {t('outbox:attempts', { count: row.state === 'saving' ? 0 : row.attempts })}
        </Fact>
        {!isDraft && (
          <Fact name={t('proof.agent')}>{intent.speaker?.name ?? agentName(accountId, intent.agentId)}</Fact>
        )}
        {row.state !== 'saving' && row.leftAs !== undefined && (
          <Fact name={t('speaker:standsAs')}>
            <span className="text-warning">{row.leftAs}</span>
          </Fact>
        )}
        <Fact name={t('proof.account')}>{nameOf(accountId)}</Fact>
        <Fact name={t('proof.conversation')}>{conversationId}</Fact>
        {sentTo !== conversationId && <Fact name={t('proof.sentTo')}>{sentTo}</Fact>}
        {account !== undefined && <Fact name={t('proof.safety')}>{t(`tier.${account.tier}`)}</Fact>}
      </dl>
    </div>
  );
}

function Step({ step }: { step: Evidence }) {
  const { t, i18n } = useTranslation('delivery');
  const { code, attempt } = evidenceStep(step.note);
  return (
    <li className="flex items-start gap-2">
      <span className="mt-0.75">
        <DeliveryGlyph state={step.state} decorative size={12} />
      </span>
      <span className="min-w-0 flex-1">
        {/* What another version of the program wrote has no words here: its own stand in. */}
        <span className="block">
          {code === null
            ? `${t(`state.${step.state}`)}: ${step.note}`
            : t(`step.${code}`, { count: attempt })}
        </span>
        <time dateTime={machineTime(step.at)} className="tabular block text-meta text-faint">
          {formatDate(step.at, i18n.language, 'second')}
        </time>
      </span>
    </li>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[7rem_minmax(0,1fr)] items-baseline gap-x-2">
      <dt className="text-faint">{name}</dt>
      <dd className="flex min-w-0 items-start gap-x-1 text-muted [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
