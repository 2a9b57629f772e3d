import type { ReactNode } from 'react';
import { Button } from '@renderer/components/Button';
import { RelativeTime } from '@renderer/components/RelativeTime';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccountScreen } from '@renderer/state/account-screen';
import type { Backends } from '@shared/contract/accounts';
import type { Account } from '@shared/contract/door';
import { STATUSES } from '@shared/domain/entities';
import { CheckPart, HostFailure } from './CheckPart';
import { useCheck } from './use-check';
import { usePause } from './use-pause';
import { useTrust } from './use-trust';
import { WhoseName } from './WhoseName';

export interface AccountDetailsProps {
  account: Account;
  /** `null` while they are not known. */
  backends: Backends | null;
  isLeaving: boolean;
}

/** What an account is, how it stands and what can be done about it. */
export function AccountDetails({ account, backends, isLeaving }: AccountDetailsProps) {
  const { t } = useTranslation('accounts');
  const go = useAccountScreen((state) => state.go);
  const checking = useCheck();
  const pausing = usePause(account);
  const { id, name, backend, url = '', state } = account;
  const own = account.ownHelpdesk === true;
  const test = () => void checking.start({ accountId: id, name, backend, url, values: {} });
  const trusting = useTrust(id, test);
  return (
    <div data-checks className="flex flex-col gap-3">
      <Facts account={account} backends={backends} />
      <CheckPart checking={checking} onTrust={trusting.trust} />
      {trusting.failed !== null && <HostFailure code={trusting.failed} />}
      {pausing.failed !== null && <HostFailure code={pausing.failed} />}
      <div className="flex flex-wrap gap-2">
        {!own && (
          <Button data-asks-check busy={checking.result.state === 'running'} onClick={test}>
            {t('action.test')}
          </Button>
        )}
        <Button
          variant={state === 'refused' ? 'primary' : 'secondary'}
          onClick={() => go({ name: 'change', accountId: id })}
        >
          {t(own ? 'action.rename' : state === 'refused' ? 'action.signInAgain' : 'action.change')}
        </Button>
        {/* A first fetching has that button beside its progress. */}
        {account.firstSync === null && (
          <Button busy={pausing.busy} onClick={pausing.toggle}>
            {t(pausing.isPaused ? 'action.resume' : 'action.pause')}
          </Button>
        )}
        <Button
          disabled={isLeaving}
          onClick={() => go({ name: 'remove', accountId: id })}
          className="ml-auto"
        >
          {t('action.remove')}
        </Button>
      </div>
    </div>
  );
}

function Facts({ account, backends }: Pick<AccountDetailsProps, 'account' | 'backends'>) {
  const { t } = useTranslation(['accounts', 'status', 'delivery', 'common']);
  const { state, stateSince, failure, asOf, tier, rejectedRows } = account;
  const statusWords = account.statusWords ?? ({} as NonNullable<Account['statusWords']>);
  const own = account.ownHelpdesk === true;
  const kind =
    backends === null
      ? t('loading')
      : (backends.offers.find(({ id }) => id === account.backend)?.name ?? account.backend);
  const { rejectedBecause = [], advice = [] } = account;
  const theirWords = STATUSES.flatMap((status) => {
    const word = statusWords[status];
    // A helpdesk that uses the common words has nothing to tell.
    return word === undefined || word.toLowerCase() === status ? [] : [{ status, word }];
  });
  return (
    <dl className="grid grid-cols-[minmax(6.5rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-2 max-[640px]:grid-cols-1 max-[640px]:gap-y-1">
      <Fact label={t('fact.state')}>
        {t(`status:state.${state}`)}, {t('fact.since')} <RelativeTime at={stateSince} />
        {failure !== null && (
          <span className="block text-pretty">
            {t(`status:failure.${failure.kind}`)}
            {failure.detail !== '' && (
              <span className="block text-meta text-muted">
                {t('check.theirWords')} <bdi>{failure.detail}</bdi>
              </span>
            )}
          </span>
        )}
        {state === 'paused' && <span className="block text-muted">{t('fact.paused')}</span>}
      </Fact>
      <Fact label={t('fact.asOf')}>
        {asOf === null ? t('status:neverSynced') : <RelativeTime at={asOf} />}
      </Fact>
      <Fact label={t('fact.kind')}>{own ? t('sample.kind') : kind}</Fact>
      {!own && account.url !== undefined && account.url !== '' && (
        <Fact label={t('fact.address')}>
          <bdi>{account.url}</bdi>
        </Fact>
      )}
      <Fact label={t('fact.agent')}>
        <WhoseName account={account} />
      </Fact>
      <Fact label={t('fact.delivery')}>{t(`delivery:tier.${tier}`)}</Fact>
      <Fact label={t('fact.credentials')}>
        {own ? t('vault.none') : backends === null ? t('loading') : t(`vault.${backends.vault}`)}
      </Fact>
      {theirWords.length > 0 && (
        <Fact label={t('fact.statuses')}>
          <ul className="flex flex-wrap gap-x-4 gap-y-0.5">
            {theirWords.map(({ status, word }) => (
              <li key={status}>
                {t(`common:status.${status}`)} <span className="text-muted">{t('fact.isCalled')}</span>{' '}
                <bdi>{word}</bdi>
              </li>
            ))}
          </ul>
        </Fact>
      )}
      {rejectedRows > 0 && (
        <Fact label={t('fact.setAside')}>
          {t('status:rejected', { count: rejectedRows })}. {t('fact.setAsideHelp')}
          <TheirSentences sentences={rejectedBecause} />
        </Fact>
      )}
      {advice.length > 0 && (
        <Fact label={t('fact.profile')}>
          {t('fact.profileHelp')}
          <TheirSentences sentences={advice} />
        </Fact>
      )}
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-muted max-[640px]:mt-1.5">{label}</dt>
      <dd className="min-w-0 text-pretty [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

/** In the words of whoever found it, for an administrator. */
function TheirSentences({ sentences }: { sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <ul className="mt-1 list-disc pl-4 text-meta text-muted">
      {sentences.map((sentence) => (
        <li key={sentence}>
          <bdi>{sentence}</bdi>
        </li>
      ))}
    </ul>
  );
}
