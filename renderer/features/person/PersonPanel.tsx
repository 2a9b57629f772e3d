import { AtSign, Copy, Mail, Phone } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { CHANNELS, conversationKey, type Conversation, type ConversationKey } from '@shared/domain/entities';
import { Avatar } from '@renderer/components/Avatar';
import { ChannelGlyph } from '@renderer/components/ChannelGlyph';
import { cx } from '@renderer/components/class-names';
import { formatDate } from '@renderer/components/dates';
import { formatFigure } from '@renderer/components/figures';
import { IconButton } from '@renderer/components/IconButton';
import { RelativeTime } from '@renderer/components/RelativeTime';
import { handleWords } from '@renderer/components/social-names';
import { useCopy } from '@renderer/components/use-copy';
import { useAccounts } from '@renderer/data/accounts';
import { useContact, useContactConversations } from '@renderer/data/contacts';
import { useConversation } from '@renderer/data/conversation';
import { useQueueRow } from '@renderer/data/queue';
import { usePerson } from '@renderer/data/people';
import { useSelection } from '@renderer/state/selection';
import { contactKey, type Relative } from '@shared/domain/people';
import { SamePerson } from './SamePerson';

/** The customer beside the conversation: how to reach them, what else they asked, plain facts. */
export function PersonPanel({ conversationKey: key }: { conversationKey: ConversationKey }) {
  const conversation = useConversation(key);
  if (conversation === undefined || conversation === null) return null;
  return <Panel key={key} conversation={conversation} />;
}

function Panel({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('person');
  const { accountId, contactId } = conversation;
  const contact = useContact(accountId, contactId);
  const name = conversation.contactName.trim() || contact?.name || t('noName');
  return (
    <div className="h-full overflow-y-auto px-4 pt-4 pb-6">
      <div className="flex items-center gap-3">
        <Avatar name={name} size={32} />
        <h2 className="min-w-0 flex-1 text-body font-strong [overflow-wrap:anywhere]">
          <bdi>{name}</bdi>
        </h2>
      </div>
      {contact !== null && contact !== undefined && (
        <ul className="mt-3 -mr-1 space-y-0.5">
          {contact.emails.map((email) => (
            <Address key={email} icon={Mail} label={t('email')} text={email} />
          ))}
          {contact.phones.map((phone) => (
            <Address key={phone} icon={Phone} label={t('phone')} text={phone} />
          ))}
          {contact.handles.filter(isPublicName).map((handle) => (
            <Address key={handle} icon={AtSign} label={t('handle')} text={handleWords(handle)} />
          ))}
        </ul>
      )}
      <SamePerson accountId={accountId} contactId={contactId} />
      <History conversation={conversation} />
      <Facts conversation={conversation} since={contact?.createdAt || null} />
    </div>
  );
}

/** A chat visitor's "handle" is a number of the machine, not a name. */
function isPublicName(handle: string): boolean {
  return !CHANNELS.some((channel) => handle.startsWith(`${channel}:`));
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="mt-6">
      <h3 className="mb-1.5 text-meta text-muted">{title}</h3>
      {children}
    </section>
  );
}

function Address({ icon: Icon, label, text }: { icon: typeof Mail; label: string; text: string }) {
  const { t } = useTranslation('person');
  const { copied, copy } = useCopy();
  return (
    <li className="group flex min-h-7 items-center gap-2">
      <Icon size={14} role="img" aria-label={label} className="shrink-0 text-faint" />
      <bdi className="min-w-0 flex-1 [overflow-wrap:anywhere]">{text}</bdi>
      <IconButton
        icon={Copy}
        size="small"
        label={copied ? t('copied') : t('copy', { text })}
        onClick={() => copy(text)}
        className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
      />
    </li>
  );
}

const SHOWN_AT_FIRST = 8;

