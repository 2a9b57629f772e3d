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
import { explain, needsYou, plannedAt, shownState, type Row } from './explain';
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
  open: boolean;
  /** The row the arrow keys stand on: the one that Tab reaches. */
  reached: boolean;
  onToggle: (ref: string) => void;
  onGo: (key: ConversationKey, row: Row) => void;
}

/** One decision: what, to whom, how far it got, why, and what happens next. Opens to its proof. */
export const OutboxItem = memo(function OutboxItem(props: OutboxItemProps) {
  const { row, open, reached, onToggle, onGo } = props;
  const { t } = useTranslation(['delivery', 'outbox']);
  const detailsId = useId();
  const { intent } = row;
  // Of one that was merged away only where it went is known, and there it is decided about.
  const key = row.state === 'saving' ? keyOf(row) : placeOf(row);
  const conversation = useQueueRow(key)?.conversation;
  const kind = useActionWords(intent.action, intent.accountId);
  const shown = shownState(row);
  const text = 'text' in intent.action ? intent.action.text.trim().slice(0, FIRST_WORDS) : '';
  const subject = conversation?.subject.trim() ?? '';
  return (
    <div className={cx('border-b border-line/60 px-5 py-2.5', open && 'bg-canvas')}>
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
              <span className="min-w-0 truncate">
                <bdi className="font-strong">
                  {conversation?.contactName.trim() || t('outbox:unknownCustomer')}
                </bdi>
                {subject !== '' && <bdi className="text-muted"> · {subject}</bdi>}
              </span>
              <span className="tabular ml-auto shrink-0 pl-2 text-meta text-faint">
                <RelativeTime at={intent.decidedAt} />
              </span>
            </span>
            <span className="block truncate text-muted">
              {kind}
              {text !== '' && <bdi> · {text}</bdi>}
            </span>
            <Standing row={row} shown={shown} />
          </span>
        </button>
        <IconButton
          icon={ArrowUpRight}
          label={t('action.openConversation')}
          size="small"
          tabIndex={reached ? 0 : -1}
          onClick={() => onGo(key, row)}
        />
      </div>
      {/* At hand where time presses or a decision is due; elsewhere with the proof. */}
      {(open || needsYou(row) || row.state === 'delayed') && (
        <div className="mt-2.5 pl-7 empty:hidden">
          <RowActions row={row} onGo={() => onGo(key, row)} />
        </div>
      )}
      <div id={detailsId} hidden={!open} className="pl-7">
        {open && <ProofChain row={row} />}
      </div>
    </div>
  );
});

const TONE: Readonly<Partial<Record<ShownDelivery, string>>> = {
  parked: 'text-danger',
  bounced: 'text-danger',
  held: 'text-warning',
  unknown: 'text-warning',
};

/** The state in a word, why in a sentence, and what happens next. Alone, for its clock ticks. */
function Standing({ row, shown }: { row: Row; shown: ShownDelivery }) {
  const { t } = useTranslation('delivery');
  const phrase = usePhrase();
  const account = useAccounts().find(({ id }) => id === row.intent.accountId);
  const plan = plannedAt(row);
  const roughly = useNow('minute');
  const counted = plan !== null && plan - roughly < COUNTED_MS;
  const now = useNow(counted ? 'second' : 'minute');
  const { why, next } = explain(row, account, now);
  return (
    <span className="tabular mt-0.5 block text-meta text-pretty text-muted [overflow-wrap:anywhere]">
      <span className={cx('font-strong', TONE[shown] ?? 'text-text')}>{t(`state.${shown}`)}</span>
      {' · '}
      {phrase(why, now)}
      {next !== null && ` ${phrase(next, now)}`}
    </span>
  );
}
