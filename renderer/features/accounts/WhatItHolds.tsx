import type { ReactNode } from 'react';
import { Button } from '@renderer/components/Button';
import { useTranslation } from '@renderer/components/use-translation';
import type { useHoldings } from '@renderer/data/account-admin';
import type { Holdings } from '@shared/contract/accounts';
import { HostFailure } from './CheckPart';

export interface WhatItHoldsProps {
  holdings: ReturnType<typeof useHoldings>;
  /** What becomes of it, one `li` each. */
  children: (held: Holdings) => ReactNode;
}

/** What becomes of all that an account holds here, told before it happens. */
export function WhatItHolds({ holdings, children }: WhatItHoldsProps) {
  const { t } = useTranslation('accounts');
  switch (holdings.state) {
    case 'asking':
      return (
        <p role="status" className="text-muted">
          {t('loading')}
        </p>
      );
    case 'failed':
      return (
        <>
          <HostFailure code="unreachable" />
          <Button onClick={holdings.again} className="self-start">
            {t('again')}
          </Button>
        </>
      );
    case 'here':
      return <ul className="flex list-disc flex-col gap-1.5 pl-5 text-pretty">{children(holdings.value)}</ul>;
  }
}
