import { FileNames } from '@renderer/components/FileNames';
import { isStopped } from '@renderer/components/held-why';
import { Globe, Lock } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { assertNever } from '@shared/domain/assert-never';
import type { ConversationKey, EmailHeaders, Message } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';
import { cx } from '@renderer/components/class-names';
import { formatDate } from '@renderer/components/dates';
import { DeliveryGlyph } from '@renderer/components/DeliveryGlyph';
import { Moment } from '@renderer/components/Moment';
import { PlainText } from '@renderer/components/mail/PlainText';
import { agentName, useAgentIds } from '@renderer/data/accounts';
import type { TimelineItem } from '@renderer/data/conversation';
import { useIsMine } from '@renderer/data/mine';
import type { SavingRow } from '@renderer/data/outbox';
import { Attachments } from './Attachments';
import { DeliveryLine } from './DeliveryLine';
import { HeldCard } from './held/HeldCard';
import { MessageBody } from './MessageBody';
import { timeOf } from './timeline-rows';

export interface MessageItemProps {
  item: TimelineItem;
  /** The conversation that is open. */
  shownIn: ConversationKey;
  continues: boolean;
  continued: boolean;
  /** Replies of this conversation can be read by everyone. */
  isPublic: boolean;
  /** Pictures are drawn in place. */
  inline: boolean;
  root: Element | null;
  onLink: (link: { href: string; text: string }) => void;
  onTakeBack: (row: OutboxRow | SavingRow) => void;
}

type Kind = 'inbound' | 'reply' | 'note';

function kindOf(item: TimelineItem): Kind {
  if (item.type === 'message') return item.message.kind === 'event' ? 'inbound' : item.message.kind;
  return item.row.intent.action.kind === 'note' ? 'note' : 'reply';
}

/** One message of the thread, whoever wrote it, sent or still on its way. */
export const MessageItem = memo(function MessageItem(props: MessageItemProps) {
  const { item, shownIn, onLink } = props;
  return item.type === 'pending' && isStopped(item.row) ? (
    <HeldCard row={item.row} shownIn={shownIn} onLink={onLink} />
  ) : (
    <Shown {...props} />
  );
});

function Shown(props: Omit<MessageItemProps, 'shownIn'>) {
  const { item, continues, continued, isPublic, root, onLink, onTakeBack, inline } = props;
  const kind = kindOf(item);
  const isBand = isPublic && kind === 'reply';
  const row = item.type === 'pending' ? item.row : item.delivery;
  const isDone = row?.state === 'accepted' || row?.state === 'delivered';
  // What stands there under another name is told for as long as anybody knows.
  const showLine = row !== null && (!isDone || row.leftAs !== undefined);
  return (
    <article
      aria-label={useName(item, kind)}
      className={cx(
        'border-x px-3',
        continues ? 'pt-0.5' : 'mt-3 rounded-t-float border-t pt-2',
        continued ? 'pb-0.5' : 'rounded-b-float border-b pb-2',
        kind === 'note'
          ? 'border-note-line bg-note'
          : isBand
            ? 'border-public-line bg-public-ground'
            : kind === 'reply'
              ? 'border-transparent bg-hover'
              : 'border-transparent',
      )}
    >
      {continues ? (
        <span className="float-end ms-3 flex h-6 items-center gap-1.5">
          <Stamp item={item} kind={kind} />
        </span>
      ) : (
        <Head item={item} kind={kind} isPublic={isBand} />
      )}
      {item.type === 'message' ? (
        <Body message={item.message} root={root} onLink={onLink} inline={inline} />
      ) : (
        <PendingBody row={item.row} onLink={onLink} />
      )}
      {showLine && <DeliveryLine row={row} onTakeBack={onTakeBack} />}
    </article>
  );
}

function Body(props: Pick<MessageItemProps, 'root' | 'onLink' | 'inline'> & { message: Message }) {
  const { message, root, onLink, inline } = props;
  const { body, attachments, accountId } = message;
  // A picture the mail itself shows is not listed again.
  const listed = attachments.filter(
    ({ contentId }) => contentId === null || !body.content.includes(`cid:${contentId}`),
  );
  return (
    <>
      <MessageBody message={message} root={root} onLink={onLink} />
      <Attachments accountId={accountId} attachments={listed} inline={inline} />
    </>
  );
}

