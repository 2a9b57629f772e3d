import { ChevronsUp, PencilLine } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import type { ConversationKey } from '@shared/domain/entities';
import { agentName, useAccountLook, useAccountName, useAgentIds } from '@renderer/data/accounts';
import { useQueueRow, type QueueRow } from '@renderer/data/queue';
import { AccountBadge } from '@renderer/components/AccountBadge';
import { Avatar } from '@renderer/components/Avatar';
import { Boundary } from '@renderer/components/Boundary';
import { ChannelGlyph } from '@renderer/components/ChannelGlyph';
import { Chip } from '@renderer/components/Chip';
import { cx } from '@renderer/components/class-names';
import { DeliveryGlyph } from '@renderer/components/DeliveryGlyph';
import { RelativeTime } from '@renderer/components/RelativeTime';
import { Skeleton } from '@renderer/components/Skeleton';
import { UnshownLine } from '@renderer/components/Unshown';
import { WaitingTime } from '@renderer/components/WaitingTime';

export interface QueueRowViewProps {
  rowKey: ConversationKey;
  compact: boolean;
}

/** What stands in one row; it redraws alone when its conversation changes. */
export const QueueRowView = memo(function QueueRowView({ rowKey, compact }: QueueRowViewProps) {
  const row = useQueueRow(rowKey);
  if (row === null) return <RowSkeleton compact={compact} />;
  return (
    <Boundary of={row} fallback={() => <UnshownLine what="conversation" />}>
      {compact ? <CompactRow row={row} /> : <ComfortableRow row={row} />}
    </Boundary>
  );
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
  return (
    <span className="flex h-full w-full flex-col justify-center gap-0.5 px-3">
      <span className="flex items-center gap-2.5">
        <Channel row={row} />
        <span className="flex min-w-0 flex-1 items-center gap-1.5">
          <Name row={row} />
          <PriorityMark priority={row.conversation.priority} />
        </span>
        <Time row={row} />
      </span>
      <span className="flex items-center gap-2.5">
        <StateMark row={row} />
        <LastWords row={row} />
        <span className="flex shrink-0 items-center gap-1.5">
          <Chips row={row} most={2} />
          <Owner row={row} />
        </span>
      </span>
    </span>
  );
}

function CompactRow({ row }: { row: QueueRow }) {
  return (
    <span className="flex h-full w-full items-center gap-2 px-3">
      <Channel row={row} />
      {/* In a narrow list the name comes first; what was said follows where there is room to read it. */}
      <span className="flex min-w-0 flex-1 items-center gap-1.5 @min-[20rem]:max-w-[55%] @min-[20rem]:flex-initial @min-[25rem]:w-[40%] @min-[25rem]:flex-none @min-[25rem]:max-w-44">
        <Name row={row} />
        <PriorityMark priority={row.conversation.priority} />
      </span>
      <span className="hidden min-w-0 flex-1 @min-[20rem]:flex">
        <LastWords row={row} />
      </span>
      <span className="flex shrink-0 items-center gap-1.5">
        <Chips row={row} most={1} />
        <span className="hidden @min-[25rem]:contents">
          <Owner row={row} />
        </span>
      </span>
      <StateMark row={row} />
      <span className="min-w-10 shrink-0">
        <Time row={row} />
      </span>
    </span>
  );
}

function Channel({ row: { conversation, unread } }: { row: QueueRow }) {
  return (
    <ChannelGlyph
      channel={conversation.channel}
      social={conversation.social}
      className={cx('shrink-0', unread ? 'text-text' : 'text-faint')}
    />
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
      className={cx('min-w-0 flex-1 truncate text-left', unread ? 'text-text' : 'text-muted')}
      title={subject.trim() === '' ? undefined : subject}
    >
      {words.trim() === '' ? <span className="text-faint">{t('row.noSubject')}</span> : words}
    </bdi>
  );
}

function Time({ row: { conversation } }: { row: QueueRow }) {
  return (
    <span className="block shrink-0 text-right text-meta">
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
  const account = useAccountName(conversation.accountId);
  const look = useAccountLook(conversation.accountId);
  const badge = account !== undefined && look !== null;
  return (
    <>
      {badge && <AccountBadge name={account} {...look} />}
      {conversation.tags.slice(0, badge ? most - 1 : most).map((tag, i) => (
        <span key={tag} className={i === 0 && most === 2 && !badge ? 'flex' : 'hidden @min-[25rem]:flex'}>
          <Chip narrow>{tag}</Chip>
        </span>
      ))}
    </>
  );
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

/** Delivery before draft: one glyph, its place kept in every row. */
function StateMark({ row: { delivery, hasDraft } }: { row: QueueRow }) {
  const { t } = useTranslation('queue');
  return (
    <span className="flex w-4 shrink-0 justify-center">
      {delivery !== null ? (
        <DeliveryGlyph state={delivery} />
      ) : (
        hasDraft && (
          <PencilLine size={13} role="img" aria-label={t('row.draft')} className="text-accent-text" />
        )
      )}
    </span>
  );
}
