import { ArrowUpRight } from 'lucide-react';
import { memo, useId } from 'react';
import { ChannelGlyph } from '@renderer/components/ChannelGlyph';
import { cx } from '@renderer/components/class-names';
import { useNow } from '@renderer/components/clock';
import { DeliveryGlyph, type ShownDelivery } from '@renderer/components/DeliveryGlyph';
import { IconButton } from '@renderer/components/IconButton';
import { RelativeTime } from '@renderer/components/RelativeTime';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccounts } from '@renderer/data/accounts';
import { useQueueRow } from '@renderer/data/queue';
import { placeOf } from '@renderer/data/second-thoughts';
import { conversationKey, type ConversationKey } from '@shared/domain/entities';
import { explain, isOfAnother, plannedAt, shownState, type Row } from './explain';
import { ProofChain } from './ProofChain';
import { RowActions } from './RowActions';
import { useActionWords } from './use-action-words';
import { usePhrase } from './use-phrase';

const keyOf = ({ intent: { accountId, conversationId } }: Row) => conversationKey(accountId, conversationId);

/** Near enough that its seconds are counted. */
const COUNTED_MS = 150_000;
const FIRST_WORDS = 200;

export interface OutboxItemProps {
  row: Row;
  /** It waits no longer, and can be acted on no more. */
  left: boolean;
  /** Buttons stand under it without opening it; without anything to do their room stays. */
  hasActions: boolean;
  open: boolean;
  /** The row the arrow keys stand on: the one that Tab reaches. */
  reached: boolean;
  onToggle: (ref: string) => void;
  onGo: (key: ConversationKey, row: Row) => void;
}

/** One decision: what, to whom, how far it got, why, and what happens next. Opens to its proof. */
export const OutboxItem = memo(function OutboxItem(props: OutboxItemProps) {
  const { row, left, hasActions, open, reached, onToggle, onGo } = props;
  const { t } = useTranslation(['delivery', 'outbox']);
  const detailsId = useId();
  const { intent } = row;
  // Of one that was merged away only where it went is known, and there it is decided about.
  const key = row.state === 'saving' ? keyOf(row) : placeOf(row);
  const isForeign = isOfAnother(row);
  const here = useQueueRow(key)?.conversation;
  // Under its id stands somebody else's now.
  const conversation = isForeign ? undefined : here;
  const kind = useActionWords(intent.action, intent.accountId);
  // What the host never had leaves no row behind: only a person can have given it up.
  const givenUp = left && row.state === 'saving';
  const shown = givenUp ? 'discarded' : shownState(row);
  const before = row.state === 'saving' ? null : (row.reason?.detail ?? null);
  const whose = before === null ? t('outbox:ofAnother') : t('outbox:ofBefore', { name: before });
  const text = 'text' in intent.action ? intent.action.text.trim().slice(0, FIRST_WORDS) : '';
  const subject = conversation?.subject.trim() ?? '';
  return (
    <div className={cx('border-b border-line/60 px-5 py-2.5', open && 'bg-canvas', left && 'bg-canvas/60')}>
      <div className="flex items-start gap-2">
        <button
          type="button"
          data-row-head={intent.ref}
          {...(reached ? { 'data-first-focus': true } : {})}
          tabIndex={reached ? 0 : -1}
          aria-expanded={open}
          aria-controls={detailsId}
          onClick={() => onToggle(intent.ref)}
          className="-m-1 flex min-w-0 flex-1 items-start gap-3 rounded-control p-1 text-start"
        >
          <span className="mt-0.5">
            <DeliveryGlyph state={shown} decorative size={16} />
          </span>
          <span className="min-w-0 flex-1">
            <span className="flex items-center gap-1.5">
              {conversation !== undefined && (
                <ChannelGlyph
                  channel={conversation.channel}
                  social={conversation.social}
                  size={14}
                  className="shrink-0 text-muted"
                />
              )}
              <span dir="auto" className="min-w-0 truncate font-strong">
                {isForeign ? whose : conversation?.contactName.trim() || t('outbox:unknownCustomer')}
              </span>
              {subject !== '' && <Words className="text-muted">{subject}</Words>}
              <span className="tabular ml-auto shrink-0 pl-2 text-meta text-faint">
                <RelativeTime at={intent.decidedAt} />
              </span>
            </span>
            <span className="flex gap-1.5 text-muted">
              <span className="max-w-full min-w-0 shrink-0 truncate">{kind}</span>
              {text !== '' && <Words>{text}</Words>}
            </span>
            <Standing row={row} shown={shown} givenUp={givenUp} />
          </span>
        </button>
        {!isForeign && (
          <IconButton
            icon={ArrowUpRight}
            label={t('action.openConversation')}
            size="small"
            tabIndex={reached ? 0 : -1}
            onClick={() => onGo(key, row)}
          />
        )}
      </div>
      {(open || hasActions) && (
        <div className={cx('mt-2.5 pl-7', hasActions ? 'min-h-6' : 'empty:hidden')}>
          {!left && <RowActions row={row} onGo={() => onGo(key, row)} />}
        </div>
      )}
      <div id={detailsId} hidden={!open} className="pl-7">
        {open && <ProofChain row={row} />}
      </div>
    </div>
  );
});

/** Words of their own direction after a dot: cut at their end, wherever that is. */
function Words({ className, children }: { className?: string; children: string }) {
  return (
    <>
      <span aria-hidden className="shrink-0 text-muted">
        ·
      </span>
      <span dir="auto" className={cx('min-w-0 truncate', className)}>
        {children}
      </span>
    </>
  );
}

const TONE: Readonly<Partial<Record<ShownDelivery, string>>> = {
  parked: 'text-danger',
  bounced: 'text-danger',
  held: 'text-warning',
  unknown: 'text-warning',
};

/** The state in a word, why in a sentence, and what happens next. Alone, for its clock ticks. */
function Standing({ row, shown, givenUp }: { row: Row; shown: ShownDelivery; givenUp: boolean }) {
  const { t } = useTranslation('delivery');
  const phrase = usePhrase();
  const account = useAccounts().find(({ id }) => id === row.intent.accountId);
  const plan = plannedAt(row);
  const roughly = useNow('minute');
  const counted = plan !== null && plan - roughly < COUNTED_MS;
  const now = useNow(counted ? 'second' : 'minute');
  const { why, next } = givenUp ? { why: { key: 'why.discarded' }, next: null } : explain(row, account, now);
  return (
    <span className="tabular mt-0.5 block text-meta text-pretty text-muted [overflow-wrap:anywhere]">
      <span className={cx('font-strong', TONE[shown] ?? 'text-text')}>{t(`state.${shown}`)}</span>
      {' · '}
      {phrase(why, now)}
      {next !== null && ` ${phrase(next, now)}`}
    </span>
  );
}
