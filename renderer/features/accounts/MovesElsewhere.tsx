import { useTranslation } from '@renderer/components/use-translation';
import { useHoldings } from '@renderer/data/account-admin';
import { WhatItHolds } from './WhatItHolds';

/** What becomes of an account's conversations and words once it is another helpdesk's. */
export function MovesElsewhere({ accountId }: { accountId: string }) {
  const { t } = useTranslation('accounts');
  return (
    <section aria-label={t('change.moves')} className="flex flex-col gap-1.5">
      <p className="font-strong">{t('change.moves')}</p>
      <WhatItHolds holdings={useHoldings(accountId)}>
        {({ conversations, unsent, drafts }) => (
          <>
            <li>
              {t('remove.conversations', { count: conversations })} {t('change.stayThere')}
            </li>
            <li>{unsent > 0 ? t('change.unsent', { count: unsent }) : t('remove.noUnsent')}</li>
            {drafts > 0 && <li>{t('change.drafts', { count: drafts })}</li>}
          </>
        )}
      </WhatItHolds>
    </section>
  );
}
