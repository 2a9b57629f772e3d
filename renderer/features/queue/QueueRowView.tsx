import { ChevronsUp, PencilLine } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationKey } from '@shared/domain/entities';
import { agentName, useAccounts, useAgentIds } from '@renderer/data/accounts';
import { useQueueRow, type QueueRow } from '@renderer/data/queue';
import { Avatar } from '@renderer/components/Avatar';
import { ChannelGlyph } from '@renderer/components/ChannelGlyph';
import { Chip } from '@renderer/components/Chip';
import { cx } from '@renderer/components/class-names';
import { DeliveryGlyph } from '@renderer/components/DeliveryGlyph';
import { RelativeTime } from '@renderer/components/RelativeTime';
import { Skeleton } from '@renderer/components/Skeleton';
import { WaitingTime } from '@renderer/components/WaitingTime';

export interface QueueRowViewProps {
  rowKey: ConversationKey;
  compact: boolean;
}

/** What stands in one row; it redraws alone when its conversation changes. */
export const QueueRowView = memo(function QueueRowView({ rowKey, compact }: QueueRowViewProps) {
  const row = useQueueRow(rowKey);
  if (row === null) return <RowSkeleton compact={compact} />;
  return compact ? <CompactRow row={row} /> : <ComfortableRow row={row} />;
});

export function RowSkeleton({ compact }: { compact: boolean }) {
  return (
    <span className="flex h-full w-full items-center gap-3 px-3" aria-hidden>
      <Skeleton className="size-4 shrink-0" />
      <span className="flex-1 space-y-2">
        <Skeleton className="h-2.5 w-2/5" />
        {!compact && <Skeleton className="h-2.5 w-4/5" />}
      </span>
    </span>
  );
}

function ComfortableRow({ row }: { row: QueueRow }) {
  const { conversation, unread } = row;
  return (
    <span className="grid h-full w-full grid-cols-[1rem_minmax(0,1fr)_auto] content-center gap-x-2.5 gap-y-0.5 px-3">
      <ChannelGlyph
        channel={conversation.channel}
        social={conversation.social}
        className={unread ? 'self-center text-text' : 'self-center text-faint'}
      />
      <span className="flex min-w-0 items-center gap-1.5">
        <Name row={row} />
        <PriorityMark priority={conversation.priority} />
      </span>
      <Time row={row} />
      <span className="col-start-2 flex min-w-0 items-center gap-1.5">
        <LastWords row={row} />
      </span>
      <span className="flex items-center justify-end gap-1.5">
        <Chips row={row} most={2} />
        <Owner row={row} />
        <StateMark row={row} />
      </span>
    </span>
  );
}

function CompactRow({ row }: { row: QueueRow }) {
  const { conversation, unread } = row;
  return (
    <span className="flex h-full w-full items-center gap-2.5 px-3">
      <ChannelGlyph
        channel={conversation.channel}
        social={conversation.social}
        className={cx('shrink-0', unread ? 'text-text' : 'text-faint')}
      />
      <span className="flex max-w-[38%] min-w-0 shrink-0 items-center gap-1.5">
        <Name row={row} />
        <PriorityMark priority={conversation.priority} />
      </span>
      <LastWords row={row} />
      <Chips row={row} most={1} />
      <Owner row={row} />
      <StateMark row={row} />
      <Time row={row} />
    </span>
  );
}

function Name({ row: { conversation, unread } }: { row: QueueRow }) {
  const { t } = useTranslation('queue');
  return (
    <>
      <bdi className={cx('truncate', unread && 'font-strong')}>
        {conversation.contactName === '' ? t('row.noName') : conversation.contactName}
      </bdi>
      {unread && <span className="sr-only">{t('row.unread')}</span>}
    </>
  );
}

function PriorityMark({ priority }: { priority: QueueRow['conversation']['priority'] }) {
  const { t } = useTranslation('common');
  if (priority !== 'high' && priority !== 'urgent') return null;
  return (
    <ChevronsUp
      size={13}
      strokeWidth={2.25}
      role="img"
      aria-label={t(`priority.${priority}`)}
      className={cx('shrink-0', priority === 'urgent' ? 'text-danger' : 'text-muted')}
    />
  );
}

/** Subject where there is one, else the last words. */
function LastWords({ row: { conversation, unread } }: { row: QueueRow }) {
  const { t } = useTranslation('queue');
  const { subject, preview } = conversation;
  const words = subject.trim() === '' ? preview : subject;
  return (
    <bdi
      className={cx('min-w-0 flex-1 truncate', unread ? 'text-text' : 'text-muted')}
      title={subject.trim() === '' ? undefined : subject}
    >
      {words.trim() === '' ? <span className="text-faint">{t('row.noSubject')}</span> : words}
    </bdi>
  );
}

function Time({ row: { conversation } }: { row: QueueRow }) {
  return (
    <span className="shrink-0 text-right text-meta">
      {conversation.waitingSince === null ? (
        <RelativeTime at={conversation.lastMessageAt} className="tabular whitespace-nowrap text-faint" />
      ) : (
        <WaitingTime
          channel={conversation.channel}
          priority={conversation.priority}
          waitingSince={conversation.waitingSince}
        />
      )}
    </span>
  );
}

function Chips({ row: { conversation }, most }: { row: QueueRow; most: 1 | 2 }) {
  const accounts = useAccounts();
  const account =
    accounts.length > 1 ? accounts.find(({ id }) => id === conversation.accountId)?.name : undefined;
  const words = [conversation.tags[0], account ?? conversation.tags[1]].filter((word) => word !== undefined);
  return words.slice(0, most).map((word, i) => (
    <Chip key={word} className={cx('max-w-20', i === 1 && 'hidden @min-[24rem]:inline-flex')}>
      {word}
    </Chip>
  ));
}

/** A colleague who has it; one's own rows need no mark. */
function Owner({ row: { conversation } }: { row: QueueRow }) {
  const { t } = useTranslation('queue');
  const mine = useAgentIds()[conversation.accountId];
  const { assigneeId, accountId } = conversation;
  if (assigneeId === null || assigneeId === mine) return null;
  const name = agentName(accountId, assigneeId);
  return <Avatar name={name} size={18} label={t('row.with', { name })} />;
}

/** Delivery before draft: one glyph, always at the same place. */
function StateMark({ row: { delivery, hasDraft } }: { row: QueueRow }) {
  const { t } = useTranslation('queue');
  if (delivery !== null) return <DeliveryGlyph state={delivery} />;
  if (!hasDraft) return null;
  return (
    <PencilLine size={14} role="img" aria-label={t('row.draft')} className="shrink-0 text-accent-text" />
  );
}
