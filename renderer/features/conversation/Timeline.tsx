import { ArrowDown } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { conversationKey, type Conversation, type Message } from '@shared/domain/entities';
import { Button } from '@renderer/components/Button';
import { Boundary } from '@renderer/components/Boundary';
import { formatDate, machineTime } from '@renderer/components/dates';
import { Spinner } from '@renderer/components/Progress';
import { UnshownLine } from '@renderer/components/Unshown';
import { useTimeline } from '@renderer/data/conversation';
import { useIsShared } from '@renderer/data/mine';
import { useFailedTakeBack } from '@renderer/state/failed-take-back';
import { MessageItem } from './MessageItem';
import { MessagesSkeleton } from './Skeletons';
import { timelineRows } from './timeline-rows';
import { useTakeBack } from './use-take-back';
import { useThreadScroll } from './use-thread-scroll';

/** Loaded with the first click on a link: it carries the list of public suffixes, a fifth of the page. */
const LinkDialog = lazy(async () => {
  const { LinkDialog: loaded } = await import('@renderer/components/mail/LinkDialog');
  return { default: loaded };
});

/** So close to the start (px) that older messages are fetched. */
const NEAR_START_PX = 800;

/** The thread, oldest first, opened at its end. */
export function Timeline({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation(['conversation', 'outbox']);
  const key = conversationKey(conversation.accountId, conversation.id);
  const { items, hasOlder, loading, loadOlder } = useTimeline(key);
  const shared = useIsShared(conversation.accountId);
  const rows = useMemo(() => timelineRows(items, shared), [items, shared]);
  const [root, setRoot] = useState<HTMLDivElement | null>(null);
  const [link, setLink] = useState<{ href: string; text: string } | null>(null);
  const [linkAsked, setLinkAsked] = useState(false);
  const takeBack = useTakeBack(key);
  const failure = useFailedTakeBack(({ failed }) => (failed?.key === key ? failed.why : null));
  const scroll = useThreadScroll(root, items.at(0)?.key, items.at(-1)?.key, items.at(-1)?.type === 'pending');
  // The memoised items get functions that never change.
  const latestTakeBack = useRef(takeBack);
  useEffect(() => {
    latestTakeBack.current = takeBack;
  });
  const onTakeBack = useCallback<typeof takeBack>((row) => latestTakeBack.current(row), []);

  const older = useRef({ hasOlder, loading, loadOlder });
  useEffect(() => {
    older.current = { hasOlder, loading, loadOlder };
    // A first page that does not fill the screen asks for more by itself.
    if (root !== null && hasOlder && !loading && root.scrollTop < NEAR_START_PX) loadOlder();
  });

  // A click inside the mail frame leaves the keyboard there: it comes back before the question does.
  const askAbout = useCallback(
    (clicked: { href: string; text: string }) => {
      root?.focus({ preventScroll: true });
      setLink(clicked);
      setLinkAsked(true);
    },
    [root],
  );

  const isPublic = conversation.social?.visibility === 'public';
  const inline = conversation.channel !== 'email' && conversation.channel !== 'form';
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={setRoot}
        data-timeline
        role="group"
        aria-labelledby="conversation-title"
        tabIndex={0}
        onScroll={() => {
          scroll.onScroll();
          const { hasOlder: more, loading: busy, loadOlder: fetchOlder } = older.current;
          if (root !== null && more && !busy && root.scrollTop < NEAR_START_PX) fetchOlder();
        }}
        className="h-full overflow-x-hidden overflow-y-auto px-2 outline-none [scrollbar-gutter:stable_both-edges]"
      >
        <div className="mx-auto flex min-h-full max-w-[42rem] flex-col pt-1 pb-4">
          <div role="status" className="flex min-h-2 items-center justify-center gap-2 text-meta text-faint">
            {hasOlder && loading && items.length > 0 && (
              <>
                <Spinner size={12} />
                {t('timeline.loadingOlder')}
              </>
            )}
            {!hasOlder && !loading && items.length > 30 && t('timeline.start')}
          </div>
          {items.length === 0 && (loading ? <MessagesSkeleton /> : <Nothing />)}
          {rows.map((row) => (
            <Boundary key={row.key} of={row} fallback={() => <UnshownLine what="message" />}>
              {row.type === 'day' ? (
                <DayMark at={row.at} />
              ) : row.type === 'event' ? (
                <EventLine message={row.message} />
              ) : (
                <MessageItem
                  item={row.item}
                  shownIn={key}
                  continues={row.continues}
                  continued={row.continued}
                  isPublic={isPublic}
                  inline={inline}
                  root={root}
                  onLink={askAbout}
                  onTakeBack={onTakeBack}
                />
              )}
            </Boundary>
          ))}
        </div>
      </div>
      {failure !== null && (
        <p role="status" className="absolute inset-x-0 bottom-0 border-t bg-raised px-5 py-1 text-warning">
          {failure === 'tooLate' ? t('undo.tooLate') : t('outbox:action.failed')}
        </p>
      )}
      {scroll.below && (
        <div className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
          <Button
            size="small"
            icon={ArrowDown}
            onClick={scroll.toEnd}
            className="pointer-events-auto animate-fade-in rounded-full bg-raised shadow-float"
          >
            {t(scroll.unseen > 0 ? 'timeline.newBelow' : 'timeline.toEnd')}
          </Button>
        </div>
      )}
      {linkAsked && (
        <Suspense fallback={null}>
          <LinkDialog link={link} onClose={() => setLink(null)} />
        </Suspense>
      )}
    </div>
  );
}

function DayMark({ at }: { at: number }) {
  const { i18n } = useTranslation('conversation');
  const thisYear = new Date(at).getFullYear() === new Date().getFullYear();
  return (
    <div role="separator" className="mt-4 flex items-center gap-3 px-3 text-meta text-faint first:mt-0">
      <span className="h-px flex-1 bg-line" />
      <time dateTime={machineTime(at)}>
        {formatDate(at, i18n.language, thisYear ? 'weekday' : 'dayAndYear')}
      </time>
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}

function EventLine({ message }: { message: Message }) {
  const { i18n } = useTranslation('conversation');
  return (
    <p className="mt-2 px-3 text-center text-meta text-faint [overflow-wrap:anywhere]">
      <bdi>{message.body.content}</bdi>
      {message.author.name !== '' && <bdi> · {message.author.name}</bdi>}
      {' · '}
      <time dateTime={machineTime(message.createdAt)}>
        {formatDate(message.createdAt, i18n.language, 'clock')}
      </time>
    </p>
  );
}

function Nothing() {
  const { t } = useTranslation('conversation');
  return <p className="m-auto text-muted">{t('timeline.nothing')}</p>;
}
