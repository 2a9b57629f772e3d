import { ArrowRight, Lock, Paperclip, Reply } from 'lucide-react';
import { useId, useMemo, useState, type ReactNode } from 'react';
import type { Message } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';
import type { MovedMessage } from '@shared/domain/thread-moved';
import { Button } from '@renderer/components/Button';
import { cx } from '@renderer/components/class-names';
import { formatDate } from '@renderer/components/dates';
import { htmlToText } from '@renderer/components/mail/html-text';
import { splitQuote } from '@renderer/components/mail/text-quotes';
import { Moment } from '@renderer/components/Moment';
import { useTranslation } from '@renderer/components/use-translation';
import { agentName, useAgentIds } from '@renderer/data/accounts';
import { useTimeline } from '@renderer/data/conversation';
import { placeOf } from '@renderer/data/second-thoughts';

/** So many of the newest are shown before "show all". */
const SHOWN_AT_FIRST = 3;
/** Longer texts are cut until asked for (characters). */
const LONG_TEXT = 420;

/** What happened to the thread since the agent wrote, newest last: who wrote what, what was changed. */
export function Difference({ row }: { row: OutboxRow }) {
  const { t } = useTranslation(['held', 'common']);
  const id = useId();
  const movement = row.hold?.movement ?? null;
  const [all, setAll] = useState(false);
  const { items } = useTimeline(placeOf(row));
  const texts = useMemo(() => {
    const messages = items.flatMap((item) => (item.type === 'message' ? [item.message] : []));
    return new Map(messages.map((message) => [message.id, message]));
  }, [items]);
  const name = useOwnerName(row.intent.accountId);

  const messages = movement?.newMessages ?? [];
  const shown = all ? messages : messages.slice(-SHOWN_AT_FIRST);
  const older = (movement?.newCount ?? 0) - messages.length;
  const nothing =
    messages.length === 0 && !movement?.status && !movement?.assignee && movement?.baseMissing !== true;
  return (
    <section aria-labelledby={id} className="min-w-0 space-y-2 bg-canvas/60 px-3 py-2.5">
      <h2 id={id} className="text-meta font-normal text-muted">
        {t('since.title')}
      </h2>
      {movement?.baseMissing === true && <p className="text-muted">{t('since.baseMissing')}</p>}
      {!all && messages.length > SHOWN_AT_FIRST && (
        <Button variant="quiet" size="small" className="-ms-2" onClick={() => setAll(true)}>
          {t('since.all', { count: messages.length })}
        </Button>
      )}
      {all && older > 0 && <p className="text-meta text-faint">{t('since.older', { count: older })}</p>}
      {shown.length > 0 && (
        <ol className="space-y-2">
          {shown.map((message) => (
            <li key={message.id}>
              <Said moved={message} message={texts.get(message.id)} accountId={row.intent.accountId} />
            </li>
          ))}
        </ol>
      )}
      {movement?.status && (
        <Change
          label={t('since.status')}
          from={t(`common:status.${movement.status.from}`)}
          to={t(`common:status.${movement.status.to}`)}
        />
      )}
      {movement?.assignee && (
        <Change
          label={t('since.owner')}
          from={name(movement.assignee.from)}
          to={name(movement.assignee.to)}
        />
      )}
      {nothing && <p className="text-muted">{t('since.nothing')}</p>}
    </section>
  );
}

function useOwnerName(accountId: string): (id: string | null) => string {
  const { t } = useTranslation('held');
  const mine = useAgentIds()[accountId];
  return (id) => (id === null ? t('since.nobody') : id === mine ? t('since.you') : agentName(accountId, id));
}

/** One message: by whom, what kind, when, and its own words without what it quotes. */
export function Said(props: {
  moved: Pick<MovedMessage, 'kind' | 'authorType' | 'authorId' | 'authorName' | 'createdAt'>;
  /** `undefined` while the thread has not arrived here. */
  message: Message | undefined;
  accountId: string;
  /** Something to do about it, at the end of its head. */
  action?: ReactNode;
  /** Two lines, where it is only to be recognised. */
  brief?: boolean;
}) {
  const { moved, message, accountId, action, brief = false } = props;
  const { t, i18n } = useTranslation(['held', 'conversation']);
  const mine = useAgentIds()[accountId];
  const [whole, setWhole] = useState(false);
  const text = useMemo(() => (message === undefined ? null : wordsOf(message)), [message]);
  const isMine = moved.authorType === 'agent' && moved.authorId === mine;
  const name =
    moved.authorName.trim() === '' ? t(`conversation:message.author.${moved.authorType}`) : moved.authorName;
  const isLong = !brief && text !== null && text.length > LONG_TEXT;
  const files = message?.attachments.length ?? 0;
  return (
    <div
      className={cx(
        'rounded-control border px-2.5 py-1.5',
        moved.kind === 'note' ? 'border-note-line bg-note' : 'bg-surface',
      )}
    >
      <p className="flex min-h-6 flex-wrap items-center gap-x-1.5">
        <bdi className="font-strong [overflow-wrap:anywhere]">{isMine ? t('since.you') : name}</bdi>
        {moved.kind === 'note' && (
          <span className="inline-flex items-center gap-1 text-meta text-note-text">
            <Lock size={11} aria-hidden />
            {t('since.noted')}
          </span>
        )}
        {moved.kind === 'reply' && (
          <span className="inline-flex items-center gap-1 text-meta text-muted">
            <Reply size={11} aria-hidden />
            {t('since.answered')}
          </span>
        )}
        <Moment
          at={moved.createdAt}
          exact={() => formatDate(moved.createdAt, i18n.language, 'full')}
          className="tabular text-meta text-faint"
        >
          {formatDate(moved.createdAt, i18n.language, 'clock')}
        </Moment>
        {action !== undefined && <span className="ms-auto">{action}</span>}
      </p>
      {text === null ? (
        <p className="text-muted">{t('since.noText')}</p>
      ) : (
        <p
          dir="auto"
          className={cx(
            '[overflow-wrap:anywhere] [unicode-bidi:plaintext]',
            brief ? 'line-clamp-2' : 'whitespace-pre-wrap',
          )}
        >
          {isLong && !whole ? `${text.slice(0, LONG_TEXT).trimEnd()}…` : text}
        </p>
      )}
      {isLong && !whole && (
        <Button variant="quiet" size="small" className="-ms-2" onClick={() => setWhole(true)}>
          {t('since.whole')}
        </Button>
      )}
      {files > 0 && (
        <p className="mt-0.5 flex items-center gap-1.5 text-meta text-muted">
          <Paperclip size={11} aria-hidden />
          {t('since.files', { count: files })}
        </p>
      )}
    </div>
  );
}

function wordsOf({ body }: Message): string {
  const text = body.type === 'html' ? htmlToText(body.content, 100_000) : body.content;
  return splitQuote(text).text.trim();
}

function Change({ label, from, to }: { label: string; from: string; to: string }) {
  const { t } = useTranslation('held');
  return (
    <p className="flex flex-wrap items-center gap-x-1.5 gap-y-0.5">
      <span className="text-muted">{label}</span>
      <span aria-hidden className="inline-flex flex-wrap items-center gap-x-1.5">
        <bdi className="text-muted line-through">{from}</bdi>
        <ArrowRight size={12} className="shrink-0 text-faint" />
        <bdi className="font-strong">{to}</bdi>
      </span>
      <span className="sr-only">{t('since.fromTo', { from, to })}</span>
    </p>
  );
}
