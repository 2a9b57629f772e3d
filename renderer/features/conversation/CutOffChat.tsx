import { CloudOff } from 'lucide-react';
import { conversationKey, type Conversation } from '@shared/domain/entities';
import { isLive } from '@shared/domain/thread-moved';
import { useNow } from '@renderer/components/clock';
import { formatDate } from '@renderer/components/dates';
import { stopwatch } from '@renderer/components/elapsed';
import { htmlToText } from '@renderer/components/mail/html-text';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccounts, useAgentIds } from '@renderer/data/accounts';
import { useServerConversation, useTimeline } from '@renderer/data/conversation';
import { useHostLink } from '@renderer/data/host-link';
import { useSettings } from '@renderer/data/settings';
import { lastTold } from './last-told';

const MOST_WORDS = 120;

/** While a live chat is cut off: how long the customer has waited, and what they surely know. */
export function CutOffChat({ conversation }: { conversation: Conversation }) {
  const account = useAccounts().find(({ id }) => id === conversation.accountId);
  const link = useHostLink();
  const cutOff = link.state === 'lost' || account?.state === 'offline' || account?.state === 'refused';
  const isDone = conversation.status === 'resolved' || conversation.status === 'closed';
  return cutOff && isLive(conversation.channel) && !isDone ? <Known conversation={conversation} /> : null;
}

function Known({ conversation }: { conversation: Conversation }) {
  const { t, i18n } = useTranslation(['held', 'conversation']);
  const key = conversationKey(conversation.accountId, conversation.id);
  // As the server knows it: an own answer that waits here has ended nobody's waiting.
  const waitingSince = useServerConversation(key)?.waitingSince ?? null;
  const { items } = useTimeline(key);
  const told = lastTold(items);
  const mine = useAgentIds()[conversation.accountId];
  const { chatLateMs } = useSettings();
  const name = conversation.contactName.trim() || t('conversation:message.author.contact');
  const toldWords = (): string => {
    if (told === null) return t('cutOff.toldNothing');
    const { author, body, createdAt } = told;
    const text = body.type === 'html' ? htmlToText(body.content, 20_000) : body.content;
    const words = text.trim().replace(/\s+/g, ' ');
    const cut = words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS).trimEnd()}…` : words;
    const time = formatDate(createdAt, i18n.language, 'clock');
    return author.id !== null && author.id === mine
      ? t('cutOff.toldByYou', { time, words: cut })
      : t('cutOff.told', { time, words: cut, name: author.name });
  };
  const seconds = chatLateMs / 1_000;
  return (
    <aside aria-label={t('cutOff.label')} className="flex gap-2 border-t bg-canvas px-5 py-2 text-muted">
      <CloudOff size={14} aria-hidden className="mt-0.75 shrink-0 text-warning" />
      <div className="min-w-0 space-y-0.5 text-pretty">
        <p className="font-strong text-text">
          {waitingSince === null ? (
            t('cutOff.notWaiting', { name })
          ) : (
            <Waited name={name} since={waitingSince} />
          )}
        </p>
        <p className="line-clamp-2 [overflow-wrap:anywhere]">
          <bdi>{toldWords()}</bdi>
        </p>
        <p className="text-meta text-faint">
          {seconds % 60 === 0
            ? t('cutOff.limitMinutes', { count: seconds / 60 })
            : t('cutOff.limitSeconds', { count: seconds })}
        </p>
      </div>
    </aside>
  );
}

/** Alone, so that only it is drawn every second. */
function Waited({ name, since }: { name: string; since: number }) {
  const { t } = useTranslation('held');
  const now = useNow('second');
  return <span className="tabular">{t('cutOff.waited', { name, time: stopwatch(now - since) })}</span>;
}
