import { Check, ExternalLink, Globe, RotateCcw } from 'lucide-react';
import { useTranslation } from '@renderer/components/use-translation';
import { conversationKey, type Conversation } from '@shared/domain/entities';
import type { IntentAction } from '@shared/domain/intents';
import { AccountBadge } from '@renderer/components/AccountBadge';
import { Button } from '@renderer/components/Button';
import { ChannelGlyph } from '@renderer/components/ChannelGlyph';
import { Chip } from '@renderer/components/Chip';
import { cx } from '@renderer/components/class-names';
import { networkName } from '@renderer/components/social-names';
import { Tooltip } from '@renderer/components/Tooltip';
import { WaitingTime } from '@renderer/components/WaitingTime';
import { agentName, useAccountLook, useAccountName, useAgentIds } from '@renderer/data/accounts';
import { useCommand, useCommandKeys } from '@renderer/state/commands';
import { useSelection } from '@renderer/state/selection';
import { Controls } from './Controls';
import { StoppedHere } from './held/StoppedHere';
import { whoActs } from './who-waits';

export interface ConversationHeaderProps {
  conversation: Conversation;
  decide: (action: IntentAction) => void;
}

/** What this is about, who must act, and what can be decided about it. */
export function ConversationHeader({ conversation, decide }: ConversationHeaderProps) {
  return (
    <header className="@container border-b px-5 pt-3 pb-2">
      <div className="flex items-start gap-3">
        <Subject conversation={conversation} />
        <ResolveButton conversation={conversation} decide={decide} />
      </div>
      {/* By the pane's width alone: words that change their length must not move the thread. */}
      <div className="mt-1 flex flex-col gap-1 @4xl:flex-row @4xl:items-center @4xl:justify-between @4xl:gap-4">
        <Facts conversation={conversation} />
        <div className="-mx-2">
          <Controls conversation={conversation} decide={decide} />
        </div>
      </div>
    </header>
  );
}

function Subject({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('conversation');
  const { channel, social } = conversation;
  const name = conversation.contactName.trim() || t('subject.somebody');
  // In a chat or a post the "subject" is only its first words, which stand below anyway.
  const subject = channel === 'chat' || channel === 'social' ? '' : conversation.subject.trim();
  const words =
    subject !== ''
      ? subject
      : channel === 'email' || channel === 'form'
        ? t('subject.none')
        : social?.visibility === 'public'
          ? t('subject.post', { name })
          : t(`subject.${channel}`, { name });
  return (
    <h1
      id="conversation-title"
      dir="auto"
      title={subject === '' ? undefined : subject}
      className={cx(
        'line-clamp-2 min-w-0 flex-1 text-start text-title font-strong [overflow-wrap:anywhere] @max-[26rem]:text-body',
        words === t('subject.none') && 'text-muted',
      )}
    >
      {words}
    </h1>
  );
}

function ResolveButton({ conversation, decide }: ConversationHeaderProps) {
  const { t } = useTranslation('conversation');
  const isDone = conversation.status === 'resolved' || conversation.status === 'closed';
  const resolve = () => {
    decide({ kind: 'status', status: 'resolved' });
    useSelection.getState().advance(1);
  };
  const reopen = () => decide({ kind: 'status', status: 'open' });
  useCommand({
    id: 'conversation.close',
    group: 'conversation',
    keys: ['e'],
    label: t('command.resolve'),
    enabled: !isDone,
    run: resolve,
  });
  const keys = useCommandKeys('conversation.close');
  return isDone ? (
    <Button icon={RotateCcw} onClick={reopen}>
      {t('control.reopen')}
    </Button>
  ) : (
    <Tooltip label={t('command.resolveHint')} keys={keys}>
      <Button icon={Check} onClick={resolve}>
        {t('control.resolve')}
      </Button>
    </Tooltip>
  );
}

/** Channel, whose turn it is and since when, the account where there are several, the public band. */
function Facts({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation(['conversation', 'common']);
  const accountName = useAccountName(conversation.accountId);
  const look = useAccountLook(conversation.accountId);
  const mine = useAgentIds()[conversation.accountId] ?? null;
  const who = whoActs(conversation, mine);
  const { social, waitingSince, assigneeId, accountId } = conversation;
  const permalink = /^https:\/\//.test(social?.permalink ?? '') ? (social?.permalink ?? null) : null;
  const channel =
    social === null
      ? t(`common:channel.${conversation.channel}`)
      : `${networkName(social.network)} · ${t(social.visibility === 'public' ? 'common:channel.socialPublic' : 'common:channel.socialDirect')}`;
  return (
    <div className="flex min-h-6 flex-wrap items-center gap-x-2 gap-y-1 text-meta text-muted">
      <StoppedHere conversationKey={conversationKey(accountId, conversation.id)} />
      {social?.visibility === 'public' ? (
        <Chip tone="public" className="h-5 max-w-none gap-1">
          <Globe size={12} aria-hidden className="mr-1 inline" />
          {channel}
        </Chip>
      ) : (
        <span className="inline-flex items-center gap-1.5">
          <ChannelGlyph channel={conversation.channel} social={social} size={14} decorative />
          {channel}
        </span>
      )}
      <span aria-hidden className="text-faint">
        ·
      </span>
      <span className={cx(who === 'you' && 'font-strong text-text')}>
        {who === 'colleague'
          ? t('waits.colleague', { name: agentName(accountId, assigneeId ?? '') })
          : t(`waits.${who}`)}
      </span>
      {waitingSince !== null && who !== 'nobody' && (
        <WaitingTime
          channel={conversation.channel}
          priority={conversation.priority}
          waitingSince={waitingSince}
        />
      )}
      {permalink !== null && (
        <a
          href={permalink}
          target="_blank"
          rel="noopener noreferrer"
          className="inline-flex items-center gap-1 text-accent-text hover:underline"
        >
          <ExternalLink size={12} aria-hidden />
          {t('permalink', { network: networkName(social?.network ?? '') })}
        </a>
      )}
      {accountName !== undefined && look !== null && <AccountBadge name={accountName} {...look} whole />}
    </div>
  );
}
