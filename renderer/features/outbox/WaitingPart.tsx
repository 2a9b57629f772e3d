import { CircleCheckBig } from 'lucide-react';
import { useMemo } from 'react';
import { EmptyState } from '@renderer/components/EmptyState';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccounts } from '@renderer/data/accounts';
import { useOutbox, useSavingRows } from '@renderer/data/outbox';
import type { Row } from './explain';
import { groupWaiting } from './groups';
import { RowList, type Line, type RowListProps } from './RowList';

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
  const groups = useMemo(
    () =>
      groupWaiting(
        rows,
        accounts.map(({ id }) => id),
      ),
    [rows, accounts],
  );
  const lines: Line[] = [];
  if (groups.needsYou.length > 0) {
    const content = <Heading words={t('group.needsYou')} count={groups.needsYou.length} urgent />;
    lines.push({ key: 'needs-you', content }, ...groups.needsYou.map(lineOf));
  }
  for (const { accountId, rows: group } of groups.byItself) {
    const accountName = accounts.find(({ id }) => id === accountId)?.name ?? accountId;
    const content = (
      <Heading words={t('group.byItself')} count={group.length} accountName={accountName} urgent={false} />
    );
    lines.push({ key: `account-${accountId}`, content }, ...group.map(lineOf));
  }
  if (lines.length === 0) {
    return (
      <EmptyState icon={CircleCheckBig} title={t('outbox:empty.title')}>
        {t('outbox:empty.help')}
      </EmptyState>
    );
  }
  return <RowList {...props} label={t('part.waiting')} lines={lines} />;
}

export function lineOf(row: Row): Line {
  return { key: row.intent.ref, row };
}

function Heading(props: { words: string; count: number; accountName?: string; urgent: boolean }) {
  const { words, count, accountName, urgent } = props;
  return (
    <h3 className="flex flex-wrap items-baseline gap-x-2 border-b border-line/60 bg-canvas px-5 py-1.5 text-meta">
      <span className={urgent ? 'font-strong text-danger' : 'font-strong text-muted'}>{words}</span>
      {accountName !== undefined && <span className="text-muted">{accountName}</span>}
      <span className="tabular text-faint">{count}</span>
    </h3>
  );
}