function History({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('person');
  const own = conversationKey(conversation.accountId, conversation.id);
  const { joined } = usePerson(`${conversation.accountId}/${conversation.contactId}`);
  const [all, setAll] = useState(false);
  const keys = useContactConversations(conversation.accountId, conversation.contactId).filter(
    (key) => key !== own,
  );
  const shown = all ? keys : keys.slice(0, SHOWN_AT_FIRST);
  return (
    <Section title={t('history')}>
      {keys.length === 0 ? (
        joined.length === 0 && <p className="text-faint">{t('noHistory')}</p>
      ) : (
        <ul className="-mx-2">
          {shown.map((key) => (
            <HistoryRow key={key} conversationKey={key} />
          ))}
        </ul>
      )}
      {shown.length < keys.length && (
        <button
          type="button"
          onClick={() => setAll(true)}
          className="mt-1 min-h-6 rounded-control text-accent-text hover:underline"
        >
          {t('more', { count: keys.length - shown.length })}
        </button>
      )}
      {joined.map((relative) => (
        <HistoryElsewhere key={contactKey(relative.contact)} relative={relative} />
      ))}
    </Section>
  );
}

/** What the same person asked through another account. */
function HistoryElsewhere({ relative: { contact } }: { relative: Relative }) {
  const { t } = useTranslation('person');
  const account = useAccounts().find(({ id }) => id === contact.accountId)?.name ?? contact.accountId;
  const keys = useContactConversations(contact.accountId, contact.id).slice(0, SHOWN_AT_FIRST);
  if (keys.length === 0) return null;
  return (
    <>
      <h4 className="mt-2 mb-1 text-meta text-muted">{t('same.historyIn', { account })}</h4>
      <ul className="-mx-2">
        {keys.map((key) => (
          <HistoryRow key={key} conversationKey={key} />
        ))}
      </ul>
    </>
  );
}

function HistoryRow({ conversationKey: key }: { conversationKey: ConversationKey }) {
  const { t } = useTranslation(['person', 'common']);
  const row = useQueueRow(key);
  const open = useSelection((state) => state.open);
  if (row === null) return <li className="h-11" />;
  const { conversation } = row;
  const done = conversation.status === 'resolved' || conversation.status === 'closed';
  const words = conversation.subject.trim() || conversation.preview.trim() || t('noSubject');
  return (
    <li>
      <button
        type="button"
        onClick={() => open(key)}
        className="flex w-full items-start gap-2 rounded-control px-2 py-1.5 text-start hover:bg-hover"
      >
        <ChannelGlyph
          channel={conversation.channel}
          social={conversation.social}
          size={14}
          className="mt-0.75 shrink-0 text-faint"
        />
        <span className="min-w-0 flex-1">
          <bdi className={cx('line-clamp-2 [overflow-wrap:anywhere]', done && 'text-muted')}>{words}</bdi>
          <span className="flex gap-1.5 text-meta text-faint">
            {t(`common:status.${conversation.status}`)}
            <span aria-hidden>·</span>
            <RelativeTime at={conversation.lastMessageAt} />
          </span>
        </span>
      </button>
    </li>
  );
}

function Facts({ conversation, since }: { conversation: Conversation; since: number | null }) {
  const { t, i18n } = useTranslation('person');
  const account = useAccounts().find(({ id }) => id === conversation.accountId);
  const facts: [string, ReactNode][] = [
    [t('fact.started'), <RelativeTime key="started" at={conversation.createdAt} />],
    ...(conversation.messageCount === null
      ? []
      : ([[t('fact.messages'), formatFigure(conversation.messageCount, i18n.language)]] as [
          string,
          ReactNode,
        ][])),
    [t('fact.number'), <bdi key="id">{conversation.id}</bdi>],
    ...(account === undefined ? [] : ([[t('fact.account'), account.name]] as [string, ReactNode][])),
    ...(since === null
      ? []
      : ([[t('fact.customerSince'), formatDate(since, i18n.language, 'dayAndYear')]] as [
          string,
          ReactNode,
        ][])),
  ];
  return (
    <Section title={t('facts')}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1">
        {facts.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-muted">{label}</dt>
            <dd className="tabular text-end [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
