import { CircleCheckBig } from 'lucide-react';
import { useMemo } from 'react';
import { EmptyState } from '@renderer/components/EmptyState';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccounts, useNameOfAccount } from '@renderer/data/accounts';
import { useOutbox, useSavingRows } from '@renderer/data/outbox';
import type { Row } from './explain';
import { groupWaiting } from './groups';
import { RowList, type Line, type RowListProps } from './RowList';
import { linesOf, type GroupLine } from './steady';
import { useHand, useSteadyLines } from './use-steady';

/** Everything this window knows of that has not reached the helpdesk. */
function useWaitingRows(): readonly Row[] {
  const host = useOutbox();
  const saving = useSavingRows();
  return useMemo(() => {
    const taken = new Set(host.map(({ intent }) => intent.ref));
    return [...host, ...saving.filter((row) => !row.undoing && !taken.has(row.intent.ref))];
  }, [host, saving]);
}

/** How many decisions have not reached the helpdesk. */
export function useWaitingCount(): number {
  const { needsYou, byItself } = groupWaiting(useWaitingRows(), []);
  return byItself.reduce((sum, { rows }) => sum + rows.length, needsYou.length);
}

/** What waits: first what needs the agent, then what leaves by itself, by account. */
export function WaitingPart(props: Pick<RowListProps, 'opened' | 'onToggle' | 'onGo'>) {
  const { t } = useTranslation(['delivery', 'outbox']);
  const rows = useWaitingRows();
  const accounts = useAccounts();
  const nameOf = useNameOfAccount();
  const hand = useHand();
  const fresh = useMemo(() => {
    const ids = accounts.map(({ id }) => id);
    return linesOf(groupWaiting(rows, ids));
  }, [rows, accounts]);
  const steady = useSteadyLines(fresh, hand.isOn);
  const lines = useMemo(
    () =>
      steady.map((line): Line => {
        if ('row' in line) return line;
        const { key, group, accountId, count } = line;
        const name = accountId === null ? null : nameOf(accountId);
        return { key, content: <Heading group={group} count={count} accountName={name} /> };
      }),
    [steady, nameOf],
  );
  if (lines.length === 0) {
    return (
      <EmptyState icon={CircleCheckBig} title={t('outbox:empty.title')}>
        {t('outbox:empty.help')}
      </EmptyState>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col" {...hand.handlers}>
      <RowList {...props} label={t('part.waiting')} lines={lines} />
    </div>
  );
}

function Heading(props: { group: GroupLine['group']; count: number; accountName: string | null }) {
  const { group, count, accountName } = props;
  const { t } = useTranslation('delivery');
  return (
    <h3 className="flex flex-wrap items-baseline gap-x-2 border-b border-line/60 bg-canvas px-5 py-1.5 text-meta">
      <span className={group === 'needsYou' ? 'font-strong text-danger' : 'font-strong text-muted'}>
        {t(`group.${group}`)}
      </span>
      {accountName !== null && <span className="text-muted">{accountName}</span>}
      <span className="tabular text-faint">{count}</span>
    </h3>
  );
}