function PendingBody({ row, onLink }: { row: OutboxRow | SavingRow } & Pick<MessageItemProps, 'onLink'>) {
  const { action } = row.intent;
  if (action.kind !== 'reply' && action.kind !== 'note') return null;
  return (
    <>
      <PlainText text={action.text.trim()} onLink={onLink} />
      <FileNames files={action.files} />
    </>
  );
}

function accountOf(item: TimelineItem): string {
  return item.type === 'pending' ? item.row.intent.accountId : item.message.accountId;
}

function useAuthor(item: TimelineItem): string {
  const { t } = useTranslation('conversation');
  const ids = useAgentIds();
  const isMine = useIsMine(accountOf(item));
  if (item.type === 'pending') {
    const { accountId, agentId } = item.row.intent;
    return ids[accountId] === agentId ? t('message.you') : agentName(accountId, agentId);
  }
  const { author } = item.message;
  if (isMine(item.message)) return t('message.you');
  return author.name.trim() === '' ? t(`message.author.${author.type}`) : author.name;
}

function useName(item: TimelineItem, kind: Kind): string {
  const { t, i18n } = useTranslation('conversation');
  return t(`message.name.${kind}`, {
    name: useAuthor(item),
    time: formatDate(timeOf(item), i18n.language, 'full'),
  });
}

function Head(props: { item: TimelineItem; kind: Kind; isPublic: boolean }) {
  const { item, kind, isPublic } = props;
  const { t } = useTranslation('conversation');
  const author = useAuthor(item);
  const email = item.type === 'message' ? item.message.email : null;
  return (
    <header className="mb-1 flex min-h-5 flex-wrap items-center gap-x-2">
      <span className="font-strong [overflow-wrap:anywhere]">
        <bdi>{author}</bdi>
      </span>
      {kind === 'note' && (
        <Mark icon={Lock} className="text-note-text">
          {t('message.note')}
        </Mark>
      )}
      {isPublic && (
        <Mark icon={Globe} className="text-public">
          {t('message.public')}
        </Mark>
      )}
      {email !== null && kind !== 'note' && <Recipients email={email} kind={kind} />}
      <span className="ms-auto flex items-center gap-1.5">
        <Stamp item={item} kind={kind} />
      </span>
    </header>
  );
}

/** When it was said, and for one's own how far it got. */
function Stamp({ item, kind }: { item: TimelineItem; kind: Kind }) {
  const { i18n } = useTranslation('conversation');
  const at = timeOf(item);
  return (
    <>
      {kind === 'reply' && <DeliveryMark item={item} />}
      <Moment
        at={at}
        exact={() => formatDate(at, i18n.language, 'full')}
        className="tabular text-meta text-faint"
      >
        {formatDate(at, i18n.language, 'clock')}
      </Moment>
    </>
  );
}

function Mark(props: { icon: typeof Lock; className: string; children: string }) {
  const { icon: Icon, className, children } = props;
  return (
    <span className={cx('inline-flex items-center gap-1 text-meta', className)}>
      <Icon size={12} aria-hidden />
      {children}
    </span>
  );
}

/** The state of a reply that needs no words. */
function DeliveryMark({ item }: { item: TimelineItem }) {
  if (item.type === 'pending') return <DeliveryGlyph state={item.row.state} />;
  return <DeliveryGlyph state={item.delivery?.state ?? 'delivered'} />;
}

/** Whom a mail was written to, beyond the obvious. */
function Recipients({ email, kind }: { email: EmailHeaders; kind: Kind }) {
  const { t } = useTranslation('conversation');
  const to = email.to.join(', ');
  const cc = email.cc.join(', ');
  const words = (): string => {
    switch (kind) {
      case 'inbound':
        // The name stands before it already.
        return /<([^<>]+)>\s*$/.exec(email.from)?.[1] ?? email.from;
      case 'reply':
        return t('message.to', { to });
      case 'note':
        return '';
      default:
        return assertNever(kind);
    }
  };
  const details = [
    t('message.from', { from: email.from }),
    t('message.to', { to }),
    ...(cc === '' ? [] : [t('message.cc', { cc })]),
  ].join('\n');
  return (
    <span className="min-w-0 flex-1 basis-24 truncate text-meta text-faint" title={details}>
      <bdi>{words()}</bdi>
      {cc !== '' && <bdi> · {t('message.cc', { cc })}</bdi>}
    </span>
  );
}
